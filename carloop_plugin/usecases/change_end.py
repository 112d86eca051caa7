"""Change the end: the one thing that can be changed of a saved rental, also of one that has begun."""

from __future__ import annotations

from carloop_plugin.domain.changes import Action, ChangeEnd, Intent
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import Period
from carloop_plugin.ports import Carloop, UseCaseContext


def change_end(
    command: ChangeEnd, rental: RentalRecord, revision: int, carloop: Carloop, context: UseCaseContext
) -> Intent:
    """Return the change of a rental's end to be sent."""
    return Intent(
        change_id=command.change_id,
        action=Action.CHANGE_END,
        site=rental.site,
        appointment_id=rental.appointment_id,
        digest=command.digest,
        recorded_at=context.clock.now(),
        account=rental.account,
        rental_id=rental.id,
        # Whether the end comes after the start, and after now, Carloop decides by its own clock.
        period=Period(rental.period.start, command.end),
        revision=revision,
        body=carloop.end_body(command.end),
    )
