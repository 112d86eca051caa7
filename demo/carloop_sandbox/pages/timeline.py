"""The fleet's two weeks: a table whose rows are vehicles and whose bars are rentals.

A row is divided into hours of the account's wall clock. A bar is a cell that spans its hours, and what is free is cut
at midnight, so that a plain table shows days and rentals: no script, no measured style, and a screen reader reads it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from carloop_sandbox.pages.rentals import select_rentals
from carloop_sandbox.pages.showing import ZONE, day_of, midnight, read_typed_day, show, store_of
from carloop_sandbox.pages.vehicle_rows import list_vehicles
from carloop_sandbox.pages.vehicles import stations_of
from carloop_sandbox.store.database import Database, Row
from carloop_sandbox.units import HOUR, moment_of
from web_base.pages import Page

DAYS: Final = 14
HOURS: Final = DAYS * 24
PAGE_SIZE: Final = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """So many hours of a vehicle: a rental's, or free ones of the day of that number."""

    hours: int
    day: int = -1
    rental: Row | None = None


def show_timeline(page: Page) -> Response:
    """Show two weeks from the Monday of the day that is asked for, else of today."""
    store = store_of(page)
    now = store.clock.now()
    today = day_of(now)
    typed = read_typed_day(page, "from")
    asked = typed.day or today
    first = asked - timedelta(days=asked.weekday())
    station = page.query("station")
    vehicles = list_vehicles(page, size=PAGE_SIZE, station=station)
    # all stations: a group for each; one of them: a group for each of its classes
    group = "class_name" if station else "station_name"
    return show(
        page,
        "timeline.html",
        days=[first + timedelta(days=each) for each in range(DAYS)],
        today=today,
        hours=HOURS,
        typed=typed.text if typed.is_wrong else page.language.day(first),
        is_wrong=typed.is_wrong,
        groups=[(name, list(rows)) for name, rows in groupby(vehicles.items, lambda row: row[group])],
        cells=_cells(store.database, vehicles.items, first, now=now),
        vehicles=vehicles,
        stations=stations_of(store.database),
        station=station,
        previous=_address(first - timedelta(days=DAYS), station),
        this=_address(today, station),
        next=_address(first + timedelta(days=DAYS), station),
    )


def cells_of(rentals: Sequence[Row], first: date, *, now: int) -> Iterator[Cell]:
    """Divide a vehicle's two weeks; each rental has an hour at least, and no two share one."""
    reached = 0
    for rental in sorted(rentals, key=lambda each: each["start"]):
        # what is out past its end holds its vehicle until now
        ends = max(rental["end"], now) if rental["status"] == "picked_up" else rental["end"]
        start, over = max(reached, _hour_of(rental["start"], first)), _hour_of(ends + HOUR - 1, first)
        end = min(HOURS, max(start + 1, over))
        if over > 0 and start < end:
            yield from _free(reached, start)
            yield Cell(end - start, rental=rental)
            reached = end
    yield from _free(reached, HOURS)


def _cells(
    database: Database, vehicles: Sequence[Row], first: date, *, now: int
) -> dict[str, tuple[Cell, ...]]:
    """Read the rentals of the vehicles in one statement; return the cells of each vehicle's id."""
    found = select_rentals(
        database,
        "r.vehicle_id IN (SELECT value FROM json_each(:ids)) AND r.status <> 'cancelled'"
        " AND r.start_us < :until AND (r.end_us > :since OR r.status = 'picked_up')",
        now=now,
        ids=json.dumps([vehicle["id"] for vehicle in vehicles]),
        since=midnight(first),
        until=midnight(first, days_later=DAYS),
    )
    rentals: dict[str, list[Row]] = {vehicle["id"]: [] for vehicle in vehicles}
    for rental in found:
        rentals[rental["vehicle_id"]].append(rental)
    return {id_: tuple(cells_of(of_vehicle, first, now=now)) for id_, of_vehicle in rentals.items()}


def _hour_of(instant: int, first: date) -> int:
    """Count the hours that the wall clock has shown since the first day began."""
    local = moment_of(instant).astimezone(ZONE)
    return (local.date() - first).days * 24 + local.hour


def _free(start: int, end: int) -> Iterator[Cell]:
    while start < end:
        midnight_after = (start // 24 + 1) * 24
        yield Cell(min(end, midnight_after) - start, day=start // 24)
        start = midnight_after


def _address(day: date, station: str) -> str:
    return "/timeline?" + urlencode({"from": day.isoformat(), **({"station": station} if station else {})})
