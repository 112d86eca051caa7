"""Every fault in every operation: the host is told the truth, and afterwards everything settles as one rental."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Planner
else:
    Planner = Any

FAULTS = {
    "delay": 3,
    "drop_before": None,
    "drop_after": None,
    "status-500": 500,
    "status-503": 503,
    "status-429": 429,
    "status-401": 401,
    "truncate": None,
    "garbage": None,
    "html": None,
    "slow_drip": 0.2,
    "huge": None,
    "redirect": None,
    "unknown_field": None,
    "unknown_enum": None,
}
HARMLESS = ("unknown_field", "unknown_enum")
# A 404 as a fault is Carloop's own word from the account that made the rental, and rightly believed.
CASES = [(operation, fault) for operation in ("book", "change_end", "cancel") for fault in FAULTS]
CASES += [
    (operation, fault)
    for operation in ("account", "read")
    for fault in ("drop_before", "garbage", "status-500")
]


def arm(planner: Planner, operation: str, fault: str) -> None:
    planner.control.fault(operation, fault.partition("-")[0], times=3, value=FAULTS[fault])


@pytest.mark.parametrize(("operation", "fault"), CASES)
def test_a_fault_loses_and_doubles_nothing(planner: Planner, operation: str, fault: str) -> None:
    """Book, change the end, cancel: each with the fault, and then again once it is gone."""
    planner.save()
    booking = planner.booking()
    attempt(planner, booking, operation, fault)
    rental = settled(planner, booking)["rental"]
    assert ["reserved"] == [each["status"] for each in planner.control.rentals(planner.id)]
    change = planner.end_change(rental, planner.end() + timedelta(hours=1))
    attempt(planner, change, operation, fault)
    moved = settled(planner, change)["rental"]
    cancellation = planner.cancellation(rental_id=moved["id"])
    attempt(planner, cancellation, operation, fault)
    assert "cancelled" == settled(planner, cancellation)["rental"]["status"]
    assert ["cancelled"] == [each["status"] for each in planner.control.rentals(planner.id)]
    assert 0 == planner.reconcile()["pending"]


def attempt(planner: Planner, change: dict[str, Any], operation: str, fault: str) -> None:
    arm(planner, operation, fault)
    began = time.monotonic()
    outcome = planner.do(change, timeout=0.6)
    assert time.monotonic() - began < 1.2
    if fault in HARMLESS:
        assert "done" == outcome["status"], outcome
    if outcome["status"] == "refused":
        assert outcome["problem"]["retryable"], outcome
    planner.control.calm()


def settled(planner: Planner, change: dict[str, Any]) -> dict[str, Any]:
    outcome = planner.do(change)
    assert "done" == outcome["status"], outcome
    return outcome


@pytest.mark.parametrize("fault", FAULTS)
def test_a_search_with_a_fault_says_why_it_has_no_answer(planner: Planner, fault: str) -> None:
    """Within its time, with a code and a sentence."""
    arm(planner, "search", fault)
    request = {
        "site": "main",
        "period": planner.appointment["period"],
        "filters": {"vehicle_classes": [], "features": []},
    }
    began = time.monotonic()
    gathered = planner.host.mobility_options(request, timeout=0.6)
    assert time.monotonic() - began < 1.2
    if fault in HARMLESS:
        assert gathered.answers["carloop"]["options"]
        return
    (failure,) = gathered.failures
    assert failure.problem["code"] in (
        "deadline_exceeded",
        "unreachable",
        "rate_limited",
        "not_authorised",
        "invalid_answer",
    )
    assert failure.problem["detail"]
