"""Appointments: what is booked, what is pending, what no longer fits. From our own records alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from carloop_plugin.domain.appointments import Appointment, SavedAppointment, remember, zone_of
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.failures import Failed, Reason, RuleBroken
from carloop_plugin.domain.proposals import Proposal, propose
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import AccountId, AppointmentId
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.ports import UseCaseContext
from carloop_plugin.usecases.recover import settle_pending

LONGEST_SILENCE = timedelta(minutes=10)
"""After how long without an answer of Carloop the records may be behind: hosts reconcile every 30 s."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an appointment stands. `rental` is the one to show.

    `proposals` are the rentals that do not fit, with what to do about each. `is_behind`: what happened to the rental at
    Carloop may not be known here yet.
    """

    appointment: SavedAppointment | None
    rental: RentalRecord | None
    pending: Intent | None
    proposals: tuple[tuple[RentalRecord, Proposal], ...]
    is_behind: bool = False

    @property
    def state(self) -> str:
        """Return the state's name in the contract."""
        if self.pending:
            return "unknown"
        if self.proposals or self.swapped_for:
            return "attention"
        return "booked" if self.is_booked else "open"

    @property
    def swapped_for(self) -> Vehicle | None:
        """Return the vehicle for which the desk has given another one, and nobody noted it; None if not."""
        return self.rental.instead_of if self.rental and self.rental.is_active else None

    @property
    def is_booked(self) -> bool:
        """Return whether there is a rental that was not cancelled."""
        return self.rental is not None and self.rental.status is not RentalStatus.CANCELLED


@dataclass(frozen=True, slots=True)
class Step:
    """What step 4 of a saved appointment shows.

    `is_newest`: what was saved is the newest revision known, and its customer. `unusable` is why nothing can be asked
    of its site's Carloop.
    """

    appointment: SavedAppointment
    standing: Standing
    is_newest: bool
    unusable: Reason | None


def save_appointment(appointment: Appointment, context: UseCaseContext) -> Step:
    """Keep an appointment, settle its pending change where that can be found out, and return what step 4 shows.

    An older revision changes nothing, and is answered with what the newest said.

    :raises RuleBroken: nobody knows its time zone.
    """
    _require_known_zone(appointment.time_zone)
    saved = context.store.save_appointment(remember(appointment, key=context.store.number_key))
    standing = standings([saved.id], context)[saved.id]
    if standing.pending:
        settle_pending(standing.pending, context)
        standing = standings([saved.id], context)[saved.id]
    unusable = None
    try:
        context.settings_of(saved.site)
    except Failed as failure:
        unusable = failure.reason
    return Step(
        appointment=saved,
        standing=standing,
        is_newest=appointment.revision >= saved.revision and saved.is_of(appointment.customer),
        unusable=unusable,
    )


def standings(
    appointment_ids: Sequence[AppointmentId], context: UseCaseContext
) -> Mapping[AppointmentId, Standing]:
    """Return how appointments stand, in four queries however many there are. One never seen is open."""
    appointments = context.store.appointments(appointment_ids)
    pending = context.store.pending_of(appointment_ids)
    rentals: dict[AppointmentId, list[RentalRecord]] = {}
    for rental in context.store.rentals(appointment_ids=appointment_ids):
        rentals.setdefault(rental.appointment_id, []).append(rental)
    now = context.clock.now()
    behind = {
        each.account
        for each in (context.store.contacts() if rentals else ())
        if each.trouble or now - each.at > LONGEST_SILENCE
    }
    return {
        each: _standing(appointments.get(each), rentals.get(each, ()), pending.get(each), behind, now)
        for each in appointment_ids
    }


def _standing(
    appointment: SavedAppointment | None,
    rentals: Sequence[RentalRecord],
    pending: Intent | None,
    behind: Set[AccountId],
    now: datetime,
) -> Standing:
    linked = [rental for rental in rentals if rental.linked]
    active = [rental for rental in linked if rental.is_active]
    shown = next(iter(active or linked), None)
    mismatched = [rental for rental in rentals if not rental.linked]
    proposed = [(each, propose(each, appointment, now=now)) for each in (*mismatched, shown) if each]
    return Standing(
        appointment,
        shown,
        pending,
        tuple((rental, proposal) for rental, proposal in proposed if proposal),
        is_behind=shown is not None and shown.is_active and shown.account in behind,
    )


def _require_known_zone(name: str) -> None:
    """Raise `RuleBroken` for a time zone that nobody knows. Where the machine has no list of zones, any will do."""
    if zone_of(name) is None and available_timezones():
        raise RuleBroken(Reason("invalid_document", "appointment.zone_unknown", pointer="/time_zone"))
