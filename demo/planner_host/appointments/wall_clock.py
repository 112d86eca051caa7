"""Dates and times as people type them, and the wall clock they mean.

Typed are days (`02.03.2026`, `2.3.`, `2/3`, `2026-03-02`) and times (`08:30`, `8`, `0830`, `8.30`). A day without a
year is the next such day, or one of the last months. On the wall clock of a time zone an hour is missing in spring and
there twice in autumn: the first is refused, for the second the form asks which is meant.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from web_base.days import Mistyped, matched, read_day

QUARTER: Final = timedelta(minutes=15)
_TIME: Final = re.compile(r"(\d{1,2})(?:\s*(?:[:.h]|uhr)\s*(\d{2})?|(\d{2}))?\s*(?:uhr|h)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WallTime:
    """A day and a time as typed, and, where the clock shows it twice, which is meant: 0 the first, 1 the second."""

    day: str
    time: str
    fold: str = ""


def read_time(text: str) -> time:
    """Read a time of day; raise `Mistyped` with `time` where it is none, `midnight` where it is the next day's."""
    found = matched(_TIME, text)
    if found is None:
        raise Mistyped("time")
    hour, minute = int(found[1]), int(found[2] or found[3] or 0)
    if (hour, minute) == (24, 0):
        raise Mistyped("midnight")
    if hour > 23 or minute > 59:
        raise Mistyped("time")
    return time(hour, minute)


def read_instant(typed: WallTime, zone: ZoneInfo, *, today: date) -> datetime:
    """Return the instant, in UTC, of what a wall clock shows.

    Raise `Mistyped`: `day`, `time`, `midnight`, `missing_hour` for a time that the clock leaves out, `twice` for one it
    shows twice while it is not said which is meant.
    """
    local = datetime.combine(read_day(typed.day, today=today), read_time(typed.time), zone)
    first, second = local.replace(fold=0), local.replace(fold=1)
    instant = first.astimezone(UTC)
    # What the clock leaves out comes back from UTC as another time.
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Mistyped("missing_hour")
    if first.utcoffset() != second.utcoffset():
        if typed.fold not in ("0", "1"):
            raise Mistyped("twice")
        return (second if typed.fold == "1" else first).astimezone(UTC)
    return instant


def mistakes(typed: WallTime, zone: ZoneInfo, *, today: date) -> dict[str, str]:
    """Return what is wrong with the `date` and with the `time`, each as a word of a text's key."""
    found: dict[str, str] = {}
    # The instant comes last: a mistake in one of its parts is known by then.
    for part, read in (
        ("date", lambda: read_day(typed.day, today=today)),
        ("time", lambda: read_time(typed.time)),
        ("time", lambda: read_instant(typed, zone, today=today)),
    ):
        try:
            read()
        except Mistyped as mistyped:
            found.setdefault("date" if mistyped.reason == "day" else part, mistyped.reason)
    return found


def next_quarter(now: datetime) -> datetime:
    """Return the next full quarter of an hour after `now`."""
    start_of_day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return start_of_day + ((now - start_of_day) // QUARTER + 1) * QUARTER


def fold_of(instant: datetime, zone: ZoneInfo) -> str:
    """Return which of two is meant (`0`, `1`) where the wall clock shows the time twice; else the empty text."""
    local = instant.astimezone(zone)
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return str(local.fold) if first != second else ""
