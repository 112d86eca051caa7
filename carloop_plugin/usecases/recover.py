"""Recover a pending change: find out what became of it, and settle it.

In this order: look for it at Carloop; not found, claim it and send it again, with the same key and the same bytes,
while that may still succeed; else, when no sending can be on its way any more, settle it as refused.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from weakref import WeakValueDictionary

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import Action, Done, Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import ACCOUNT_CHANGED, CallFailed, Failed, Reason
from carloop_plugin.domain.judgement import LONGEST_SENDING, may_be_in_flight, may_send_again
from carloop_plugin.domain.rentals import Rental, RentalRecord, RentalStatus
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.events import CHANGE_SENT_AGAIN, CHANGE_SETTLED, log_event
from carloop_plugin.ports import Carloop, UseCaseContext
from carloop_plugin.usecases.deliver import (
    GIVEN_UP,
    IN_FLIGHT,
    find_proof,
    leave_unknown,
    record_made_by,
    send,
    settle,
    unknown,
)
from mobility_hookspecs.authoring.forking import renew_in_child

_WAS_GIVEN_UP = Reason("given_up", "change.given_up")
_REBOOKED = Reason("already_booked", "change.rebooked_already")


def settle_pending(pending: Intent, context: UseCaseContext) -> None:
    """Try to settle an appointment's pending change, with at most half of the time that is left."""
    half = replace(context, deadline=(time.monotonic() + context.deadline) / 2)
    with change_lock(pending.change_id, deadline=half.deadline) as is_alone:
        present = context.store.intent(pending.change_id) if is_alone else None
        if present is not None and present.outcome is None:
            recover(present, half)


def recover(intent: Intent, context: UseCaseContext) -> Outcome:
    """Find out what became of a pending intent; `unknown` where that cannot be found out now."""
    try:
        carloop = context.connect(intent.site)
        account = carloop.read_account(deadline=context.deadline)
        return recover_with(intent, carloop, account, context)
    except Failed as failure:
        return unknown(intent, failure.reason)


def recover_with(
    intent: Intent,
    carloop: Carloop,
    account: Account,
    context: UseCaseContext,
    *,
    found: Rental | None = None,
) -> Outcome:
    """Find out what became of an intent, from an account that has just answered. Raise `StoreFailed` alone.

    `found` is the rental of a booking that need not be looked for.
    """
    if intent.account != account.id:
        # Another account's "not found" proves nothing about this one's rentals.
        return unknown(intent, ACCOUNT_CHANGED)
    if intent.given_up_by is not None:
        if giving_up := context.store.intent(intent.given_up_by):
            recover_with(giving_up, carloop, account, context)
        # Both settle as one. Where they did just now, whoever asked reads that from the records.
        return unknown(intent, GIVEN_UP)
    try:
        if intent.gives_up is not None:
            outcome = _recover_giving_up(intent, intent.gives_up, carloop, context)
        elif found := found or find_proof(intent, carloop, context):
            outcome = settle(intent, Done(found), carloop, context)
        else:
            outcome = _recover_not_found(intent, carloop, account, context)
    except CallFailed as failure:
        return leave_unknown(intent, failure.reason, context)
    if outcome.status is not OutcomeStatus.UNKNOWN:
        _log_settled(intent.change_id, context)
    return outcome


def _log_settled(change_id: ChangeId, context: UseCaseContext) -> None:
    settled = context.store.intent(change_id)
    if settled is None or settled.outcome is None:
        return
    outcome = settled.outcome
    log_event(
        CHANGE_SETTLED,
        of=settled,
        rental_id=outcome.rental.id if outcome.rental else settled.rental_id,
        status=outcome.status,
        code=outcome.reason.code if outcome.reason else None,
        seconds=max(0.0, (context.clock.now() - settled.recorded_at).total_seconds()),
    )


def _recover_not_found(
    intent: Intent, carloop: Carloop, account: Account, context: UseCaseContext
) -> Outcome:
    if may_send_again(intent, now=context.clock.now() + account.skew):
        claimed = context.store.claim(intent)
        if claimed is None:
            return unknown(intent, IN_FLIGHT)
        log_event(CHANGE_SENT_AGAIN, of=claimed)
        return send(claimed, carloop, context)
    if may_be_in_flight(intent):
        return unknown(intent, IN_FLIGHT)
    reason = Reason("period_in_past", "change.start_passed", pointer="/period/start")
    outcome = Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=reason)
    held = context.store.settle(intent.change_id, outcome, sends=intent.sends)
    return held or unknown(intent, IN_FLIGHT)


def _recover_giving_up(
    giving_up: Intent, booking_id: ChangeId, carloop: Carloop, context: UseCaseContext
) -> Outcome:
    booking = context.store.intent(booking_id)
    done = Outcome(giving_up.change_id, OutcomeStatus.DONE)
    if booking is None or (booking.outcome and booking.outcome.status is OutcomeStatus.REFUSED):
        return context.store.settle(giving_up.change_id, done) or done
    found = find_proof(booking, carloop, context)
    if found and booking.action is Action.REBOOK:
        # Without it there would be no rental at all: the one that it has replaced is cancelled.
        return _let_stand(found, booking, giving_up, _REBOOKED, context)
    if found:
        return _cancel_booked(found, booking, giving_up, carloop, context)
    if may_be_in_flight(booking):
        return unknown(giving_up, IN_FLIGHT)
    refused = Outcome(booking_id, OutcomeStatus.REFUSED, reason=_WAS_GIVEN_UP)
    return _settle_both(done, refused, None, context)


def _cancel_booked(
    found: Rental, booking: Intent, giving_up: Intent, carloop: Carloop, context: UseCaseContext
) -> Outcome:
    """Cancel the rental of a booking that was given up and that Carloop has made all the same."""
    claimed = context.store.claim(giving_up)
    if claimed is None:
        return unknown(giving_up, IN_FLIGHT)
    result = cancel_given_up(found, giving_up, carloop, context)
    if isinstance(result, Rental):
        record = record_made_by(booking, result, context)
        ours = replace(record, cancelled_here=True) if record else None
        done = Outcome(giving_up.change_id, OutcomeStatus.DONE, ours)
        refused = Outcome(booking.change_id, OutcomeStatus.REFUSED, reason=_WAS_GIVEN_UP)
        return _settle_both(done, refused, ours, context)
    if result.code == "rental_closed":
        # Handed out meanwhile: the customer drives it.
        return _let_stand(found, booking, giving_up, result, context)
    return leave_unknown(claimed, result, context)


def _let_stand(
    found: Rental, booking: Intent, giving_up: Intent, why: Reason, context: UseCaseContext
) -> Outcome:
    """Settle a booking as done, and that it was given up as refused."""
    record = record_made_by(booking, found, context)
    stands = Outcome(booking.change_id, OutcomeStatus.DONE, record)
    refused = Outcome(giving_up.change_id, OutcomeStatus.REFUSED, record, why)
    return _settle_both(refused, stands, record, context)


def _settle_both(
    giving_up: Outcome, booking: Outcome, record: RentalRecord | None, context: UseCaseContext
) -> Outcome:
    held = context.store.settle(giving_up.change_id, giving_up, record, booking=booking)
    _log_settled(booking.change_id, context)
    return held or giving_up


def cancel_given_up(
    found: Rental, giving_up: Intent, carloop: Carloop, context: UseCaseContext
) -> Rental | Reason:
    """Cancel a rental whose booking was given up. Return the cancelled rental, or why it is not cancelled."""
    if found.status is RentalStatus.CANCELLED:
        return found
    cancellation = replace(giving_up, rental_id=found.id)
    answer = carloop.send(cancellation, deadline=min(context.deadline, time.monotonic() + LONGEST_SENDING))
    if not isinstance(answer, Done):
        return answer.reason
    is_cancelled = answer.rental.status is RentalStatus.CANCELLED
    return answer.rental if is_cancelled else Reason("invalid_answer")


# A lock lives as long as a thread holds it or waits for it.
_locks: WeakValueDictionary[ChangeId, Lock] = WeakValueDictionary()
_guard = Lock()


@contextmanager
def change_lock(change_id: ChangeId, *, deadline: float) -> Iterator[bool]:
    """Wait until no other thread of this process works on a change; False when the deadline comes first.

    :param deadline: monotonic seconds; one in the past asks without waiting.
    """
    with _guard:
        own = _locks.setdefault(change_id, Lock())
    is_ours = own.acquire(timeout=max(0.0, deadline - time.monotonic()))
    try:
        yield is_ours
    finally:
        if is_ours:
            own.release()


def _renew() -> None:
    global _guard
    _guard = Lock()
    _locks.clear()


renew_in_child(_renew)
