"""Days as people type them: `02.03.2026`, `2.3.`, `2/3`, `2026-03-02`.

A day without a year is the next such day, or one of the last months.
"""

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

_GRACE_DAYS: Final = 180
_LONGEST: Final = 40
# No visit and no rental lies outside: such a year is a typing error.
YEARS: Final = range(2000, 2200)
_DAY: Final = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?:(?:\s*[./-]\s*|\s+)(\d{4}|\d{2}))?\s*[./-]?")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class Mistyped(Exception):  # what a person typed is not called an error
    """What was typed is not what was asked for; `reason` names what is wrong with it, as a part of a text's key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_day(text: str, *, today: date) -> date:
    """Read a day; raise `Mistyped` with `day` where it is none."""
    if found := matched(_ISO_DAY, text):
        years, month, day = [int(found[1])], int(found[2]), int(found[3])
    elif found := matched(_DAY, text):
        day, month = int(found[1]), int(found[2])
        # 29 February is the next one, up to eight years ahead.
        years = [_whole_year(found[3])] if found[3] else list(range(today.year, today.year + 9))
    else:
        raise Mistyped("day")
    for year in (each for each in years if each in YEARS):
        with suppress(ValueError):
            read = date(year, month, day)
            # Without a year, a day some weeks ago is meant as that one, a day longer ago as the next year's.
            if len(years) == 1 or read >= today - timedelta(days=_GRACE_DAYS):
                return read
    raise Mistyped("day")


def matched(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match a short text; the patterns would take quadratic time for a long one."""
    text = text.strip()
    return pattern.fullmatch(text) if len(text) <= _LONGEST else None


def _whole_year(text: str) -> int:
    return int(text) + (0 if len(text) == 4 else 2000)
