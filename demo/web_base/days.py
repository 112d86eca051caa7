"""Days as people type them: `02.03.2026`, `2.3.`, `2/3`, `2026-03-02`.

A day without a year is the next such day, or one of the last months.
"""

import re
from datetime import date, timedelta
from typing import Final

_GRACE_DAYS: Final = 180
_LONGEST: Final = 40
# No visit and no rental lies outside: such a year is a slip of the finger.
YEARS: Final = range(2000, 2200)
_DAY: Final = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?:(?:\s*[./-]\s*|\s+)(\d{4}|\d{2}))?\s*[./-]?")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class Mistyped(Exception):  # what a person typed is not called an error
    """What was typed is not what was asked for; `reason` names what is wrong with it, as a part of a text's key."""

    def __init__(self, reason: str) -> None:
        """Take the reason."""
        super().__init__(reason)
        self.reason = reason


def read_day(text: str, *, today: date) -> date:
    """Read a day; raise `Mistyped` with `day` where it is none."""
    if found := matched(_ISO_DAY, text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = matched(_DAY, text)
    if found is None:
        raise Mistyped("day")
    day, month = int(found[1]), int(found[2])
    if found[3]:
        year = int(found[3]) + (0 if len(found[3]) == 4 else 2000)
        return _day(year, month, day)
    return _next_such_day(month, day, today)


def matched(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match a short text; the patterns would take quadratic time for a long one."""
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
    if year not in YEARS:
        raise Mistyped("day")
    try:
        return date(year, month, day)
    except ValueError:
        raise Mistyped("day") from None
