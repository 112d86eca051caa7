"""Give up a booking whose outcome nobody knows: if it turns up at Carloop, it is cancelled there."""

from __future__ import annotations

from collections.abc import Mapping

from carloop_plugin.domain.changes import (
    Action,
    Intent,
    OtherPending,
    Outcome,
    OutcomeStatus,
)
from carloop_plugin.domain.failures import Reason, Refused
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.ports import Call
from carloop_plugin.usecases.cancel import cancel_rental
from carloop_plugin.usecases.recover import recover


def give_up(change: Mapping[str, object], *, change_id: ChangeId, digest: str, call: Call) -> Outcome:
    """Give up a pending booking. One that is done by now is cancelled, of one that was refused nothing is left.

    :raises Refused: no such booking was ever asked for, or it is being given up already.
    """
    booking = call.store.intent(ChangeId(str(change["book_change_id"]).lower()))
    if booking is None or booking.action is not Action.BOOK:
        raise Refused(Reason("rental_not_found", "change.booking_not_found", pointer="/book_change_id"))
    intent = Intent(
        change_id=change_id,
        action=Action.CANCEL,
        site=booking.site,
        appointment_id=booking.appointment_id,
        digest=digest,
        recorded_at=call.clock.now(),
        account=booking.account,
        gives_up=booking.change_id,
    )
    if booking.outcome:
        return _after_the_fact(booking, intent, change=change, call=call)
    recorded = call.store.record(intent)
    if isinstance(recorded, OtherPending):
        raise Refused(Reason("outcome_pending", "change.other_pending"))
    return recover(intent, call)


def _after_the_fact(booking: Intent, intent: Intent, *, change: Mapping[str, object], call: Call) -> Outcome:
    # Whatever it brought: a booking that was refused because another car came of it has left that one behind.
    made = call.store.rental_of_change(booking.change_id)
    if made is None:
        return call.store.record_settled(intent, Outcome(intent.change_id, OutcomeStatus.DONE))
    return cancel_rental(made, change, change_id=intent.change_id, digest=intent.digest, call=call)
