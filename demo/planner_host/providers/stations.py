"""The stations at which vehicles are handed out, and when they are open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from web_base.languages import Language

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_MONDAY: Final = date(2024, 1, 1)


class ShownStation(NamedTuple):
    """A station as the list of offers shows it.

    `hours` says when it is open, empty where that is not known; `closed` has `start` and `end` where it is closed then.
    """

    id: str
    name: str
    hours: str
    closed: tuple[str, ...]


def shown_stations(
    stations: Mapping[str, contract.Station], *, own: str, period: contract.Period, language: Language
) -> tuple[ShownStation, ...]:
    """Return the stations, the own one first, then as they are given; `period` is on their wall clock."""
    ends: tuple[tuple[str, str], ...] = (("start", period["start"]), ("end", period["end"]))
    moments = {side: datetime.fromisoformat(text) for side, text in ends}
    return tuple(
        ShownStation(
            each["id"],
            each["name"],
            written_hours(each, language),
            tuple(side for side, moment in moments.items() if not is_open(each, moment)),
        )
        for each in sorted(stations.values(), key=lambda each: each["id"] != own)
    )


def is_open(station: contract.Station, when: datetime) -> bool:
    """Return whether a station is open at a time of its wall clock; where its hours are not known it is."""
    hours = station.get("opening_hours")
    day, clock = _DAYS[when.weekday()], f"{when:%H:%M}"
    return not hours or any(
        day in each["days"] and each["opens"] <= clock <= each["closes"] for each in hours
    )


def written_hours(station: contract.Station, language: Language) -> str:
    """Write when a station is open: `Mo–Fr 07:30–18:30, Sa 08:30–13:00`."""
    return ", ".join(
        f"{_written_days(tuple(each['days']), language)} {each['opens']}–{each['closes']}"
        for each in station.get("opening_hours", ())
    )


# Names of days are slow to look up, and each search shows those of every station.
@lru_cache(maxsize=512)
def _written_days(days: tuple[str, ...], language: Language) -> str:
    """Write days of the week, those in a row as a range: `Mo–Mi/Sa`."""
    numbers = sorted(_DAYS.index(day) for day in days)
    # In a row, a day's number and its place in the list differ by the same.
    rows = [list(row) for _, row in groupby(numbers, key=lambda number: number - numbers.index(number))]
    names = [language.weekday(_A_MONDAY + timedelta(days=each), short=True) for each in range(7)]
    return "/".join("–".join(names[each] for each in dict.fromkeys((row[0], row[-1]))) for row in rows)
