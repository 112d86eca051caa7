"""Read an account's rentals, and keep in mind those that cannot be read.

A rental that is not as the interface says costs itself alone. One of ours is read again by its reference in each
round: it may become readable without a change at Carloop, by a newer version of this plugin, when the feed has long
gone past it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.failures import CallFailed
from carloop_plugin.domain.rentals import Reference, Rental, Unreadable, UnreadableRental, read_reference
from carloop_plugin.domain.values import RentalId
from carloop_plugin.events import RENTAL_UNREADABLE, log_event
from carloop_plugin.ports import Carloop, UseCaseContext

UNNAMED = "?"
"""What a rental is called whose id cannot be read either."""

_MOST_READ_AGAIN = 20
_SEEN_OFTEN_ENOUGH = timedelta(minutes=10)
_STRANGER_FORGOTTEN = timedelta(days=1)


def read_feed(
    since: datetime | None, *, carloop: Carloop, account: Account, context: UseCaseContext
) -> Iterator[Rental]:
    """Read the rentals updated since an instant, and note those that cannot be read. Raise `CallFailed`."""
    noted = {each.id: each for each in context.store.unreadable(account.id)}
    for rental in carloop.rentals_changed_since(since, deadline=context.deadline):
        if isinstance(rental, Unreadable):
            _note(rental, noted, account=account, context=context)
            continue
        yield rental
        if known := noted.pop(rental.id, None):
            context.store.forget_unreadable(known)


def read_again(*, carloop: Carloop, account: Account, context: UseCaseContext) -> Iterator[Rental]:
    """Read once more those of our rentals that could not be read; forget strangers' after a day. Raise `CallFailed`."""
    now = context.clock.now()
    noted = context.store.unreadable(account.id)
    for note in [each for each in noted if each.is_ours][:_MOST_READ_AGAIN]:
        try:
            rental = carloop.find_rental(note.external_reference or "", deadline=context.deadline)
        except CallFailed as failure:
            if failure.reason.code != "invalid_answer":
                raise
            _renew(note, now=now, context=context)
            continue
        if rental is not None:
            yield rental
        context.store.forget_unreadable(note)
    for note in noted:
        if not note.is_ours and now - note.seen_at > _STRANGER_FORGOTTEN:
            context.store.forget_unreadable(note)


def _note(
    rental: Unreadable, noted: dict[str, UnreadableRental], *, account: Account, context: UseCaseContext
) -> None:
    reference = _our_reference(rental, account=account, context=context)
    name = rental.id or (reference.change_id if reference else UNNAMED)
    fresh = UnreadableRental(account.id, name, str(reference) if reference else None, context.clock.now())
    known = noted.get(name)
    if known is None:
        log_event(
            RENTAL_UNREADABLE,
            account=account.id,
            rental_id=name,
            site=reference.site if reference else None,
            appointment_id=reference.appointment_id if reference else None,
            change_id=reference.change_id if reference else None,
        )
    elif known.is_ours == fresh.is_ours and abs(fresh.seen_at - known.seen_at) < _SEEN_OFTEN_ENOUGH:
        return
    noted[name] = fresh
    context.store.note_unreadable(fresh)


def _our_reference(rental: Unreadable, *, account: Account, context: UseCaseContext) -> Reference | None:
    """Return the reference a rental of ours carries, else the one in our records; None for a stranger's."""
    installation = context.store.installation
    carried = read_reference(rental.external_reference, installation=installation)
    if carried is not None or rental.id is None:
        return carried
    for known in context.store.rentals(rental_id=RentalId(rental.id), account=account.id):
        return Reference(installation, known.site, known.appointment_id, known.change_id)
    return None


def _renew(note: UnreadableRental, *, now: datetime, context: UseCaseContext) -> None:
    context.store.note_unreadable(
        UnreadableRental(note.account, note.id, note.external_reference, seen_at=now)
    )
