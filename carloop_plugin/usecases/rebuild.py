"""Rebuild the records from Carloop: every rental that carries this installation's reference is linked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carloop_plugin import events
from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.failures import Failed, Reason, StoreFailed
from carloop_plugin.domain.rentals import read_reference
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.usecases.feed import read_feed
from carloop_plugin.usecases.settle import observed


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many rentals were linked again, and which sites could not be asked, with the reason.

    `pending` is how many changes of the old records are still pending in the new ones. `is_complete` is False where
    there may have been more than could be read of them.
    """

    rentals: int
    missing: tuple[tuple[Site, Reason], ...]
    pending: int = 0
    is_complete: bool = True


def rebuild(sites: Iterable[Site], call: Call, *, tell: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """Read all rentals of every site's account and keep ours. `tell` is given the count as it grows."""
    count, missing = 0, []
    seen: set[tuple[str, AccountId]] = set()
    for site in sites:
        try:
            carloop = call.connect(site)
            account = carloop.read_account(deadline=call.deadline)
            if (carloop.origin, account.id) in seen:
                continue
            for kept in _link_again(carloop, account, call):
                count += kept
                tell(count)
            seen.add((carloop.origin, account.id))
        except StoreFailed:
            raise
        except Failed as failure:
            missing.append((site, failure.reason))
    events.tell(events.RECORDS_REBUILT, rentals=count, missing=len(missing))
    return Rebuilt(count, tuple(missing))


def _link_again(carloop: Carloop, account: Account, call: Call) -> Iterable[int]:
    for rental in read_feed(None, carloop=carloop, account=account, call=call):
        reference = read_reference(rental.external_reference, installation=call.store.installation)
        if reference is not None:
            record = observed(rental, reference=reference, account=account, call=call)
            yield int(call.store.keep_rental(record))
    call.store.note_contact(
        account.id,
        at=call.clock.now(),
        skew=account.skew,
        position=account.server_time,
        time_zone=account.time_zone,
    )
