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

QUARTER: Final = timedelta(minutes=15)
_GRACE_DAYS: Final = 180
_LONGEST: Final = 40
# No visit to a workshop lies outside: such a year is a slip of the finger.
_YEARS: Final = range(2000, 2200)
_DAY: Final = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?:(?:\s*[./-]\s*|\s+)(\d{4}|\d{2}))?\s*[./-]?")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME: Final = re.compile(r"(\d{1,2})(?:\s*(?:[:.h]|uhr)\s*(\d{2})?|(\d{2}))?\s*(?:uhr|h)?", re.IGNORECASE)
REASONS: Final = ("day", "time", "missing_hour", "twice")


class Mistyped(Exception):  # what a person typed is not called an error
    """What was typed is no day, no time, or a time that does not exist; `reason` names which."""

    def __init__(self, reason: str) -> None:
        """Take one of REASONS; the text of it is `typed.REASON`."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WallTime:
    """A day and a time as typed, and, where the clock shows it twice, which is meant: 0 the first, 1 the second."""

    day: str
    time: str
    fold: str = ""


def read_day(text: str, *, today: date) -> date:
    """Read a day; raise `Mistyped` with `day` where it is none."""
    if found := _matched(_ISO_DAY, text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _matched(_DAY, text)
    if found is None:
        raise Mistyped("day")
    day, month = int(found[1]), int(found[2])
    if found[3]:
        year = int(found[3]) + (0 if len(found[3]) == 4 else 2000)
        return _day(year, month, day)
    return _next_such_day(month, day, today)


def read_time(text: str) -> time:
    """Read a time of day; raise `Mistyped` with `time` where it is none."""
    found = _matched(_TIME, text)
    if found is None:
        raise Mistyped("time")
    hour, minute = int(found[1]), int(found[2] or found[3] or 0)
    if hour > 23 or minute > 59:
        raise Mistyped("time")
    return time(hour, minute)


def read_instant(typed: WallTime, zone: ZoneInfo, *, today: date) -> datetime:
    """Give the instant, in UTC, that a wall clock shows so.

    Raise `Mistyped`: `day`, `time`, `missing_hour` for a time that the clock leaves out, `twice` for one it shows
    twice while it is not said which is meant.
    """
    local = datetime.combine(read_day(typed.day, today=today), read_time(typed.time), zone)
    first, second = local.replace(fold=0), local.replace(fold=1)
    instant = first.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Mistyped("missing_hour")
    if first.utcoffset() != second.utcoffset():
        if typed.fold not in ("0", "1"):
            raise Mistyped("twice")
        return (second if typed.fold == "1" else first).astimezone(UTC)
    return instant


def is_in_calendar(when: datetime) -> bool:
    """Tell whether an instant is one that a visit can have."""
    return when.year in _YEARS


def next_quarter(now: datetime) -> datetime:
    """Give the next full quarter of an hour, which lies after `now`."""
    start_of_day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return start_of_day + ((now - start_of_day) // QUARTER + 1) * QUARTER


def fold_of(instant: datetime, zone: ZoneInfo) -> str:
    """Say which of two is meant, for an instant whose wall clock time is there twice; else nothing."""
    local = instant.astimezone(zone)
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return str(local.fold) if first != second else ""


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match a text, which nobody types at length: the patterns look at a long one for as long as its square."""
    text = text.strip()
    return pattern.fullmatch(text) if len(text) <= _LONGEST else None


def _next_such_day(month: int, day: int, today: date) -> date:
    """A day some weeks ago is meant as that, one longer ago as the next year's; 29 February as the next one."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            if not 1 <= month <= 12 or not 1 <= day <= 31 or (month, day) != (2, 29):
                raise Mistyped("day") from None
            continue
        if found >= today - timedelta(days=_GRACE_DAYS):
            return found
    raise Mistyped("day")


def _day(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise Mistyped("day")
    try:
        return date(year, month, day)
    except ValueError:
        raise Mistyped("day") from None
