"""Change what was booked: end it at another time, cancel it, or give up a booking whose outcome is unknown."""

from __future__ import annotations

from carloop_plugin.domain.changes import (
    RENTING,
    Action,
    Cancel,
    ChangeEnd,
    GiveUp,
    Intent,
    Outcome,
    OutcomeStatus,
)
from carloop_plugin.domain.failures import ACCOUNT_CHANGED, GONE, Reason, RuleBroken
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus, gone, record_of
from carloop_plugin.domain.values import Period, RentalId, Site
from carloop_plugin.ports import Carloop, Prepared, UseCaseContext


def end_or_cancel(
    command: ChangeEnd | Cancel, rental: RentalRecord, context: UseCaseContext
) -> Prepared | Outcome:
    """Return the change of a rental of ours that is to be sent, or the outcome where none is needed.

    :raises RuleBroken: another account made the rental, or its end is to be changed and Carloop no longer has it.
    :raises CallFailed: Carloop did not answer.
    """
    is_cancellation = isinstance(command, Cancel)
    if is_cancellation and rental.status is RentalStatus.CANCELLED:
        return Outcome(command.change_id, OutcomeStatus.DONE, rental)
    carloop = connect_to(rental, context)
    revision = command.revision
    if revision is None:
        found = carloop.read_rental(rental.id, deadline=context.deadline)
        if found is None:
            absent = note_gone(rental, carloop, context, cancelled_here=is_cancellation)
            if is_cancellation:
                # Gone is as good as cancelled.
                return Outcome(command.change_id, OutcomeStatus.DONE, absent)
            raise RuleBroken(GONE)
        revision = found.revision
    return Prepared(_intent(command, rental, revision, carloop, context), carloop)


def _intent(
    command: ChangeEnd | Cancel,
    rental: RentalRecord,
    revision: int,
    carloop: Carloop,
    context: UseCaseContext,
) -> Intent:
    if isinstance(command, Cancel):
        action, period, body = Action.CANCEL, None, carloop.cancellation_body(command.why)
    else:
        # Whether the end comes after the start, and after now, Carloop decides by its own clock.
        period = Period(rental.period.start, command.end)
        action, body = Action.CHANGE_END, carloop.end_body(command.end)
    return Intent(
        change_id=command.change_id,
        action=action,
        site=rental.site,
        appointment_id=rental.appointment_id,
        digest=command.digest,
        recorded_at=context.clock.now(),
        account=rental.account,
        rental_id=rental.id,
        period=period,
        revision=revision,
        body=body,
    )


def give_up(command: GiveUp, context: UseCaseContext) -> Intent | RentalRecord | Outcome:
    """Return what gives up a pending booking; of one that is settled the rental to cancel, or that there is none.

    :raises RuleBroken: no such booking was ever asked for.
    """
    booking = context.store.intent(command.book_change_id)
    if booking is None or booking.action not in RENTING:
        raise RuleBroken(Reason("rental_not_found", "change.booking_not_found", pointer="/book_change_id"))
    if booking.outcome:
        # Whatever it brought: a booking refused because another vehicle came of it has left a rental behind.
        made = context.store.rentals(change_id=booking.change_id)
        return made[0] if made else Outcome(command.change_id, OutcomeStatus.DONE)
    return Intent(
        change_id=command.change_id,
        action=Action.CANCEL,
        site=booking.site,
        appointment_id=booking.appointment_id,
        digest=command.digest,
        recorded_at=context.clock.now(),
        account=booking.account,
        gives_up=booking.change_id,
    )


def find_rental(rental_id: RentalId, site: Site | None, context: UseCaseContext) -> RentalRecord:
    """Return the rental that a change names, by its id and, where given, its site.

    One that is not in our records but carries our reference at Carloop is ours all the same.

    :raises RuleBroken: there is none, or several sites have one of this id.
    """
    if site and not context.store.rentals(rental_id=rental_id, site=site):
        adopted = _adopt(rental_id, site, context)
        if adopted:
            return adopted
    return known_rental(rental_id, site, context)


def known_rental(rental_id: RentalId, site: Site | None, context: UseCaseContext) -> RentalRecord:
    """Return the rental of our records that a change names; as `find_rental`, but nothing is looked up or kept."""
    found = context.store.rentals(rental_id=rental_id, site=site)
    sites = {rental.site for rental in found}
    if len(sites) > 1:
        raise RuleBroken(Reason("invalid_document", "change.site_needed", pointer="/site"))
    if len(found) > 1:
        # Of one id and site, so they are of different accounts.
        account = context.connect(sites.pop()).read_account(deadline=context.deadline)
        found = [rental for rental in found if rental.account == account.id]
        if not found:
            raise RuleBroken(ACCOUNT_CHANGED)
    if not found:
        raise RuleBroken(Reason("rental_not_found", "change.rental_not_found", pointer="/rental_id"))
    return found[0]


def _adopt(rental_id: RentalId, site: Site, context: UseCaseContext) -> RentalRecord | None:
    if set(rental_id) <= {"."}:
        # No path segment, so no rental's id either.
        return None
    carloop = context.connect(site)
    account = carloop.known_account(deadline=context.deadline)
    rental = carloop.read_rental(rental_id, deadline=context.deadline)
    if rental is None:
        return None
    known = context.store.rentals(rental_id=rental.id, account=account.id)
    record = record_of(rental, account.id, installation=context.store.installation, known=known)
    if record is not None:
        context.store.keep_rental(record)
    return record


def connect_to(rental: RentalRecord, context: UseCaseContext) -> Carloop:
    """Return the Carloop of a rental. Raise `RuleBroken` where its token is not of the account that made the rental."""
    carloop = context.connect(rental.site)
    if carloop.known_account(deadline=context.deadline).id != rental.account:
        _require_account(rental, carloop, context)
    return carloop


def note_gone(
    rental: RentalRecord, carloop: Carloop, context: UseCaseContext, *, cancelled_here: bool = False
) -> RentalRecord:
    """Keep that Carloop no longer has a rental, which counts only from the account that made it."""
    _require_account(rental, carloop, context)
    absent = gone(rental, cancelled_here=cancelled_here)
    context.store.keep_rental(absent)
    return absent


def _require_account(rental: RentalRecord, carloop: Carloop, context: UseCaseContext) -> None:
    """Raise `RuleBroken` where the account, read anew, is not the one that made the rental."""
    if carloop.read_account(deadline=context.deadline).id != rental.account:
        raise RuleBroken(ACCOUNT_CHANGED)
