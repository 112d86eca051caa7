"""Keep in mind the rentals at Carloop that cannot be read.

A rental that is not as the interface says is left out, and no other. One of ours is read again by its reference in each
round: it may become readable without a change at Carloop, by a newer version of this plugin, when the feed has long
gone past it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

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

Noted = dict[str, UnreadableRental]
"""An account's rentals that could not be read when they were last seen, by their ids: ours first."""


def note_unreadable(rental: Unreadable, noted: Noted, account: Account, context: UseCaseContext) -> None:
    """Note a rental that cannot be read, in the records and in `noted`."""
    reference = _our_reference(rental, account, context)
    name = rental.id or (reference.change_id if reference else UNNAMED)
    fresh = UnreadableRental(account.id, name, str(reference) if reference else None, context.clock.now())
    known = noted.get(name)
    if known is None:
        log_event(RENTAL_UNREADABLE, of=reference, account=account.id, rental_id=name)
    elif known.is_ours == fresh.is_ours and abs(fresh.seen_at - known.seen_at) < _SEEN_OFTEN_ENOUGH:
        return
    noted[name] = fresh
    context.store.note_unreadable(fresh)


def read_again(noted: Noted, carloop: Carloop, context: UseCaseContext) -> Iterator[Rental]:
    """Read once more those of our rentals that could not be read; forget others' after a day. Raise `CallFailed`."""
    now = context.clock.now()
    for note in [each for each in noted.values() if each.is_ours][:_MOST_READ_AGAIN]:
        try:
            rental = carloop.find_rental(note.external_reference or "", deadline=context.deadline)
        except CallFailed as failure:
            if failure.reason.code != "invalid_answer":
                raise
            context.store.note_unreadable(replace(note, seen_at=now))
            continue
        if rental is not None:
            yield rental
        context.store.forget_unreadable(note)
    for note in noted.values():
        if not note.is_ours and now - note.seen_at > _STRANGER_FORGOTTEN:
            context.store.forget_unreadable(note)


def _our_reference(rental: Unreadable, account: Account, context: UseCaseContext) -> Reference | None:
    """Return the reference a rental of ours carries, else the one in our records; None for another's."""
    installation = context.store.installation
    carried = read_reference(rental.external_reference, installation=installation)
    if carried is not None or rental.id is None:
        return carried
    for known in context.store.rentals(rental_id=RentalId(rental.id), account=account.id):
        return Reference(installation, known.site, known.appointment_id, known.change_id)
    return None
