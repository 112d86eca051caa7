"""Rebooking by hand: the form of the search as it is drawn for a rental, and the change that is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from planner_host.appointments.appointment import MANUAL_FIELDS, Appointment
from planner_host.appointments.visit_form import moment_texts, with_prefix
from planner_host.mobility.offer_form import OfferForm, drawn_for
from planner_host.mobility.step import ShownRental
from web_base.languages import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mobility_schemas import documents as contract


def form_for(appointment: Appointment, shown: ShownRental, *, language: Language, now: datetime) -> OfferForm:
    """Return a new form: the rental's period and renter, or those of an appointment that it does not fit any more."""
    form = drawn_for(appointment, language=language, now=now)
    start, end = (datetime.fromisoformat(shown.rental["period"][side]) for side in ("start", "end"))
    if shown.standing.proposals or start <= now:
        return form
    texts = {**form.texts, **moment_texts(start, end, language=language, zone=appointment.zone)}
    if shown.renter:
        texts |= with_prefix("renter_", MANUAL_FIELDS, cast("Mapping[str, str]", shown.renter))
    return replace(form, texts=texts)


def rebooking_of(
    rental: contract.RentalChange, option_id: str, period: contract.Period, customer: contract.Customer
) -> contract.RentalChange:
    """Return the rebooking of a rental, which is named with its revision, to an option of its provider."""
    change = {**rental, "option_id": option_id, "period": period, "customer": customer}
    return cast("contract.RentalChange", change)


def vehicle_of(shown: ShownRental) -> str:
    """Return by which option a rental's own vehicle may be had for another period; empty where it has none.

    The contract does not say so; whether there is such an option, the provider's quote does.
    """
    vehicle = shown.rental.get("vehicle")
    return vehicle["id"] if vehicle else ""
