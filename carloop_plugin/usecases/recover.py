"""Recover a pending change: find out what became of it, and settle it.

In this order: look for it at Carloop; not found, claim it and send it again, with the same key and the same bytes,
while that may still succeed; else, when no sending can be on its way any more, settle it as refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import Done, Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import CallFailed, Failed, Reason
from carloop_plugin.domain.judgement import LONGEST_SENDING, may_be_in_flight, may_send_again
from carloop_plugin.domain.rentals import Rental, RentalRecord, RentalStatus
from carloop_plugin.domain.values import AppointmentId, ChangeId
from carloop_plugin.events import CHANGE_SENT_AGAIN, CHANGE_SETTLED, log_event
from carloop_plugin.ports import Carloop, UseCaseContext
from carloop_plugin.usecases.deliver import (
    IN_FLIGHT,
    describe,
    find_proof,
    leave_unknown,
    record_made_by,
    send,
    settle_done,
    unknown,
)
from mobility_hookspecs.authoring.forking import renew_in_child

_Recover = Callable[[Intent, Carloop, Account, UseCaseContext], Outcome]


def settle_pending(appointment_id: AppointmentId, context: UseCaseContext) -> Intent | None:
    """Try to settle an appointment's pending change, with at most half of the time that is left.

    Return the change that is pending then; None where there is none.
    """
    pending = context.store.pending_of([appointment_id]).get(appointment_id)
    if pending is None:
        return None
    now = time.monotonic()
    half = replace(context, deadline=now + max(0.0, context.deadline - now) / 2)
    with change_lock(pending.change_id, deadline=half.deadline) as is_alone:
        present = context.store.intent(pending.change_id) if is_alone else None
        if present is not None and not present.is_settled:
            recover(present, half)
    return context.store.pending_of([appointment_id]).get(appointment_id)


def recover(intent: Intent, context: UseCaseContext) -> Outcome:
    """Find out what became of a pending intent; `unknown` where that cannot be found out now."""
    try:
        carloop = context.connect(intent.site)
        account = carloop.read_account(deadline=context.deadline)
        return recover_with(intent, carloop=carloop, account=account, context=context)
    except Failed as failure:
        return unknown(intent, failure.reason)


def recover_with(intent: Intent, *, carloop: Carloop, account: Account, context: UseCaseContext) -> Outcome:
    """Find out what became of an intent, from an account that has just answered. Raise `StoreFailed` alone."""
    if intent.account not in (None, account.id):
        # Another account's "not found" proves nothing about this one's rentals.
        return unknown(intent, Reason("account_changed", "change.account_changed"))
    recover_by_kind: _Recover = _recover_change
    if intent.gives_up is not None:
        recover_by_kind = _recover_withdrawal
    elif intent.given_up_by is not None:
        recover_by_kind = _recover_withdrawn
    try:
        outcome = recover_by_kind(intent, carloop, account, context)
    except CallFailed as failure:
        outcome = leave_unknown(intent, failure.reason, context)
    log_settled(intent, outcome, context)
    return outcome


def log_settled(intent: Intent, outcome: Outcome, context: UseCaseContext) -> None:
    """Log what became of an intent, where that is known now."""
    if outcome.status is OutcomeStatus.UNKNOWN:
        return
    # It may have been sent once more since it was read.
    intent = context.store.intent(intent.change_id) or intent
    log_event(
        CHANGE_SETTLED,
        **describe(intent) | {"rental_id": outcome.rental.id if outcome.rental else intent.rental_id},
        status=outcome.status.value,
        code=outcome.reason.code if outcome.reason else None,
        seconds=max(0.0, (context.clock.now() - intent.recorded_at).total_seconds()),
    )


def _recover_change(intent: Intent, carloop: Carloop, account: Account, context: UseCaseContext) -> Outcome:
    found = find_proof(intent, carloop=carloop, context=context)
    if found:
        return settle_done(intent, found, account=account, context=context)
    if may_send_again(intent, now=context.clock.now() + account.skew):
        claimed = context.store.claim(intent)
        if claimed is None:
            return unknown(intent, IN_FLIGHT)
        log_event(CHANGE_SENT_AGAIN, **describe(claimed))
        return send(claimed, carloop=carloop, account=account, context=context)
    if may_be_in_flight(intent):
        return unknown(intent, IN_FLIGHT)
    reason = Reason("period_in_past", "change.start_passed", pointer="/period/start")
    outcome = Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=reason)
    held = context.store.settle(intent.change_id, outcome, sends=intent.sends)
    return held or unknown(intent, IN_FLIGHT)


def _recover_withdrawn(
    booking: Intent, carloop: Carloop, account: Account, context: UseCaseContext
) -> Outcome:
    """Recover the withdrawal of a booking; both settle as one."""
    withdrawal = context.store.intent(booking.given_up_by) if booking.given_up_by else None
    if withdrawal is not None:
        recover_with(withdrawal, carloop=carloop, account=account, context=context)
    # Where they settled just now, whoever asked reads that from the records.
    return unknown(booking, Reason("outcome_pending", "change.given_up_meanwhile"))


def _recover_withdrawal(
    withdrawal: Intent, carloop: Carloop, account: Account, context: UseCaseContext
) -> Outcome:
    booking = context.store.intent(withdrawal.gives_up) if withdrawal.gives_up else None
    done = Outcome(withdrawal.change_id, OutcomeStatus.DONE)
    if booking is None or (booking.outcome and booking.outcome.status is OutcomeStatus.REFUSED):
        return context.store.settle(withdrawal.change_id, done) or done
    found = find_proof(booking, carloop=carloop, context=context)
    if found:
        return _cancel_booked(found, booking, withdrawal, carloop=carloop, account=account, context=context)
    if may_be_in_flight(booking):
        return unknown(withdrawal, IN_FLIGHT)
    return _settle_both(booking, _given_up(booking), done, context=context)


def _cancel_booked(
    found: Rental,
    booking: Intent,
    withdrawal: Intent,
    *,
    carloop: Carloop,
    account: Account,
    context: UseCaseContext,
) -> Outcome:
    """Cancel the rental of a withdrawn booking that Carloop has made all the same."""
    claimed = context.store.claim(withdrawal)
    if claimed is None:
        return unknown(withdrawal, IN_FLIGHT)
    result = cancel_withdrawn(found, withdrawal, carloop=carloop, context=context)
    if isinstance(result, Rental):
        record = record_made_by(booking, result, account=account, context=context)
        ours = replace(record, cancelled_here=True) if record else None
        done = Outcome(withdrawal.change_id, OutcomeStatus.DONE, ours)
        return _settle_both(booking, _given_up(booking), done, ours, context=context)
    if result.code == "rental_closed":
        # Handed out meanwhile: the customer drives it, so the booking stands and the withdrawal is refused.
        record = record_made_by(booking, found, account=account, context=context)
        stands = Outcome(booking.change_id, OutcomeStatus.DONE, record)
        refused = Outcome(withdrawal.change_id, OutcomeStatus.REFUSED, record, result)
        return _settle_both(booking, stands, refused, record, context=context)
    return leave_unknown(claimed, result, context)


def cancel_withdrawn(
    found: Rental, withdrawal: Intent, *, carloop: Carloop, context: UseCaseContext
) -> Rental | Reason:
    """Cancel a rental whose booking was withdrawn. Return the cancelled rental, or why it is not cancelled."""
    if found.status is RentalStatus.CANCELLED:
        return found
    cancellation = replace(withdrawal, rental_id=found.id, body=carloop.cancellation_body(None))
    deadline = min(context.deadline, time.monotonic() + LONGEST_SENDING)
    answer = carloop.send(cancellation, deadline=deadline)
    if not isinstance(answer, Done):
        return answer.reason
    is_cancelled = answer.rental.status is RentalStatus.CANCELLED
    return answer.rental if is_cancelled else Reason("invalid_answer")


def _settle_both(
    booking: Intent,
    booked: Outcome,
    withdrawn: Outcome,
    record: RentalRecord | None = None,
    *,
    context: UseCaseContext,
) -> Outcome:
    outcome = context.store.settle(withdrawn.change_id, withdrawn, record, booking=booked) or withdrawn
    log_settled(booking, booked, context)
    return outcome


def _given_up(booking: Intent) -> Outcome:
    return Outcome(booking.change_id, OutcomeStatus.REFUSED, reason=Reason("given_up", "change.given_up"))


@dataclass(eq=False, slots=True)
class _ChangeLock:
    """The lock of one change, and how many threads hold it or wait for it."""

    lock: Lock = field(default_factory=Lock)
    threads: int = 0


_locks: dict[ChangeId, _ChangeLock] = {}
_guard = Lock()


@contextmanager
def change_lock(change_id: ChangeId, *, deadline: float) -> Iterator[bool]:
    """Wait until no other thread of this process works on a change; False when the deadline comes first.

    :param deadline: monotonic seconds; one in the past asks without waiting.
    """
    with _guard:
        own = _locks.setdefault(change_id, _ChangeLock())
        own.threads += 1
    is_ours = own.lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    try:
        yield is_ours
    finally:
        if is_ours:
            own.lock.release()
        with _guard:
            own.threads -= 1
            if not own.threads and _locks.get(change_id) is own:
                del _locks[change_id]


def _renew() -> None:
    global _guard
    _guard = Lock()
    _locks.clear()


renew_in_child(_renew)
