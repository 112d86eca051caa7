"""Recording and sending: what another process recorded a moment before is never sent over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.intents import Intent, Outcome
from carloop_plugin.model import ChangeId, Reason, Refused
from carloop_plugin.send import record_and_send
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from conftest import Planner
else:
    Planner = Any

Send = Callable[[Intent], Outcome]


@pytest.fixture
def send(plugin_environment: object) -> Send:
    """Give what records and sends an intent, as if all that was looked at before had been clear."""

    def send(intent: Intent) -> Outcome:
        with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
            carloop = wired.call.connect(intent.site)
            account = carloop.known_account(deadline=wired.call.deadline)
            return record_and_send(intent, carloop=carloop, account=account, call=wired.call)

    return send


@pytest.fixture
def lost(planner: Planner) -> Intent:
    """A booking of which nobody knows what became."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    assert "unknown" == planner.do(change)["status"]
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        intent = wired.call.store.intent(ChangeId(change["change_id"]))
    assert intent is not None
    return intent


def another(intent: Intent) -> Intent:
    """Ask for the same again, under another id."""
    return replace(intent, change_id=ChangeId(str(uuid.uuid4())))


def test_while_another_change_is_pending_nothing_is_sent(planner: Planner, lost: Intent, send: Send) -> None:
    """The other one was recorded between looking and recording."""
    with pytest.raises(Refused) as refused:
        send(another(lost))
    assert Reason("outcome_pending", "change.other_pending") == refused.value.reason
    assert 1 == len(planner.control.rentals(planner.id))


def test_beside_a_rental_nothing_is_sent(planner: Planner, lost: Intent, send: Send) -> None:
    """It was linked between looking and recording; the refusal shows it."""
    planner.reconcile()
    with pytest.raises(Refused) as refused:
        send(another(lost))
    assert Reason("already_booked", "change.already_booked") == refused.value.reason
    assert planner.state()["rental"] == refused.value.rental
    assert 1 == len(planner.control.rentals(planner.id))


def test_the_same_change_is_found_out_and_not_sent(planner: Planner, lost: Intent, send: Send) -> None:
    """Another process recorded it: first it is found out, then its outcome stands."""
    found_out = send(lost)
    assert planner.state()["rental"] == found_out.rental
    assert found_out == send(lost)
    assert 1 == len(planner.control.rentals(planner.id))
