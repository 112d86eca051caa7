"""Proposals: what to do about a rental that no longer fits its appointment. Never done by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carloop_plugin.domain.appointments import SavedAppointment
from carloop_plugin.domain.rentals import ACTIVE, RentalRecord, RentalStatus


class Misfit(StrEnum):
    """Why a rental does not fit its appointment."""

    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_MOVED = "appointment_moved"
    CUSTOMER_CHANGED = "customer_changed"
    END_MOVED = "end_moved"
    NOT_AS_ASKED = "not_as_asked"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would mend a misfit: a new end, or, where `end` is None, cancelling. None at all: the desk must help."""

    misfit: Misfit
    end: datetime | None
    is_possible: bool = True


def propose(rental: RentalRecord, appointment: SavedAppointment | None) -> Proposal | None:
    """Compute what to propose for a rental; None where it fits its appointment.

    A difference that was there when the rental was made was the advisor's choice and is left alone.
    """
    if rental.status not in ACTIVE:
        return None
    if not rental.linked:
        return _cancel(Misfit.NOT_AS_ASKED, rental)
    if appointment is None:
        return None
    if appointment.status == "cancelled":
        return _cancel(Misfit.APPOINTMENT_CANCELLED, rental)
    if not appointment.suits(rental.customers):
        return _cancel(Misfit.CUSTOMER_CHANGED, rental)
    return _moved(rental, appointment)


def _moved(rental: RentalRecord, appointment: SavedAppointment) -> Proposal | None:
    before, now = rental.appointment_period or rental.period, appointment.period
    if now == before or now == rental.period:
        return None
    if now.start != before.start and rental.status is RentalStatus.RESERVED:
        still_fits = rental.period.start <= now.start and now.end <= rental.period.end
        return None if still_fits else _cancel(Misfit.APPOINTMENT_MOVED, rental)
    ended_together = rental.period.end == before.end
    if rental.period.end < now.end or (ended_together and now.end != before.end):
        return Proposal(Misfit.END_MOVED, now.end)
    return None


def _cancel(misfit: Misfit, rental: RentalRecord) -> Proposal:
    return Proposal(misfit, None, is_possible=rental.status is RentalStatus.RESERVED)
