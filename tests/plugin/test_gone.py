"""A rental that Carloop no longer has: not to be extended, as good as cancelled, if its own account says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.messages import text
from carloop_plugin.model import AccountId, AppointmentId
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from conftest import Planner

    from carloop_sandbox.running import Sandbox
else:
    Planner = Sandbox = Any

Document = dict[str, Any]
REVISIONS = pytest.mark.parametrize("revision", [{}, {"revision": 1}], ids=["read anew", "as seen"])


@pytest.fixture
def gone(planner: Planner, sandbox: Sandbox) -> Document:
    """A rental of the planner's that was deleted in Carloop."""
    planner.save()
    rental = planner.book()
    with sandbox.store.database.writing():
        sandbox.store.database.run("DELETE FROM rentals WHERE id = ?", rental["id"])
    return rental


def code(outcome: Document) -> tuple[str, str]:
    return outcome["status"], outcome.get("problem", {}).get("code", "")


@REVISIONS
def test_it_is_not_found_when_it_is_to_be_extended(
    planner: Planner, gone: Document, revision: dict[str, int]
) -> None:
    """Whether that is learnt before the change is sent or from its answer; then it is no longer shown as booked."""
    change = planner.end_change(gone, planner.end() + timedelta(hours=1), **revision)
    outcome = planner.do(change)
    assert ("refused", "rental_not_found") == code(outcome)
    assert text("change.rental_gone", "de") == outcome["problem"]["detail"]
    assert "/rental_id" == outcome["problem"]["pointer"]
    assert outcome == planner.do(change)
    step = planner.save(revision=2)
    assert ("open", ["cancelled_at_desk"]) == (step["state"], [each["code"] for each in step["notices"]])


@REVISIONS
def test_it_is_as_good_as_cancelled(planner: Planner, gone: Document, revision: dict[str, int]) -> None:
    """A success, which the appointment's next booking builds on."""
    cancellation = planner.cancellation(rental_id=gone["id"], **revision)
    outcome = planner.do(cancellation)
    assert ("done", "cancelled", []) == (
        outcome["status"],
        outcome["rental"]["status"],
        outcome["rental"]["allowed_changes"],
    )
    assert outcome == planner.do(cancellation)
    step = planner.save(revision=2)
    # the advisor did this, so there is nothing to tell of the desk
    assert ("open", []) == (step["state"], step["notices"])
    planner.book()


def test_it_is_not_believed_while_the_account_cannot_be_asked(planner: Planner, gone: Document) -> None:
    """The same change settles it once it can."""
    cancellation = planner.cancellation(rental_id=gone["id"], revision=1)
    planner.control.fault("account", "drop_before", times=3)
    assert ("refused", "unreachable") == code(planner.do(cancellation))
    assert "booked" == planner.state()["state"]
    assert "done" == planner.do(cancellation)["status"]


def test_another_accounts_rental_of_the_same_id_is_not_gone(planner: Planner, gone: Document) -> None:
    """Two Carloops number alike; only the one that was asked has lost it."""
    with bootstrap.opened(deadline=CallContext.within(10).deadline) as wired:
        (known,) = wired.call.store.rentals_named(gone["id"])
        newer = known.updated_at + timedelta(minutes=1)
        twin = replace(
            known, account=AccountId("other"), appointment_id=AppointmentId("A-2"), updated_at=newer
        )
        wired.call.store.keep_rental(twin)
    outcome = planner.do(planner.cancellation(rental_id=gone["id"], revision=1))
    assert ("done", planner.id) == (outcome["status"], outcome["rental"]["appointment_id"])
    assert "open" == planner.state()["state"]
    (other,) = planner.host.mobility_states(["A-2"]).answers["carloop"]
    assert "booked" == other["state"]


def test_it_is_in_no_other_bookings_way(planner: Planner, gone: Document) -> None:
    """The second booking looks first; had it not been made, the advisor would be told whose doing it was."""
    second = planner.booking()
    planner.control.fault("book", "status", times=3, value=429)
    assert ("refused", "rate_limited") == code(planner.do(second))
    step = planner.save(revision=2)
    assert ("open", ["cancelled_at_desk"]) == (step["state"], [each["code"] for each in step["notices"]])
    assert "done" == planner.do(second)["status"]
