"""Cancel a rental that is still reserved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from carloop_plugin.domain.changes import Action, Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.ports import Call
from carloop_plugin.usecases.recover import make_way
from carloop_plugin.usecases.rental import account_of, rental_of, revision_of
from carloop_plugin.usecases.send import record_and_send
from carloop_plugin.usecases.settle import gone


def cancel(change: Mapping[str, object], *, change_id: ChangeId, digest: str, call: Call) -> Outcome:
    """Cancel a rental; one that is cancelled already stays so, and that is a success.

    :raises Refused: the rental is not there, or belongs to another account.
    :raises CallFailed: Carloop did not answer before anything was sent.
    """
    rental = rental_of(change, call)
    return cancel_rental(rental, change, change_id=change_id, digest=digest, call=call)


def cancel_rental(
    rental: RentalRecord, change: Mapping[str, object], *, change_id: ChangeId, digest: str, call: Call
) -> Outcome:
    """Cancel a rental of our records, as `change` asks for it."""
    make_way(rental.appointment_id, call)
    intent = Intent(
        change_id=change_id,
        action=Action.CANCEL,
        site=rental.site,
        appointment_id=rental.appointment_id,
        digest=digest,
        recorded_at=call.clock.now(),
        account=rental.account,
        rental_id=rental.id,
    )
    if rental.status is RentalStatus.CANCELLED:
        outcome = Outcome(change_id, OutcomeStatus.DONE, rental=rental.document)
        return call.store.record_settled(intent, outcome)
    carloop = call.connect(rental.site)
    account = account_of(rental, carloop=carloop, call=call)
    revision = revision_of(change, rental, carloop=carloop, call=call)
    if revision is None:
        # Gone is as good as cancelled.
        cancelled = gone(rental, cancelled_here=True)
        call.store.keep_rental(cancelled)
        done = Outcome(change_id, OutcomeStatus.DONE, rental=cancelled.document)
        return call.store.record_settled(intent, done)
    reason = change.get("reason")
    body = carloop.cancellation_body(reason if isinstance(reason, str) else None)
    ready = replace(intent, revision=revision, body=body)
    return record_and_send(ready, carloop=carloop, account=account, call=call)
