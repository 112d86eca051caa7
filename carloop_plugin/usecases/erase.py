"""Erase a customer's data, except for what a pending change still needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carloop_plugin.domain.appointments import digest_number
from carloop_plugin.domain.changes import TRIES_BEFORE_SET_ASIDE, Intent
from carloop_plugin.domain.judgement import LONGEST_FLIGHT, may_be_in_flight
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.events import ERASURE_ASKED, log_event
from carloop_plugin.ports import UseCaseContext
from carloop_plugin.usecases.reconcile import finish_erasures

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


def preview_erasure(
    numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], context: UseCaseContext
) -> ToErase:
    """Return what `erase` would do now; nothing is changed."""
    asked = _appointments_of(numbers, appointment_ids, context)
    pending = context.store.pending_of(asked)
    return ToErase(
        appointments=tuple(sorted(context.store.appointments(asked).keys() - pending.keys())),
        kept=_kept({**_pending_for(numbers, context), **pending}, context),
        files=tuple(each.name for each in context.store.figures().moved_aside),
    )


def erase(
    numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], context: UseCaseContext
) -> Erased:
    """Forget the appointments of customers, by their numbers or by the appointments themselves.

    A pending change still needs its payload. Its appointment is forgotten in the transaction that settles it.
    """
    asked = _appointments_of(numbers, appointment_ids, context)
    # A store that was damaged and moved aside cannot be searched for a person: all of it goes.
    context.store.discard_moved_aside()
    count = context.store.forget_appointments(asked)
    former = _pending_for(numbers, context)
    context.store.forget_payloads(sorted(former.keys() - set(asked)))
    for number in numbers:
        context.store.forget_former_customers(number)
    kept = _kept({**former, **context.store.pending_of(asked)}, context)
    log_event(ERASURE_ASKED, erased=count, kept=len(kept))
    return Erased(count, kept, finish_erasures(context), context.store.is_on_server)


def _appointments_of(
    numbers: Sequence[str], appointment_ids: Sequence[AppointmentId], context: UseCaseContext
) -> list[AppointmentId]:
    numbered = (each for number in numbers for each in context.store.appointments_numbered(number))
    return sorted({*appointment_ids, *numbered})


def _pending_for(numbers: Sequence[str], context: UseCaseContext) -> Mapping[AppointmentId, Intent]:
    """Return the pending bookings for a customer, though their appointment has another customer by now."""
    asked = {digest_number(number, key=context.store.number_key) for number in numbers} - {""}
    return {
        intent.appointment_id: intent
        for intent in context.store.pending_intents()
        # The first of a booking's customers is the renter, whom its payload names.
        if intent.appointment_id is not None
        and intent.customers
        and intent.customers[0].number_digest in asked
    }


def _kept(pending: Mapping[AppointmentId, Intent], context: UseCaseContext) -> tuple[Kept, ...]:
    soon, kept = context.clock.now() + NEXT_RECOVERY, []
    for appointment_id, intent in sorted(pending.items()):
        may_arrive = intent.sent_at if may_be_in_flight(intent) else None
        until = max(may_arrive + LONGEST_FLIGHT, soon) if may_arrive else soon
        kept.append(Kept(appointment_id, until, intent.tries >= TRIES_BEFORE_SET_ASIDE))
    return tuple(kept)
