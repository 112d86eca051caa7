"""Recovery: find out what became of a pending change, and settle it.

In this order: look for it at Carloop; not found, send it again, with the same key and the same bytes, while that may
still succeed; else, when no sending can be on its way any more, settle it as refused.
"""

from __future__ import annotations

import time
from dataclasses import replace

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import Action, Confirmed, Intent, Outcome, OutcomeStatus, WriteRequest
from carloop_plugin.domain.failures import (
    CallFailed,
    Failed,
    Reason,
    Refused,
)
from carloop_plugin.domain.judgement import may_be_in_flight, may_send_again
from carloop_plugin.domain.rentals import Rental, RentalRecord, RentalStatus
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.events import CHANGE_SENT_AGAIN, CHANGE_SETTLED, tell
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.usecases.in_flight import one_at_a_time
from carloop_plugin.usecases.settle import (
    IN_FLIGHT,
    leave_unknown,
    look_for,
    named,
    record_of,
    send,
    sending_deadline,
    settle_done,
    unknown,
)


def settle_pending(appointment_id: AppointmentId, call: Call) -> None:
    """Try to settle an appointment's pending change, with at most half of the time that is left."""
    pending = call.store.pending_change(appointment_id)
    if pending is None:
        return
    now = time.monotonic()
    half = replace(call, deadline=now + max(0.0, call.deadline - now) / 2)
    with one_at_a_time(pending.change_id, deadline=half.deadline) as is_alone:
        fresh = call.store.intent(pending.change_id) if is_alone else None
        if fresh is not None and not fresh.is_settled:
            recover(fresh, half)


def make_way(appointment_id: AppointmentId, call: Call) -> None:
    """Settle an appointment's pending change before another one begins. Raise `Refused` while it is pending."""
    settle_pending(appointment_id, call)
    if call.store.pending_change(appointment_id):
        raise Refused(Reason("outcome_pending", "change.other_pending"))


def recover(intent: Intent, call: Call) -> Outcome:
    """Find out what became of a pending intent; `unknown` where that cannot be found out now."""
    try:
        carloop = call.connect(intent.site)
        account = carloop.read_account(deadline=call.deadline)
        return recover_with(intent, carloop=carloop, account=account, call=call)
    except Failed as failure:
        return unknown(intent, failure.reason)


def recover_with(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    """Find out what became of an intent, from an account that has just answered. Raise `StoreFailed` alone."""
    if intent.account not in (None, account.id):
        # Another account's "not found" proves nothing about this one's rentals.
        return unknown(intent, Reason("account_changed", "change.account_changed"))
    outcome = _find_out(intent, carloop=carloop, account=account, call=call)
    tell_settled(intent, outcome, call)
    return outcome


def tell_settled(intent: Intent, outcome: Outcome, call: Call) -> None:
    """Tell the log what became of an intent, where that is known now."""
    if outcome.status is OutcomeStatus.UNKNOWN:
        return
    # It may have been sent once more since it was read.
    intent = call.store.intent(intent.change_id) or intent
    rental_id = (outcome.rental or {}).get("id")
    tell(
        CHANGE_SETTLED,
        **named(intent) | {"rental_id": str(rental_id) if rental_id else intent.rental_id},
        status=outcome.status.value,
        code=outcome.reason.code if outcome.reason else None,
        seconds=max(0.0, (call.clock.now() - intent.recorded_at).total_seconds()),
    )


def _find_out(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    try:
        if intent.gives_up is not None:
            return _recover_giving_up(intent, carloop=carloop, account=account, call=call)
        if intent.given_up_by is not None:
            return _recover_given_up(intent, carloop=carloop, account=account, call=call)
        return _recover_change(intent, carloop=carloop, account=account, call=call)
    except CallFailed as failure:
        return leave_unknown(intent, failure.reason, call=call)


def _recover_change(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    found = look_for(intent, carloop=carloop, call=call)
    if found:
        return settle_done(intent, found, account=account, call=call)
    if may_send_again(intent, now=call.clock.now() + account.skew):
        claimed = call.store.claim(intent)
        if claimed is None:
            return unknown(intent, IN_FLIGHT)
        tell(CHANGE_SENT_AGAIN, **named(claimed))
        return send(claimed, carloop=carloop, account=account, call=call)
    if may_be_in_flight(intent):
        return unknown(intent, IN_FLIGHT)
    reason = Reason("period_in_past", "change.start_passed", pointer="/period/start")
    outcome = Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=reason)
    return call.store.settle(intent.change_id, outcome, sends=intent.sends) or unknown(intent, IN_FLIGHT)


def _recover_given_up(booking: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    giving_up = call.store.intent(booking.given_up_by) if booking.given_up_by else None
    if giving_up is not None:
        recover_with(giving_up, carloop=carloop, account=account, call=call)
    # They settle as one. Where they did just now, whoever asked is told so from the records.
    return unknown(booking, Reason("outcome_pending", "change.given_up_meanwhile"))


def _recover_giving_up(giving_up: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    booking = call.store.intent(giving_up.gives_up) if giving_up.gives_up else None
    if booking is None or (booking.outcome and booking.outcome.status is OutcomeStatus.REFUSED):
        outcome = Outcome(giving_up.change_id, OutcomeStatus.DONE)
        return call.store.settle(giving_up.change_id, outcome) or outcome
    found = look_for(booking, carloop=carloop, call=call)
    if found:
        return _cancel_found(found, booking, giving_up, carloop=carloop, account=account, call=call)
    if may_be_in_flight(booking):
        return unknown(giving_up, IN_FLIGHT)
    done = Outcome(giving_up.change_id, OutcomeStatus.DONE)
    return _settle_both(booking, _given_up(booking), done, call=call)


def _settle_both(
    booking: Intent, booked: Outcome, given_up: Outcome, record: RentalRecord | None = None, *, call: Call
) -> Outcome:
    outcome = call.store.settle_given_up(booked, given_up, record)
    tell_settled(booking, booked, call)
    return outcome


def _cancel_found(
    found: Rental, booking: Intent, giving_up: Intent, *, carloop: Carloop, account: Account, call: Call
) -> Outcome:
    claimed = call.store.claim(giving_up)
    if claimed is None:
        return unknown(giving_up, IN_FLIGHT)
    result = cancel_at_carloop(found, giving_up, carloop=carloop, call=call)
    if isinstance(result, Rental):
        record = record_of(booking, result, account=account, call=call)
        ours = replace(record, cancelled_here=True) if record else None
        done = Outcome(giving_up.change_id, OutcomeStatus.DONE, rental=ours.document if ours else None)
        return _settle_both(booking, _given_up(booking), done, ours, call=call)
    if result.code == "rental_closed":
        # Handed out meanwhile: the customer drives it, so the booking stands and giving up is refused.
        record = record_of(booking, found, account=account, call=call)
        rental = record.document if record else None
        stands = Outcome(booking.change_id, OutcomeStatus.DONE, rental=rental)
        refused = Outcome(giving_up.change_id, OutcomeStatus.REFUSED, rental=rental, reason=result)
        return _settle_both(booking, stands, refused, record, call=call)
    return leave_unknown(claimed, result, call=call)


def cancel_at_carloop(found: Rental, giving_up: Intent, *, carloop: Carloop, call: Call) -> Rental | Reason:
    """Cancel a booking that turned up although it was given up. Give the rental, or why it is not cancelled."""
    if found.status is RentalStatus.CANCELLED:
        return found
    body = carloop.cancellation_body(None)
    request = WriteRequest(Action.CANCEL, giving_up.change_id, body, rental_id=found.id)
    result = carloop.send(request, deadline=sending_deadline(call))
    if not isinstance(result, Confirmed):
        return result.reason
    is_cancelled = result.rental.status is RentalStatus.CANCELLED
    return result.rental if is_cancelled else Reason("invalid_answer")


def _given_up(booking: Intent) -> Outcome:
    return Outcome(booking.change_id, OutcomeStatus.REFUSED, reason=Reason("given_up", "change.given_up"))
