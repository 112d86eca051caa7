"""Proposals: what to do about a rental that no longer fits its appointment. Never done by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carloop_plugin.domain.appointments import SavedAppointment
from carloop_plugin.domain.rentals import ACTIVE, RentalRecord, RentalStatus
from carloop_plugin.domain.values import Period


class Misfit(StrEnum):
    """Why a rental does not fit its appointment."""

    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_MOVED = "appointment_moved"
    CUSTOMER_CHANGED = "customer_changed"
    END_MOVED = "end_moved"
    NOT_AS_ASKED = "not_as_asked"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would mend a misfit: a new end; rebooking for a period; else cancelling. None at all: the desk must help."""

    misfit: Misfit
    end: datetime | None = None
    period: Period | None = None
    is_possible: bool = True


def propose(rental: RentalRecord, appointment: SavedAppointment | None, *, now: datetime) -> Proposal | None:
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
    moved = _moved(rental, appointment, now)
    if not appointment.suits(rental.customers):
        return _rebook(Misfit.CUSTOMER_CHANGED, rental, appointment.period if moved else rental.period, now)
    return moved


def _moved(rental: RentalRecord, appointment: SavedAppointment, now: datetime) -> Proposal | None:
    before, visit = rental.appointment_period or rental.period, appointment.period
    if visit in (before, rental.period):
        return None
    if visit.start != before.start and rental.status is RentalStatus.RESERVED:
        still_fits = rental.period.start <= visit.start and visit.end <= rental.period.end
        return None if still_fits else _rebook(Misfit.APPOINTMENT_MOVED, rental, visit, now)
    ended_together = rental.period.end == before.end
    if rental.period.end < visit.end or (ended_together and visit.end != before.end):
        return Proposal(Misfit.END_MOVED, visit.end)
    return None


def _rebook(misfit: Misfit, rental: RentalRecord, period: Period, now: datetime) -> Proposal:
    if rental.status is RentalStatus.RESERVED and period.start > now:
        return Proposal(misfit, period=period)
    return _cancel(misfit, rental)


def _cancel(misfit: Misfit, rental: RentalRecord) -> Proposal:
    return Proposal(misfit, is_possible=rental.status is RentalStatus.RESERVED)
