"""The week: the workshop's appointments as a calendar, each with the state of its replacement car; and the search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment, name_of
from planner_host.mobility.states import states_of
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from planner_host.views.days import day_of, near
from web_base.pages import Page, Program, page_route

if TYPE_CHECKING:
    from mobility_hookspecs import Failure

FIRST_HOUR = 7
LAST_HOUR = 18
MOST_FOUND = 50
A_DAY = timedelta(days=1)
_HALF_HOURS = 2 * (LAST_HOUR + 1 - FIRST_HOUR)


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment as calendar and list show it; `state` is one of `planner_host.mobility.states`."""

    appointment: Appointment
    name: str
    state: str
    car: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a day's grid, from one of its half hours on: cards, or an hour that can be added to."""

    row: int
    rows: int
    cards: Sequence[Card] = ()
    at: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the calendar; `now` is where the present time stands: the half hour, and which quarter of it."""

    day: date
    cells: Sequence[Cell]
    now: tuple[int, int] | None
    is_today: bool
    is_chosen: bool

    @property
    def is_empty(self) -> bool:
        """Return whether nothing begins on this day."""
        return not any(cell.cards for cell in self.cells)


def routes(program: Program) -> list[Route]:
    """Return the routes of the week and of the search."""
    return [
        page_route("/calendar", show_week, program),
        page_route("/appointments", find, program, methods=["POST"]),
    ]


def show_week(page: Page) -> Response:
    """Show the week that a day of the address lies in, else this one; a phone shows that day alone."""
    planner = planner_of(page)
    now = planner.now().astimezone(planner.zone)
    chosen = day_of(page.query("day"), now.date())
    monday = chosen - chosen.weekday() * A_DAY
    start, end = (datetime.combine(day, time(), planner.zone) for day in (monday, monday + 7 * A_DAY))
    appointments = planner.records.appointments_between(start.astimezone(UTC), end.astimezone(UTC))
    cards, failures = cards_of(page, appointments)
    days = columns_of(cards, monday, zone=planner.zone, now=now, chosen=chosen)
    # A workshop is closed on Sundays: the column is there when something is in it, and on the day itself.
    if days[-1].is_empty and not days[-1].is_today and not days[-1].is_chosen:
        days.pop()
    return page.render(
        "week.html",
        days=days,
        hours=range(FIRST_HOUR, LAST_HOUR + 1),
        chosen=chosen,
        number=monday.isocalendar().week,
        last=monday + 6 * A_DAY,
        monday=monday,
        previous=chosen - 7 * A_DAY,
        following=chosen + 7 * A_DAY,
        is_this_week=monday <= now.date() < monday + 7 * A_DAY,
        failures=failures,
        zone=planner.zone,
        near=partial(near, page),
        **wording(page),
    )


def find(page: Page) -> Response:
    """Find appointments by customer or plate; a POST, so that no name stands in an address."""
    planner = planner_of(page)
    words = page.form["words"]
    # One letter would find half of all appointments.
    found = planner.records.find(words, now=planner.now(), limit=MOST_FOUND + 1) if len(words) > 1 else []
    cards, failures = cards_of(page, found[:MOST_FOUND])
    page.here = "/calendar"
    return page.render(
        "found.html",
        cards=cards,
        has_more=len(found) > MOST_FOUND,
        words=words,
        failures=failures,
        zone=planner.zone,
        near=partial(near, page),
        **wording(page),
    )


def cards_of(page: Page, appointments: Sequence[Appointment]) -> tuple[list[Card], tuple[Failure, ...]]:
    """Return cards in the order given, and who did not answer; the providers are asked once for all of them."""
    ids = [appointment.id for appointment in appointments]
    states = states_of(ids, planner_of(page), locale=page.language.code)
    cars = {
        appointment_id: each.rental["title"]
        for appointment_id, standings in states.standings.items()
        for each in standings
        if each.rental and each.word == states.words[appointment_id]
    }
    cards = [
        Card(each, name_of(each.visit.customer), states.words[each.id], cars.get(each.id, ""))
        for each in appointments
    ]
    return cards, states.failures


def columns_of(
    cards: Sequence[Card], monday: date, *, zone: ZoneInfo, now: datetime, chosen: date
) -> list[Column]:
    """Sort cards into the days of a week, and there by the half hour in which each begins."""
    begun: dict[date, dict[int, list[Card]]] = defaultdict(lambda: defaultdict(list))
    for card in cards:
        start = card.appointment.visit.start.astimezone(zone)
        begun[start.date()][_half_hour(start)].append(card)
    columns = []
    for day in (monday + number * A_DAY for number in range(7)):
        rows = begun[day]
        # A card takes an hour, unless the next one begins before.
        cells = [
            Cell(row, 1 if row + 1 in rows or row == _HALF_HOURS else 2, of_row)
            for row, of_row in rows.items()
        ]
        for hour in range(FIRST_HOUR, LAST_HOUR + 1):
            at = datetime.combine(day, time(hour)).isoformat(timespec="minutes")
            is_past = (day, hour) < (now.date(), now.hour)
            cells.append(Cell(2 * (hour - FIRST_HOUR) + 1, 2, at="" if is_past else at))
        is_today = day == now.date()
        is_open = is_today and FIRST_HOUR <= now.hour <= LAST_HOUR
        line = (_half_hour(now), now.minute % 30 * 4 // 30) if is_open else None
        cells.sort(key=lambda cell: (cell.row, not cell.cards))
        columns.append(Column(day, cells, line, is_today, day == chosen))
    return columns


def _half_hour(when: datetime) -> int:
    """Return the half hour of the calendar's day, from 1; what begins outside it goes to the first or last."""
    return min(max(2 * (when.hour - FIRST_HOUR) + when.minute // 30 + 1, 1), _HALF_HOURS)
