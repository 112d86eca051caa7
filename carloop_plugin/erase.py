"""Erasure: forget a customer, except for what an open change still needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carloop_plugin.intents import Intent
from carloop_plugin.model import AppointmentId
from carloop_plugin.ports import Call
from carloop_plugin.verdict import LONGEST_FLIGHT


@dataclass(frozen=True, slots=True)
class Kept:
    """What could not be erased yet. `until` is when it can be at the earliest."""

    appointment_id: AppointmentId
    until: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """How many appointments were forgotten, and which were kept."""

    count: int
    kept: tuple[Kept, ...]


def erase(numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], call: Call) -> Erased:
    """Forget the appointments of customers, by their numbers or by the appointments themselves.

    The payload of a pending change is all that is left of a person here; it goes when the change settles.
    """
    asked = {AppointmentId(each) for each in appointment_ids}
    for number in numbers:
        asked.update(call.store.appointments_numbered(number))
    kept = call.store.pending_of(sorted(asked))
    # A store that was damaged and moved aside cannot be searched for a person: all of it goes.
    call.store.discard_moved_aside()
    count = call.store.forget_appointments(sorted(asked - kept.keys()))
    return Erased(count, tuple(Kept(each, _until(kept[each])) for each in sorted(kept)))


def _until(intent: Intent) -> datetime:
    return (intent.last_sent_at or intent.recorded_at) + LONGEST_FLIGHT
