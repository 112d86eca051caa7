"""Cancel a rental that is still reserved, or give up a booking whose outcome is unknown."""

from __future__ import annotations

from carloop_plugin.domain.changes import Action, Cancel, GiveUp, Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Reason, RuleBroken
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.ports import Carloop, UseCaseContext


def cancel(
    command: Cancel, rental: RentalRecord, revision: int, carloop: Carloop, context: UseCaseContext
) -> Intent:
    """Return the cancellation to be sent."""
    return Intent(
        change_id=command.change_id,
        action=Action.CANCEL,
        site=rental.site,
        appointment_id=rental.appointment_id,
        digest=command.digest,
        recorded_at=context.clock.now(),
        account=rental.account,
        rental_id=rental.id,
        revision=revision,
        body=carloop.cancellation_body(command.why),
    )


def give_up(command: GiveUp, context: UseCaseContext) -> Intent | RentalRecord | Outcome:
    """Return what gives up a pending booking; of one that is settled the rental to cancel, or that there is none.

    :raises RuleBroken: no such booking was ever asked for.
    """
    booking = context.store.intent(command.book_change_id)
    if booking is None or booking.action is not Action.BOOK:
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
