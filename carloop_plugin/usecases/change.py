"""Change a rental: book it, change its end, cancel it, withdraw a booking. From top to bottom:

repeat    the same change again has the same outcome
settle    what is pending for the appointment, before another change to it begins
prepare   the use case checks its rules and returns what is to be sent
deliver   record, send, judge, settle: `deliver.py`
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import (
    Action,
    Book,
    Cancel,
    ChangeEnd,
    Command,
    GiveUp,
    Intent,
    OtherPending,
    Outcome,
    OutcomeStatus,
    SameChange,
    Unsupported,
)
from carloop_plugin.domain.failures import CallFailed, Failed, Reason, RuleBroken, StoreFailed, is_final
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus, gone
from carloop_plugin.domain.values import AppointmentId, RentalId, Site
from carloop_plugin.ports import Carloop, Prepared, UseCaseContext
from carloop_plugin.usecases.book import book
from carloop_plugin.usecases.cancel import cancel, withdraw
from carloop_plugin.usecases.change_end import change_end
from carloop_plugin.usecases.deliver import GONE, deliver, observe
from carloop_plugin.usecases.recover import change_lock, recover, settle_pending


def change_rental(command: Command, context: UseCaseContext) -> Outcome:
    """Carry out a change, or return what became of it when it was asked for before.

    :returns: done, refused or unknown; never an exception for anything that can be expected.
    """
    change_id = command.change_id
    try:
        with change_lock(change_id, deadline=context.deadline) as is_alone:
            if not is_alone:
                return Outcome(change_id, OutcomeStatus.UNKNOWN, reason=Reason("deadline_exceeded"))
            outcome = _carry_out(command, context)
            return outcome if outcome.status is not OutcomeStatus.UNKNOWN else _latest(outcome, context)
    except StoreFailed as failure:
        if failure.may_be_written:
            # What may be in the records may be sent by recovery: that is no refusal.
            reason = Reason(failure.reason.code, "change.unknown")
            return Outcome(change_id, OutcomeStatus.UNKNOWN, reason=reason)
        return Outcome(change_id, OutcomeStatus.REFUSED, reason=failure.reason)
    except Failed as failure:
        return Outcome(change_id, OutcomeStatus.REFUSED, reason=failure.reason)


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
    known = context.store.intent(command.change_id)
    if known:
        return _repeat(known, command, context)
    try:
        prepared = _prepare(command, context)
        if isinstance(prepared, Outcome):
            return context.store.record_settled(_unsent(command, context), prepared)
        if isinstance(prepared, Intent):
            return _give_up(prepared, context)
        outcome = deliver(prepared, context)
        return _repeat(outcome.intent, command, context) if isinstance(outcome, SameChange) else outcome
    except CallFailed as failure:
        # Only calls before the intent was recorded end here: nothing was asked of Carloop yet, so nothing is final.
        reason = failure.reason
        if is_final(reason):
            reason = Reason("unreachable", reason.text, reason.params)
        return Outcome(command.change_id, OutcomeStatus.REFUSED, reason=reason)
    except RuleBroken as broken:
        refused = Outcome(command.change_id, OutcomeStatus.REFUSED, broken.rental, broken.reason)
        if not is_final(broken.reason):
            return refused
        return context.store.record_settled(_unsent(command, context), refused)


def _repeat(known: Intent, command: Command, context: UseCaseContext) -> Outcome:
    if known.digest != command.digest:
        reason = Reason("change_id_reused", "change.id_reused", pointer="/change_id")
        return Outcome(known.change_id, OutcomeStatus.REFUSED, reason=reason)
    return known.outcome or recover(known, context)


def _unsent(command: Command, context: UseCaseContext) -> Intent:
    """Return the intent of a change whose outcome needs no sending: kept for its id alone."""
    actions = {Book: Action.BOOK, ChangeEnd: Action.CHANGE_END}
    return Intent(
        change_id=command.change_id,
        action=actions.get(type(command), Action.CANCEL),
        site=Site(""),
        appointment_id=None,
        digest=command.digest,
        recorded_at=context.clock.now(),
    )


def _prepare(command: Command, context: UseCaseContext) -> Prepared | Intent | Outcome:
    """Have the use case check its rules. Return what is to be sent, the withdrawal of a booking, or the outcome.

    :raises RuleBroken: a rule forbids the change.
    :raises CallFailed: Carloop did not answer before anything was sent.
    """
    match command:
        case Book():
            for made in context.store.rentals(change_id=command.change_id):
                # The records were rebuilt from Carloop: the rental is known, and that this change made it.
                return Outcome(command.change_id, OutcomeStatus.DONE, made)
            _require_no_pending_change(command.appointment_id, context)
            return book(command, context)
        case ChangeEnd(unexpected=str(name)):
            raise RuleBroken(Reason("rental_immutable", "change.immutable", pointer=f"/{name}"))
        case ChangeEnd() | Cancel():
            rental = _find_rental(command.rental_id, command.site, context)
            return _prepare_for(rental, command, context)
        case GiveUp():
            withdrawn = withdraw(command, context)
            if not isinstance(withdrawn, RentalRecord):
                return withdrawn
            cancellation = Cancel(
                command.change_id, command.digest, withdrawn.id, revision=command.revision, why=command.why
            )
            return _prepare_for(withdrawn, cancellation, context)
        case Unsupported():
            raise RuleBroken(Reason("not_supported", "change.not_supported", pointer="/action"))


def _prepare_for(
    rental: RentalRecord, command: ChangeEnd | Cancel, context: UseCaseContext
) -> Prepared | Outcome:
    """Prepare a change of a rental of ours."""
    _require_no_pending_change(rental.appointment_id, context)
    if isinstance(command, Cancel) and rental.status is RentalStatus.CANCELLED:
        return Outcome(command.change_id, OutcomeStatus.DONE, rental)
    carloop = context.connect(rental.site)
    account = _account_of(rental, carloop, context)
    revision = command.revision
    if revision is None:
        revision = _present_revision(rental, carloop, context)
    if isinstance(command, ChangeEnd):
        if revision is None:
            context.store.keep_rental(gone(rental, cancelled_here=False))
            raise RuleBroken(GONE)
        return Prepared(change_end(command, rental, revision, carloop, context), carloop, account)
    if revision is None:
        # Gone is as good as cancelled.
        cancelled = gone(rental, cancelled_here=True)
        context.store.keep_rental(cancelled)
        return Outcome(command.change_id, OutcomeStatus.DONE, cancelled)
    return Prepared(cancel(command, rental, revision, carloop, context), carloop, account)


def _require_no_pending_change(appointment_id: AppointmentId, context: UseCaseContext) -> None:
    """Settle an appointment's pending change before another one begins. Raise `RuleBroken` while it is pending."""
    if settle_pending(appointment_id, context) is not None:
        raise RuleBroken(Reason("outcome_pending", "change.other_pending"))


def _give_up(withdrawal: Intent, context: UseCaseContext) -> Outcome:
    """Record that a booking is withdrawn, and find out what became of it."""
    if isinstance(context.store.record(withdrawal), OtherPending):
        raise RuleBroken(Reason("outcome_pending", "change.other_pending"))
    return recover(withdrawal, context)


def _find_rental(rental_id: RentalId, site: Site | None, context: UseCaseContext) -> RentalRecord:
    """Return the rental that a change names, by its id and, where given, its site.

    One that is not in our records but carries our reference at Carloop is ours all the same.

    :raises RuleBroken: there is none, or several sites have one of this id.
    """
    found = context.store.rentals(rental_id=rental_id, site=site)
    if len({rental.site for rental in found}) > 1:
        raise RuleBroken(Reason("invalid_document", "change.site_needed", pointer="/site"))
    if found:
        return _of_present_account(found, context)
    if site is not None and (adopted := _adopt(rental_id, site, context)):
        return adopted
    raise RuleBroken(Reason("rental_not_found", "change.rental_not_found", pointer="/rental_id"))


def _of_present_account(found: Sequence[RentalRecord], context: UseCaseContext) -> RentalRecord:
    """Choose among rentals of one id and site: more than one, and they are of different accounts."""
    if len(found) == 1:
        return found[0]
    account = context.connect(found[0].site).read_account(deadline=context.deadline)
    ours = [rental for rental in found if rental.account == account.id]
    if not ours:
        raise RuleBroken(Reason("account_changed", "change.account_changed"))
    return ours[0]


def _adopt(rental_id: RentalId, site: Site, context: UseCaseContext) -> RentalRecord | None:
    if set(rental_id) <= {"."}:
        # No path segment, so no rental's id either.
        return None
    carloop = context.connect(site)
    account = carloop.known_account(deadline=context.deadline)
    rental = carloop.read_rental(rental_id, deadline=context.deadline)
    if rental is None:
        return None
    record = observe(rental, account, context)
    if record is not None:
        context.store.keep_rental(record)
    return record


def _account_of(rental: RentalRecord, carloop: Carloop, context: UseCaseContext) -> Account:
    """Return the account in use. Raise `RuleBroken` where it is not the one that made the rental."""
    account = carloop.known_account(deadline=context.deadline)
    if account.id != rental.account:
        account = carloop.read_account(deadline=context.deadline)
    if account.id != rental.account:
        raise RuleBroken(Reason("account_changed", "change.account_changed"))
    return account


def _present_revision(rental: RentalRecord, carloop: Carloop, context: UseCaseContext) -> int | None:
    """Return the rental's revision at Carloop; None only where the account that made it says it is gone."""
    found = carloop.read_rental(rental.id, deadline=context.deadline)
    if found is None and carloop.read_account(deadline=context.deadline).id != rental.account:
        raise RuleBroken(Reason("account_changed", "change.account_changed"))
    return found.revision if found else None
