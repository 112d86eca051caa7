"""Change the end: the one thing that can be changed of a saved rental, also of one that has begun."""

from __future__ import annotations

from collections.abc import Mapping

from carloop_plugin.domain.changes import Action, Intent, Outcome
from carloop_plugin.domain.failures import Reason, Refused
from carloop_plugin.domain.values import ChangeId, Period, parse_instant
from carloop_plugin.ports import Call
from carloop_plugin.usecases.recover import make_way
from carloop_plugin.usecases.rental import account_of, rental_of, revision_of
from carloop_plugin.usecases.send import record_and_send
from carloop_plugin.usecases.settle import GONE, gone

OWN_NAMES = frozenset({"change_id", "provider", "action", "site", "rental_id", "end", "revision"})


def change_end(change: Mapping[str, object], *, change_id: ChangeId, digest: str, call: Call) -> Outcome:
    """Move a rental's end.

    :raises Refused: the change carries more than an end, the rental is not there or belongs to another account.
    :raises CallFailed: Carloop did not answer before anything was sent.
    """
    foreign = sorted(name for name in change if name not in OWN_NAMES)
    if foreign:
        raise Refused(Reason("rental_immutable", "change.immutable", pointer=f"/{foreign[0]}"))
    rental = rental_of(change, call)
    make_way(rental.appointment_id, call)
    carloop = call.connect(rental.site)
    account = account_of(rental, carloop=carloop, call=call)
    revision = revision_of(change, rental, carloop=carloop, call=call)
    if revision is None:
        call.store.keep_rental(gone(rental, cancelled_here=False))
        raise Refused(GONE)
    wanted = parse_instant(str(change["end"]))
    intent = Intent(
        change_id=change_id,
        action=Action.CHANGE_END,
        site=rental.site,
        appointment_id=rental.appointment_id,
        digest=digest,
        recorded_at=call.clock.now(),
        account=account.id,
        rental_id=rental.id,
        # Whether the end comes after the start, and after now, is Carloop's to say: its clock decides.
        period=Period(rental.period.start, wanted),
        revision=revision,
        body=carloop.end_body(wanted),
    )
    return record_and_send(intent, carloop=carloop, account=account, call=call)
