"""What somebody between us and Carloop makes of its answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from carloop_faults.proxy import FaultProxy
from carloop_faults.strikes import Effect, Position, Strike

if TYPE_CHECKING:
    from conftest import Planner

    from carloop_sandbox.running import Sandbox
else:
    Planner = Sandbox = Any

Rental = dict[str, Any]


@pytest.fixture
def proxy(planner: Planner, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """A proxy between the plugin and Carloop; `planner.control` goes past it."""
    with FaultProxy(sandbox.url) as proxy:
        monkeypatch.setenv("CARLOOP_BASE_URL", proxy.url)
        yield proxy


def replay(rental: Rental) -> Strike:
    """Answer with a rental as if it had been replayed, after Carloop has done the work."""
    body = json.dumps(rental).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return Strike(
        Effect.INSTEAD, Position.AFTER, answer=f"{head}idempotent-replay: true\r\n\r\n".encode() + body
    )


def test_a_replayed_answer_that_is_another_rental_is_not_linked(planner: Planner, proxy: FaultProxy) -> None:
    """Who it belongs to is never told or offered for cancellation; the booking's own is found and linked."""
    planner.save()
    change = planner.booking()
    other = planner.control.api("GET", "/rentals", params={"limit": "1"}).json()["items"][0]
    proxy.arm(replay(other), "book")
    outcome = planner.do(change)
    assert ("unknown", "invalid_answer") == (outcome["status"], outcome["problem"]["code"])
    state = planner.state()
    assert ("unknown", []) == (state["state"], state["proposals"])
    assert other["id"] not in json.dumps([outcome, state])
    (settled,) = planner.reconcile()["settled"]
    (ours,) = planner.control.rentals(planner.id)
    assert ("done", ours["id"]) == (settled["status"], settled["rental"]["id"])


def test_a_replayed_cancellation_that_cancelled_nothing_is_not_done(
    planner: Planner, proxy: FaultProxy
) -> None:
    """The giving up of a booking is held against the same: the rental has to be cancelled."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    assert "unknown" == planner.do(change)["status"]
    (ours,) = planner.control.rentals(planner.id)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    proxy.arm(Strike(Effect.INSTEAD, Position.BEFORE, answer=replay(ours).answer), "cancel")
    outcome = planner.do(giving_up)
    assert ("unknown", "invalid_answer") == (outcome["status"], outcome["problem"]["code"])
    planner.reconcile()
    assert "done" == planner.do(giving_up)["status"]
    assert ["cancelled"] == [rental["status"] for rental in planner.control.rentals(planner.id)]
