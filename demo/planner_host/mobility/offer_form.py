"""The search and the booking of step 4 as texts of a form: filled in from the appointment, and read back."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from planner_host.appointments.appointment import MANUAL_FIELDS, Appointment, period_of
from planner_host.appointments.visit_form import (
    MOMENTS,
    moment_texts,
    read_customer,
    read_period,
    usual_end,
    with_prefix,
)
from planner_host.appointments.wall_clock import next_quarter
from web_base.languages import Language
from web_base.pages import Form, Refused

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

LIMIT: Final = 200
_CHANGE_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
RENTER: Final = tuple(f"renter_{name}" for name in MANUAL_FIELDS)
FILTERS: Final = {"vehicle_class": "vehicle_classes", "feature": "features", "station": "stations"}
"""The fields whose boxes are ticked, and what the contract calls them."""

FIELDS: Final = (*MOMENTS, *RENTER, *FILTERS, "sort", "own_station", "option", "change_id")
"""What somebody typed, ticked and chose, and the change that it is for."""


class FoundFor(NamedTuple):
    """What a list of offers was searched by, as the list carries it."""

    period: str
    filters: str


@dataclass(frozen=True, slots=True)
class OfferForm:
    """What is on the form: texts, and the ids of what is ticked, by field. `change_id` is drawn with it.

    `found_for` comes with the list that an option was chosen from, `accepts_silent` names the providers whose silence
    was accepted.
    """

    texts: Mapping[str, str] = field(repr=False)
    ticked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    option: str = ""
    change_id: str = ""
    accepts_second: bool = False
    accepts_silent: tuple[str, ...] = ()
    found_for: FoundFor | None = None

    @property
    def filters(self) -> contract.RequestedFilters:
        """Return what is ticked."""
        filters = {name: list(self.ticked.get(field_name, ())) for field_name, name in FILTERS.items()}
        return cast("contract.RequestedFilters", filters)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form as it was read: what cannot be read is None, and `problems` has the key of a text for its fields."""

    period: contract.Period | None
    customer: contract.Customer | None = field(repr=False)
    problems: Mapping[str, str]


def draw_change_id() -> str:
    """Return a new id for a change; it is drawn with the form, so that sending the form twice is one change."""
    return str(uuid.uuid4())


def change_id_of(form: Form) -> str:
    """Return the change that a form is for: drawn now where it names none, refused where it names no such id."""
    sent = form["change_id"]
    if sent and not _CHANGE_ID.fullmatch(sent):
        raise Refused(400, "form")
    return sent or draw_change_id()


def drawn_for(appointment: Appointment, *, language: Language, now: datetime) -> OfferForm:
    """Return a new form: period and customer are the appointment's."""
    visit = appointment.visit
    # A rental begins in the future: for somebody who comes at 10:05 for 10:00 with the next quarter of an hour.
    start = visit.start if visit.start > now else next_quarter(now)
    end = visit.end if visit.end > start else usual_end(start, appointment.zone)
    texts = moment_texts(start, end, language=language, zone=appointment.zone)
    texts |= with_prefix("renter_", MANUAL_FIELDS, cast("Mapping[str, str]", visit.customer))
    return OfferForm(texts, change_id=draw_change_id())


def follow_steps(
    form: OfferForm, before: Appointment, after: Appointment, *, language: Language, now: datetime
) -> OfferForm:
    """Update what the form has from the appointment after it was saved; what was typed on the form stays."""
    was, is_now = (drawn_for(each, language=language, now=now).texts for each in (before, after))
    texts = dict(form.texts)
    for names in (MOMENTS[:3], MOMENTS[3:], RENTER):  # the start, the end, the customer
        if all(form.texts.get(name) == was[name] for name in names):
            texts |= {name: is_now[name] for name in names}
    return replace(form, texts=texts)


def filled_in(form: Form) -> OfferForm:
    """Return the form that was sent; nothing is ticked any more where the button says so."""
    return OfferForm(
        texts={name: form[name] for name in MOMENTS} | {name: form[name] for name in RENTER if name in form},
        ticked={} if form["do"] == "clear" else {name: form.all(name) for name in FILTERS},
        option=form["option"],
        change_id=change_id_of(form),
        accepts_second=form["second"] == "yes",
        accepts_silent=form.all("silent"),
        found_for=FoundFor(form["found_period"], form["found_filters"]) if "found_period" in form else None,
    )


def read_offer_form(form: OfferForm, appointment: Appointment, *, now: datetime) -> Wanted:
    """Read period and customer; one of the DMS is the appointment's, whatever was sent, and so is one not asked for."""
    problems: dict[str, str] = {}
    start, end = read_period(form.texts, zone=appointment.zone, now=now, problems=problems)
    period = None if start is None or end is None or problems else period_of(start, end, appointment.zone)
    # Nobody is late within the minute in which the form was filled in.
    if start is not None and start <= now - timedelta(minutes=1):
        problems.setdefault("start_date", "typed.past")
    customer: contract.Customer | None = appointment.visit.customer
    if not appointment.is_from_dms and any(name in form.texts for name in RENTER):
        customer = read_customer(form.texts, prefix="renter_", problems=problems)
    return Wanted(period, customer, problems)


def request_of(
    form: OfferForm, period: contract.Period, appointment: Appointment
) -> contract.MobilityRequest:
    """Return the search as the contract's document."""
    return {
        "appointment_id": appointment.id,
        "site": appointment.site,
        "period": period,
        "filters": form.filters,
        "limit": LIMIT,
    }


def found_for(period: contract.Period, filters: contract.RequestedFilters) -> FoundFor:
    """Return what a search is for, as the form carries it."""
    # In whatever order boxes are ticked, it is the same search.
    ticked = json.dumps([sorted(cast("list[str]", filters.get(name, []))) for name in FILTERS.values()])
    return FoundFor(f"{period['start']}/{period['end']}", ticked)


def what_was_changed(form: OfferForm, period: contract.Period) -> str:
    """Return the key of the text that says what was changed since the search; empty where nothing was."""
    wanted, found = found_for(period, form.filters), form.found_for
    # Without a list no price was shown, so none can be booked.
    if found is None or found.period != wanted.period:
        return "option.other_period"
    return "option.other_filters" if found.filters != wanted.filters else ""


def booking_of(
    form: OfferForm, period: contract.Period, customer: contract.Customer, appointment: Appointment
) -> contract.RentalChange | None:
    """Return the booking of the option that was chosen; None where none was."""
    provider, _, option_id = form.option.partition(":")
    if not provider or not option_id:
        return None
    return {
        "change_id": form.change_id,
        "provider": provider,
        "action": "book",
        "site": appointment.site,
        "appointment_id": appointment.id,
        "option_id": option_id,
        "period": period,
        "customer": customer,
    }
