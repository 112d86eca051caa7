"""The week: the workshop's appointments as a calendar, each with the state of its replacement car; and the search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment, name_of
from planner_host.mobility.states import states_of
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from web_base.pages import Page, Program, page_route

if TYPE_CHECKING:
    from mobility_hookspecs import Failure

FIRST_HOUR = 7
LAST_HOUR = 18
MOST_FOUND = 50
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment as calendar and list show it; `state` is one of `planner_host.mobility.states`."""

    appointment: Appointment
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of a day: what begins in it, and what a new appointment made from it would begin at."""

    hour: int
    at: str
    cards: Sequence[Card]
    is_past: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the calendar."""

    day: date
    is_today: bool
    slots: Sequence[Slot]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing begins on this day."""
        return not any(slot.cards for slot in self.slots)


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
    days = columns_of(cards, monday, zone=planner.zone, now=planner.now())
    # A workshop is closed on Sundays: the column is there when something is in it, and on the day itself.
    if days[-1].is_empty and not days[-1].is_today:
        days.pop()
    return page.render(
        "week.html",
        days=days,
        monday=monday,
        last=monday + timedelta(days=6),
        number=monday.isocalendar().week,
        previous=(monday - WEEK).isoformat(),
        following=(monday + WEEK).isoformat(),
        is_this_week=monday <= today < monday + WEEK,
        failures=failures,
        zone=planner.zone,
        **wording(page),
    )


def find(page: Page) -> Response:
    """Find appointments by customer or plate; a POST, so that no name stands in an address."""
    planner = planner_of(page)
    words = page.form["words"]
    # One letter would find half of all appointments.
    found = planner.records.find(words, limit=MOST_FOUND + 1) if len(words) > 1 else []
    cards, failures = cards_of(page, found[:MOST_FOUND])
    page.here = "/"
    return page.render(
        "found.html",
        cards=cards,
        has_more=len(found) > MOST_FOUND,
        words=words,
        failures=failures,
        zone=planner.zone,
        **wording(page),
    )


def cards_of(page: Page, appointments: Sequence[Appointment]) -> tuple[list[Card], tuple[Failure, ...]]:
    """Return cards in the order given, and who did not answer; the providers are asked once for all of them."""
    ids = [appointment.id for appointment in appointments]
    states, failures = states_of(ids, planner_of(page), locale=page.language.code)
    return [Card(each, name_of(each.visit.customer), states[each.id]) for each in appointments], failures


def columns_of(cards: Sequence[Card], monday: date, *, zone: ZoneInfo, now: datetime) -> list[Column]:
    """Sort cards into the days and hours of a week."""
    slots: dict[tuple[date, int], list[Card]] = defaultdict(list)
    for card in cards:
        start = card.appointment.visit.start.astimezone(zone)
        # What begins outside the opening hours goes to the first or last of them.
        slots[(start.date(), min(max(start.hour, FIRST_HOUR), LAST_HOUR))].append(card)
    local = now.astimezone(zone)
    columns = []
    for day in (monday + timedelta(days=number) for number in range(7)):
        hours = []
        for hour in range(FIRST_HOUR, LAST_HOUR + 1):
            at = datetime.combine(day, time(hour)).isoformat(timespec="minutes")
            is_past = (day, hour) < (local.date(), local.hour)
            hours.append(Slot(hour, at, slots[day, hour], is_past))
        columns.append(Column(day, day == local.date(), hours))
    return columns


def _monday_of(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
        monday = day - timedelta(days=day.weekday())
        _ = monday - WEEK, monday + 2 * WEEK  # the years of the calendar end somewhere
    except (ValueError, OverflowError):
        return today - timedelta(days=today.weekday())
    return monday
