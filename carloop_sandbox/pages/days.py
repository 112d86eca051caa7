"""Days as people type them: `02.03.2026`, `2.3.`, `2/3/26`, `2026-03-02`."""

import re
from datetime import date
from typing import Final

_DAY: Final = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]?\s*(\d{4}|\d{2})?", re.ASCII)
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


def read_day(text: str, *, today: date) -> date | None:
    """Read a day, one without a year as this year's; None where it is none."""
    if found := _ISO_DAY.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY.fullmatch(text):
        typed = found[3] or str(today.year)
        return _day(int(typed) if len(typed) == 4 else 2000 + int(typed), int(found[2]), int(found[1]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    # 1970 to 9000: what lies outside is a typing mistake, and no calendar's
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1970 <= year <= 9000 else None
