"""Rebuild the records from Carloop: every rental that carries this installation's reference is linked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carloop_plugin.domain.accounts import Contact
from carloop_plugin.domain.failures import Failed, Reason, StoreFailed
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.events import RECORDS_REBUILT, log_event
from carloop_plugin.ports import UseCaseContext
from carloop_plugin.usecases.deliver import observe
from carloop_plugin.usecases.reconcile import read_feed


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


def rebuild(
    sites: Iterable[Site], context: UseCaseContext, *, progress: Callable[[int], None] = lambda _: None
) -> Rebuilt:
    """Read all rentals of every site's account and keep ours. `progress` is called with the count as it grows."""
    count, missing = 0, []
    seen: set[tuple[str, AccountId]] = set()
    for site in sites:
        try:
            carloop = context.connect(site)
            account = carloop.read_account(deadline=context.deadline)
            if (carloop.origin, account.id) in seen:
                continue
            noted = {each.id: each for each in context.store.unreadable(account.id)}
            for rental in read_feed(None, noted, carloop, account, context):
                record = observe(rental, account.id, context)
                count += record is not None and context.store.keep_rental(record)
                progress(count)
            contact = Contact(account.id, context.clock.now(), account.skew)
            context.store.note_contact(contact, position=account.server_time, time_zone=account.time_zone)
            seen.add((carloop.origin, account.id))
        except StoreFailed:
            raise
        except Failed as failure:
            missing.append((site, failure.reason))
    log_event(RECORDS_REBUILT, rentals=count, missing=len(missing))
    return Rebuilt(count, tuple(missing))
