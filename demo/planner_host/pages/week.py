"""The week: the workshop's appointments as a calendar, each with the state of its replacement car; and the search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment, name_of, plate_of
from planner_host.mobility.states import states_of
from planner_host.mobility.step import ProviderFailure
from planner_host.planner import planner_of
from planner_host.views.parts import reason
from web_base.pages import Page, Program, page_route

FIRST_HOUR = 7
LAST_HOUR = 18
MOST_FOUND = 50
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment as calendar and list show it; `state` is one of `planner_host.mobility.states`."""

    appointment: Appointment
    name: str
    plate: str
    state: str

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return f"/appointments/{self.appointment.id}"


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of a day: what begins in it, and what a new appointment made from it would begin at."""

    hour: int
    at: str
    cards: tuple[Card, ...]
    is_past: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day's column."""

    day: date
    is_today: bool
    slots: tuple[Slot, ...]


def routes(program: Program) -> list[Route]:
    """Return the routes of the week and of the search."""
    return [page_route("/", show_week, program), page_route("/appointments", find, program, methods=["POST"])]


def show_week(page: Page) -> Response:
    """Show the week that a day of the address lies in, else this one."""
    planner = planner_of(page)
    today = planner.now().astimezone(planner.zone).date()
    monday = _monday_of(page.query("week"), today)
    start = datetime.combine(monday, time(), planner.zone)
    end = datetime.combine(monday + WEEK, time(), planner.zone)
    appointments = planner.records.appointments_between(start.astimezone(UTC), end.astimezone(UTC))
    cards, failures = cards_of(page, appointments)
    # A workshop is closed on Sundays: the column is there when something is in it, and on the day itself.
    sunday = monday + timedelta(days=6)
    is_open = today == sunday or any(
        card.appointment.visit.start.astimezone(planner.zone).date() == sunday for card in cards
    )
    return page.render(
        "week.html",
        days=days_of(cards, monday, days=7 if is_open else 6, zone=planner.zone, now=planner.now()),
        monday=monday,
        last=sunday,
        number=monday.isocalendar().week,
        previous=(monday - WEEK).isoformat(),
        following=(monday + WEEK).isoformat(),
        is_this_week=monday == today - timedelta(days=today.weekday()),
        failures=failures,
        why=partial(reason, page),
        zone=planner.zone,
    )


def find(page: Page) -> Response:
    """Find appointments by customer or plate; a POST, so that no name stands in an address."""
    planner = planner_of(page)
    words = page.form["words"]
    found = planner.records.find(words, limit=MOST_FOUND + 1) if len(words) > 1 else []
    cards, failures = cards_of(page, found[:MOST_FOUND])
    has_more = len(found) > MOST_FOUND
    page.here = "/"
    return page.render(
        "found.html",
        cards=cards,
        has_more=has_more,
        words=words,
        failures=failures,
        why=partial(reason, page),
        zone=planner.zone,
    )


def cards_of(
    page: Page, appointments: Sequence[Appointment]
) -> tuple[list[Card], tuple[ProviderFailure, ...]]:
    """Return cards in the order given, and who did not answer; the providers are asked once for all of them."""
    planner = planner_of(page)
    ids = [appointment.id for appointment in appointments]
    states, failures = states_of(ids, planner, locale=page.language.code)
    cards = [
        Card(each, name_of(each.visit.customer), plate_of(each.visit.vehicle), states[each.id])
        for each in appointments
    ]
    return cards, tuple(ProviderFailure.of(each, planner) for each in failures)


def days_of(cards: Sequence[Card], monday: date, *, days: int, zone: ZoneInfo, now: datetime) -> list[Day]:
    """Sort cards into days and hours; what begins outside the opening hours goes to the first or last of them."""
    slots: Mapping[tuple[date, int], list[Card]] = defaultdict(list)
    for card in cards:
        start = card.appointment.visit.start.astimezone(zone)
        slots[(start.date(), min(max(start.hour, FIRST_HOUR), LAST_HOUR))].append(card)
    local = now.astimezone(zone)
    return [
        Day(day, day == local.date(), tuple(_slot(day, hour, slots, local) for hour in _hours()))
        for day in (monday + timedelta(days=number) for number in range(days))
    ]


def _slot(day: date, hour: int, slots: Mapping[tuple[date, int], list[Card]], local: datetime) -> Slot:
    at = datetime.combine(day, time(hour)).isoformat(timespec="minutes")
    is_past = (day, hour) < (local.date(), local.hour)
    return Slot(hour, at, tuple(slots.get((day, hour), ())), is_past)


def _hours() -> range:
    return range(FIRST_HOUR, LAST_HOUR + 1)


def _monday_of(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
        monday = day - timedelta(days=day.weekday())
        _ = monday - WEEK, monday + 2 * WEEK  # the years of the calendar end somewhere
    except (ValueError, OverflowError):
        return today - timedelta(days=today.weekday())
    return monday
