"""The page `Datenschutz`: the people who were found, and the receipts of erasures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from planner_host.appointments.appointment import Appointment
from planner_host.planner import planner_of
from planner_host.privacy.erasing import WAITS
from planner_host.privacy.people import Person
from planner_host.storage.erasures import Erasure, Kept, Place
from web_base.languages import Language
from web_base.names import lines_of
from web_base.pages import Page

MOST_PEOPLE: Final = 30


@dataclass(frozen=True, slots=True)
class VisitLine:
    """An appointment of a person; `held` says why it cannot be erased yet."""

    id: str
    when: str
    car: str = field(repr=False)
    is_ahead: bool
    held: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person who was found, what is stored of them, and their appointments."""

    key: str
    names: Sequence[str] = field(repr=False)
    about: Sequence[str] = field(repr=False)
    stored: Sequence[str]
    visits: Sequence[VisitLine]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PeopleView:
    """The search for a person, and who was found; `people` is None where nobody was searched for.

    :ivar asks: whether to ask if those should be erased.
    """

    words: str = field(default="", repr=False)
    people: Sequence[PersonView] | None = None
    has_more: bool = False
    asks: bool = False
    problem: str = ""

    @property
    def ahead(self) -> int:
        """Return how many appointments that are still to come are erased."""
        return sum(each.is_ahead and not each.held for each in self._visits)

    @property
    def holds(self) -> bool:
        """Return whether something cannot be erased yet."""
        return any(each.held for each in self._visits)

    @property
    def _visits(self) -> list[VisitLine]:
        return [each for person in self.people or () for each in person.visits]


@dataclass(frozen=True, slots=True)
class RetentionView:
    """After how many months appointments are erased, as it was typed; how many would be erased at once."""

    months: str
    problem: str = ""
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What one place answered, in words; `kind` is the colour of its state."""

    name: str
    kind: str
    state: str
    lines: Sequence[str]
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """An erasure in a list, and with the report of each place on a page of its own."""

    id: str
    when: str
    who: str
    kind: str
    state: str
    next_try: str
    places: Sequence[PlaceView]


def people_view(
    page: Page,
    words: str,
    found: Sequence[Person],
    *,
    chosen: Sequence[Person],
    asks: bool,
    problem: str = "",
) -> PeopleView:
    """Fill in who was found; who was found alone is meant."""
    shown = found[:MOST_PEOPLE]
    ids = [each for one in shown for each in one.appointments]
    held = planner_of(page).erasing.held(ids, locale=page.language.code)
    is_clear = len(shown) == 1
    people = [_person(page, each, held, is_chosen=is_clear or each in chosen) for each in shown]
    return PeopleView(words, people, len(found) > MOST_PEOPLE, asks, problem)


def _person(page: Page, person: Person, held: Mapping[str, str], *, is_chosen: bool) -> PersonView:
    records, customer = planner_of(page).records, person.customer
    visits = [found for each in person.appointments if (found := records.appointment(each))]
    visits.sort(key=lambda each: each.visit.start, reverse=True)
    number = page.text("privacy.number", number=person.number) if person.number else ""
    address = " ".join(filter(None, (customer.get("postal_code"), customer.get("city"))))
    return PersonView(
        key=person.key,
        names=lines_of(customer),
        about=[each for each in (number, customer.get("street", ""), address) if each],
        stored=_stored(page, person),
        visits=[_visit_line(page, each, held) for each in visits],
        is_chosen=is_chosen,
    )


def receipt_view(page: Page, erasure: Erasure) -> ReceiptView:
    """Fill in a receipt."""
    zone = planner_of(page).zone
    is_open, is_partial = erasure.due_at is not None, any(each.code for each in erasure.report)
    state = "open" if is_open else "partial" if is_partial else "done"
    return ReceiptView(
        id=erasure.id,
        when=page.language.moment(erasure.asked_at, zone),
        who=erasure.asked_by,
        kind={"open": "warning", "partial": "bad", "done": "good"}[state],
        state=page.text(f"privacy.state.{state}"),
        next_try=page.language.moment(erasure.due_at, zone) if erasure.due_at else "",
        places=[place_view(each, page.language, zone) for each in erasure.report],
    )


def _stored(page: Page, person: Person) -> list[str]:
    count, stored = page.language.count, []
    if person.appointments:
        stored.append(count("privacy.visits", len(person.appointments)))
    if person.rentals:
        stored.append(count("privacy.rentals", len(person.rentals)))
    return [*stored, page.text("privacy.in_dms")] if person.is_in_dms else stored


def _visit_line(page: Page, appointment: Appointment, held: Mapping[str, str]) -> VisitLine:
    visit = appointment.visit
    car = " ".join(filter(None, (visit.vehicle.get("licence_plate"), visit.vehicle.get("model"))))
    why = held.get(appointment.id, "")
    return VisitLine(
        id=appointment.id,
        when=page.language.moment(visit.start, appointment.zone),
        car=car,
        is_ahead=visit.end > planner_of(page).now(),
        held=page.text(f"privacy.held.{why}") if why else "",
    )


def place_view(place: Place, language: Language, zone: tzinfo) -> PlaceView:
    """Return the words for what one place answered."""
    is_ours = place.id in ("planner", "dms")
    kind, state = _state(place, language)
    waits = language.text("privacy.waits_help") if place.code == WAITS else ""
    returns = language.text("privacy.dms_returns") if place.id == "dms" and place.erased else ""
    return PlaceView(
        name=language.text(f"privacy.place.{place.id}") if is_ours else place.name,
        kind=kind,
        state=state,
        lines=[each for each in (*place.remarks, place.problem, waits, returns) if each],
        kept=[(each.appointment_id, _why_kept(each, language, zone, is_ours=is_ours)) for each in place.kept],
    )


def _state(place: Place, language: Language) -> tuple[str, str]:
    if place.code == "not_supported":
        return "bad", language.text("privacy.cannot")
    if place.code == WAITS:
        return "plain", language.text("privacy.waits")
    if place.code:
        return "warning", language.text("privacy.silent")
    if not (place.erased or place.kept):
        return "plain", language.text("privacy.nothing")
    return "warning" if place.kept else "good", language.count("privacy.erased", place.erased)


def _why_kept(kept: Kept, language: Language, zone: tzinfo, *, is_ours: bool) -> str:
    reason = language.text(f"privacy.held.{kept.reason}") if is_ours else kept.reason
    if not kept.until:
        return reason
    until = language.moment(datetime.fromisoformat(kept.until), zone)
    return f"{reason} {language.text('privacy.until', when=until)}"
