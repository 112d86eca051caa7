"""Recording and sending an intent beside another process: what that one did meanwhile is never sent over."""

import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.domain.changes import Action, Outcome, OutcomeStatus, Refused
from carloop_plugin.domain.failures import Reason, RuleBroken
from carloop_plugin.domain.rentals import Rental, RentalStatus
from carloop_plugin.domain.values import Period
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.messages import text
from carloop_plugin.usecases.deliver import IN_FLIGHT, deliver
from carloop_plugin.usecases.deliver import send as send_claimed
from carloop_plugin.usecases.recover import recover
from mobility_hookspecs import CallContext


@pytest.fixture
def lost_intent(lost_booking, records):
    """Lose the answer to a booking; return its intent as it is in the records."""

    def lose(**fault):
        change = lost_booking(**fault)
        with records() as store:
            return store.intent(change["change_id"])

    return lose


def send(intent):
    """Record and send an intent, as if all that was looked at before had been clear."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        carloop = services.context.connect(intent.site)
        return deliver(intent, carloop, services.context)


def another(intent):
    """Ask for the same again, under another id."""
    return replace(intent, change_id=str(uuid.uuid4()))


def test_what_another_process_recorded_meanwhile_is_not_sent_over(planner, lost_intent):
    """Another change waits for it; the same one is found out, and its outcome stands; a rental is not doubled."""
    lost = lost_intent()
    with pytest.raises(RuleBroken) as refused:
        send(another(lost))
    assert refused.value.reason == Reason("outcome_pending", "change.other_pending")
    assert send(lost) == lost
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        done = recover(lost, services.context)
    assert done.rental.id == planner.state()["rental"]["id"]
    assert send(lost).outcome == done
    with pytest.raises(RuleBroken) as refused:
        send(another(lost))
    assert refused.value.reason == Reason("already_booked", "change.already_booked")
    assert refused.value.rental == done.rental
    assert len(planner.control.rentals(planner.id)) == 1


@pytest.fixture
def unsent(lost_intent):
    """A booking that Carloop has never seen, and whose outcome is unknown."""
    return lost_intent(fault="drop_before")


def take_back(store, intent):
    # as if no host had been told of it yet
    db = store.database
    db.transact(lambda: db.query("UPDATE intents SET awaited = NULL"))
    assert store.forget_intent(intent.change_id)


def settle(store, intent):
    refused = Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=Reason("rental_closed"))
    store.settle(intent.change_id, refused)


def give_up(store, intent):
    giving_up = replace(another(intent), action=Action.CANCEL, gives_up=intent.change_id, body=None)
    assert store.record(giving_up) is None


def send_again(store, intent):
    assert store.claim(intent) is not None


@pytest.mark.both_databases
@pytest.mark.parametrize("meanwhile", [take_back, settle, give_up, send_again])
def test_what_another_process_did_since_the_intent_was_read_is_not_sent_over(planner, unsent, meanwhile):
    """No row is claimed, and no byte leaves."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        meanwhile(services.context.store, unsent)
        assert recover(unsent, services.context).status is OutcomeStatus.UNKNOWN
    assert planner.control.rentals(planner.id) == []


def test_who_finds_a_change_taken_back_is_refused(planner, lost_booking, records, monkeypatch):
    """Two asked for the same change, and the first was told that it is not done: never `unknown` without a record."""
    change = lost_booking(fault="drop_before")
    with records() as store:
        records_type, claim = type(store), type(store).claim

    def claim_too_late(store, intent):
        take_back(store, intent)
        return claim(store, intent)

    with monkeypatch.context() as patched:
        patched.setattr(records_type, "claim", claim_too_late)
        outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "busy")
    assert outcome["problem"]["detail"] == text("change.taken_back", "de")
    assert (planner.state()["state"], planner.control.rentals(planner.id)) == ("open", [])
    assert planner.do(change)["status"] == "done"


def test_a_change_that_a_host_awaits_is_not_taken_back(unsent, records):
    """It was told that the outcome is unknown, and would never hear of it."""
    with records() as store:
        assert not store.forget_intent(unsent.change_id)
        assert store.intent(unsent.change_id) == unsent


@pytest.mark.both_databases
def test_a_refusal_of_a_sending_that_was_overtaken_settles_nothing(rent_directly, unsent):
    """Another process sent it again meanwhile, and is waiting for the answer, which may be that it is done."""
    rent_directly(unsent.vehicle_id, unsent.period.start, unsent.period.end)
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        store, carloop = services.context.store, services.context.connect(unsent.site)
        ours = store.claim(unsent)
        theirs = store.claim(ours)
        outcome = send_claimed(ours, carloop, services.context)
        assert (outcome.status, outcome.reason) == (OutcomeStatus.UNKNOWN, IN_FLIGHT)
        assert store.intent(unsent.change_id).outcome is None
        refused = Outcome(unsent.change_id, OutcomeStatus.REFUSED, reason=Reason("period_in_past"))
        assert store.settle(unsent.change_id, refused, sends=theirs.sends) == refused


def test_what_a_lost_attempt_made_is_done_whatever_the_desk_made_of_it(unsent, records):
    """A refusal after it is looked up: the booking's own rental is found, with another end by now."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        context = services.context
        vehicle = Vehicle(unsent.vehicle_id, "DA-CL 1", "VW", "Golf", "kompakt")
        longer = Period(unsent.period.start, unsent.period.end + timedelta(hours=1))
        rental = Rental(
            *("R-1", unsent.external_reference, vehicle, longer, longer.end),
            *(RentalStatus.RESERVED, 2, context.clock.now()),
        )
        refused = Refused(Reason("vehicle_unavailable"), after_lost_attempt=True)
        carloop = SimpleNamespace(send=lambda *_, **__: refused, find_rental=lambda *_, **__: rental)
        claimed = context.store.claim(unsent)
        outcome = send_claimed(claimed, carloop, context)
    assert (outcome.status, outcome.rental.period) == (OutcomeStatus.DONE, longer)
