"""Erasure: forget a customer, except for what an open change still needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from carloop_plugin.domain.appointments import fold
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.judgement import LONGEST_FLIGHT, may_be_in_flight
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.events import ERASURE_ASKED, ERASURE_FINISHED, ERASURE_PUT_OFF, tell
from carloop_plugin.ports import Call

LARGEST_AT_ONCE = 64 * 2**20
"""Bytes of records that are rewritten beside the day's work: a second or two, and others wait five for a lock."""

NEXT_RECOVERY = timedelta(minutes=1)
"""How soon recovery may settle a change: hosts reconcile every 30 s, and a dead server's lease lasts 20 s."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What could not be erased yet. `until` is when it can be at the earliest.

    Recovery leaves what `is_set_aside` to a person.
    """

    appointment_id: AppointmentId
    until: datetime
    is_set_aside: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """How many appointments were forgotten, and which were kept.

    `is_finished` is False while traces of what was erased may still be in the records' files. `is_on_server` tells
    that a database server has more of them in its log, copies and backups.
    """

    count: int
    kept: tuple[Kept, ...]
    is_finished: bool = True
    is_on_server: bool = False


@dataclass(frozen=True, slots=True)
class ToErase:
    """What an erasure would forget and keep now, and which files it would delete."""

    appointments: tuple[AppointmentId, ...]
    kept: tuple[Kept, ...]
    files: tuple[str, ...]


def preview_erasure(numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], call: Call) -> ToErase:
    """Return what `erase` would do now; nothing is changed."""
    asked = _appointments_of(numbers, appointment_ids, call)
    pending = call.store.pending_of(sorted(asked))
    kept = {**_pending_for(numbers, call), **pending}
    return ToErase(
        appointments=tuple(sorted(call.store.appointments(sorted(asked)).keys() - pending.keys())),
        kept=tuple(_kept(each, kept[each], now=call.clock.now()) for each in sorted(kept)),
        files=tuple(each.name for each in call.store.moved_aside()),
    )


def erase(numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], call: Call) -> Erased:
    """Forget the appointments of customers, by their numbers or by the appointments themselves.

    A pending change still needs its payload. Its appointment is forgotten in the transaction that settles it.
    """
    asked = _appointments_of(numbers, appointment_ids, call)
    # A store that was damaged and moved aside cannot be searched for a person: all of it goes.
    call.store.discard_moved_aside()
    count = call.store.forget_appointments(sorted(asked))
    former = _pending_for(numbers, call)
    call.store.forget_payloads(sorted(former.keys() - asked))
    for number in numbers:
        call.store.forget_former_customers(number)
    kept = {**former, **call.store.pending_of(sorted(asked))}
    tell(ERASURE_ASKED, erased=count, kept=len(kept))
    is_finished = _finish(call)
    found = tuple(_kept(each, kept[each], now=call.clock.now()) for each in sorted(kept))
    return Erased(count, found, is_finished, call.store.is_on_server)


def _appointments_of(
    numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], call: Call
) -> set[AppointmentId]:
    asked = {AppointmentId(each) for each in appointment_ids}
    for number in numbers:
        asked.update(call.store.appointments_numbered(number))
    return asked


def finish_erasures(call: Call) -> None:
    """Finish what was left of earlier erasures: those that waited for a change, or for others' use of the files."""
    with suppress(StoreFailed):
        if call.store.unfinished_erasures():
            _finish(call)


def _finish(call: Call) -> bool:
    is_finished = call.store.finish_erasures(largest=LARGEST_AT_ONCE)
    tell(ERASURE_FINISHED if is_finished else ERASURE_PUT_OFF)
    return is_finished


def _pending_for(numbers: Sequence[str], call: Call) -> Mapping[AppointmentId, Intent]:
    """Find the pending changes whose payload names a number, though their appointment has another customer by now."""
    asked = {fold(number) for number in numbers} - {""}
    return {
        intent.appointment_id: intent
        for intent in (call.store.pending_intents() if asked else ())
        if intent.appointment_id is not None and _number_in(intent.body) in asked
    }


def _number_in(body: bytes | None) -> str:
    """Give the number of the customer that a booking carries."""
    sent = json.loads(body) if body else {}
    return fold(sent.get("customer", {}).get("number"))


def _kept(appointment_id: AppointmentId, intent: Intent, *, now: datetime) -> Kept:
    soon = now + NEXT_RECOVERY
    has_arrived = intent.sent_at + LONGEST_FLIGHT if intent.sent_at and may_be_in_flight(intent) else soon
    return Kept(appointment_id, max(has_arrived, soon), intent.is_set_aside)
