"""Change the end: the one thing that can be changed of a saved rental, also of one that has begun."""

from __future__ import annotations

from collections.abc import Mapping

from carloop_plugin.intents import Intent, Outcome, RentalRecord
from carloop_plugin.model import Action, ChangeId, Period, Reason, Refused, parse_instant
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.recover import make_way
from carloop_plugin.rental import account_of, read_own, rental_of
from carloop_plugin.send import record_and_send
from carloop_plugin.settle import gone

OWN_NAMES = frozenset({"change_id", "provider", "action", "site", "rental_id", "end", "revision"})


def change_end(change: Mapping[str, object], *, change_id: ChangeId, digest: str, call: Call) -> Outcome:
    """Move a rental's end.

    :raises Refused: the change carries more than an end, the rental is not there, belongs to another account, or
        would end before it begins.
    :raises CallFailed: Carloop did not answer before anything was sent.
    """
    foreign = sorted(name for name in change if name not in OWN_NAMES)
    if foreign:
        raise Refused(Reason("rental_immutable", "change.immutable", pointer=f"/{foreign[0]}"))
    rental = rental_of(change, call)
    wanted = Period(rental.period.start, parse_instant(str(change["end"])))
    if wanted.end <= wanted.start:
        raise Refused(Reason("period_invalid", "change.end_before_start", pointer="/end"))
    make_way(rental.appointment_id, call)
    carloop = call.connect(rental.site)
    account = account_of(rental, carloop=carloop, call=call)
    intent = Intent(
        change_id=change_id,
        action=Action.CHANGE_END,
        site=rental.site,
        appointment_id=rental.appointment_id,
        digest=digest,
        recorded_at=call.clock.now(),
        account=account.id,
        rental_id=rental.id,
        period=wanted,
        revision=_revision(change, rental, carloop=carloop, call=call),
        body=carloop.end_body(wanted.end),
    )
    return record_and_send(intent, carloop=carloop, account=account, call=call)


def _revision(change: Mapping[str, object], rental: RentalRecord, *, carloop: Carloop, call: Call) -> int:
    revision = change.get("revision")
    if isinstance(revision, int | float):
        return int(revision)
    found = read_own(rental, carloop=carloop, call=call)
    if found is None:
        call.store.keep_rental(gone(rental, at=call.clock.now(), cancelled_here=False))
        raise Refused(Reason("rental_not_found", "change.rental_gone", pointer="/rental_id"))
    return found.revision
