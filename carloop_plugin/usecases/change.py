"""Change a rental: book it, change its end, cancel it, rebook it, give a booking up. From top to bottom:

repeat    the same change again has the same outcome
settle    what is pending for the appointment, before another change to it begins
prepare   the use case checks its rules and returns what is to be sent
deliver   record, send, judge, settle: `deliver.py`
"""

from __future__ import annotations

from contextlib import suppress

from carloop_plugin.domain.changes import (
    Action,
    Book,
    Cancel,
    ChangeEnd,
    Command,
    GiveUp,
    Intent,
    Outcome,
    OutcomeStatus,
    Rebook,
)
from carloop_plugin.domain.failures import CallFailed, Failed, Reason, RuleBroken, StoreFailed, is_final
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import AppointmentId, Site
from carloop_plugin.ports import Prepared, UseCaseContext
from carloop_plugin.usecases.book import book, rebook
from carloop_plugin.usecases.deliver import OTHER_CHANGE, deliver
from carloop_plugin.usecases.end_or_cancel import end_or_cancel, find_rental, give_up
from carloop_plugin.usecases.recover import change_lock, recover, settle_pending


def change_rental(command: Command, context: UseCaseContext) -> Outcome:
    """Carry out a change, or return what became of it when it was asked for before.

    :returns: done, refused or unknown; never an exception for anything that can be expected.
    """
    try:
        with change_lock(command.change_id, deadline=context.deadline) as is_alone:
            if not is_alone:
                return Outcome(command.change_id, OutcomeStatus.UNKNOWN, reason=Reason("deadline_exceeded"))
            outcome = _carry_out(command, context)
            return outcome if outcome.status is not OutcomeStatus.UNKNOWN else _latest(outcome, context)
    except Failed as failure:
        if isinstance(failure, StoreFailed) and failure.may_be_written:
            # What may be in the records may be sent by recovery: that is no refusal.
            reason = Reason(failure.reason.code, "change.unknown")
            return Outcome(command.change_id, OutcomeStatus.UNKNOWN, reason=reason)
        return _refused(command, failure.reason)


def _refused(command: Command, reason: Reason, rental: RentalRecord | None = None) -> Outcome:
    return Outcome(command.change_id, OutcomeStatus.REFUSED, rental, reason)


def _latest(outcome: Outcome, context: UseCaseContext) -> Outcome:
    """Return what the records say of a change whose outcome is unknown here: another process may have settled it."""
    # What cannot be read now says nothing of the change: it may have been done.
    with suppress(StoreFailed):
        present = context.store.await_outcome(outcome.change_id)
        if present is None:
            # Another process sent it, learnt that nothing was done, and took it back.
            reason = Reason("busy", "change.taken_back")
            return Outcome(outcome.change_id, OutcomeStatus.REFUSED, reason=reason)
        return present.outcome or outcome
    return outcome


def _carry_out(command: Command, context: UseCaseContext) -> Outcome:
    if known := context.store.intent(command.change_id):
        return _repeat(known, command, context)
    try:
        prepared = _prepare(command, context)
        if isinstance(prepared, Outcome):
            return _keep(prepared, command, context)
        if isinstance(prepared, Intent):
            return _give_up(prepared, context)
        outcome = deliver(prepared.intent, prepared.carloop, context)
        return _repeat(outcome, command, context) if isinstance(outcome, Intent) else outcome
    except CallFailed as failure:
        # Only calls before the intent was recorded end here: nothing was asked of Carloop yet, so nothing is final.
        reason = failure.reason
        code = "unreachable" if is_final(reason) else reason.code
        refused = _refused(command, Reason(code, reason.text, reason.params))
    except RuleBroken as broken:
        refused = _refused(command, broken.reason, broken.rental)
        if is_final(broken.reason):
            return _keep(refused, command, context)
    # Nothing is kept of this refusal. Another process may have carried the change out meanwhile.
    known = context.store.intent(command.change_id)
    return _repeat(known, command, context) if known else refused


def _repeat(known: Intent, command: Command, context: UseCaseContext) -> Outcome:
    if known.digest != command.digest:
        return _refused(command, Reason("change_id_reused", "change.id_reused", pointer="/change_id"))
    return known.outcome or recover(known, context)


def _keep(outcome: Outcome, command: Command, context: UseCaseContext) -> Outcome:
    """Keep an outcome that needed no sending, for the change's id, digest and action alone."""
    actions = {Book: Action.BOOK, ChangeEnd: Action.CHANGE_END, Rebook: Action.REBOOK}
    action, now = actions.get(type(command), Action.CANCEL), context.clock.now()
    intent = Intent(command.change_id, action, Site(""), None, command.digest, recorded_at=now)
    return context.store.record_settled(intent, outcome)


def _prepare(command: Command, context: UseCaseContext) -> Prepared | Intent | Outcome:
    """Have the use case check its rules. Return what is to be sent, what gives up a booking, or the outcome.

    :raises RuleBroken: a rule forbids the change.
    :raises CallFailed: Carloop did not answer before anything was sent.
    """
    for made in context.store.rentals(change_id=command.change_id):
        # The records were rebuilt from Carloop: the rental is known, and that this change made it.
        return Outcome(command.change_id, OutcomeStatus.DONE, made)
    match command:
        case Book():
            _require_no_pending_change(command.appointment_id, context)
            return book(command, context)
        case ChangeEnd(unexpected=str(name)):
            raise RuleBroken(Reason("rental_immutable", "change.immutable", pointer=f"/{name}"))
        case ChangeEnd() | Cancel() | Rebook():
            rental = find_rental(command.rental_id, command.site, context)
        case GiveUp(change_id, digest, revision=revision, why=why):
            given_up = give_up(command, context)
            if not isinstance(given_up, RentalRecord):
                return given_up
            rental, command = given_up, Cancel(change_id, digest, given_up.id, revision=revision, why=why)
    _require_no_pending_change(rental.appointment_id, context)
    if isinstance(command, Rebook):
        return rebook(command, rental, context)
    return end_or_cancel(command, rental, context)


def _require_no_pending_change(appointment_id: AppointmentId, context: UseCaseContext) -> None:
    """Settle an appointment's pending change before another one begins. Raise `RuleBroken` while it is pending."""
    pending = context.store.pending_of([appointment_id]).get(appointment_id)
    if pending:
        settle_pending(pending, context)
        if context.store.pending_of([appointment_id]):
            raise RuleBroken(OTHER_CHANGE)


def _give_up(giving_up: Intent, context: UseCaseContext) -> Outcome:
    """Record that a booking is given up, and find out what became of it."""
    there = context.store.record(giving_up)
    if there and there.change_id != giving_up.change_id:
        raise RuleBroken(OTHER_CHANGE)
    return recover(giving_up, context)
