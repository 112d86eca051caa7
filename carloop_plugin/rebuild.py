"""Rebuild the records from Carloop: every rental that carries this installation's reference is linked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carloop_plugin import events
from carloop_plugin.feed import read_feed
from carloop_plugin.model import Failed, Reason, Site
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.reference import read_reference
from carloop_plugin.settle import observed


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many rentals were linked again, and which sites could not be asked, with the reason."""

    rentals: int
    missing: tuple[tuple[Site, Reason], ...]


def rebuild(sites: Iterable[Site], call: Call, *, tell: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """Read all rentals of every site's account and keep ours. `tell` is given the count as it grows."""
    count, missing, seen = 0, [], set()
    for site in sites:
        try:
            carloop = call.connect(site)
            if id(carloop) in seen:
                continue
            seen.add(id(carloop))
            for kept in _link_again(carloop, call):
                count += kept
                tell(count)
        except Failed as failure:
            missing.append((site, failure.reason))
    events.tell(events.RECORDS_REBUILT, rentals=count, missing=len(missing))
    return Rebuilt(count, tuple(missing))


def _link_again(carloop: Carloop, call: Call) -> Iterable[int]:
    account = carloop.read_account(deadline=call.deadline)
    for rental in read_feed(None, carloop=carloop, account=account, call=call):
        reference = read_reference(rental.external_reference, installation=call.store.installation)
        if reference is not None:
            record = observed(rental, reference=reference, account=account, call=call)
            yield int(call.store.keep_rental(record))
    call.store.note_contact(account.id, at=call.clock.now(), skew=account.skew, position=account.server_time)
