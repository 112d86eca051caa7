"""Instants and amounts as they are stored, and as the interface writes them.

Instants are whole microseconds since 1970 in UTC, so that SQLite can compare them; amounts are cents.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

MICROSECOND: Final = timedelta(microseconds=1)
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

NO_TIME: Final = "This is not a time with an offset, such as 2031-03-03T08:30:00+01:00 (its + sent as %2B)."

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = (datetime(1000, 1, 1, tzinfo=UTC) - _EPOCH) // MICROSECOND
_LATEST: Final = (datetime(9899, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH) // MICROSECOND


def read_time(text: str) -> Instant:
    """Read an RFC 3339 time with an offset; ValueError when it is none or lies outside the years 1000 to 9899.

    More than six decimals of a second are cut off.
    """
    try:
        instant = instant_of(datetime.fromisoformat(text))
    except (TypeError, ValueError):
        raise ValueError(NO_TIME) from None
    if not _EARLIEST <= instant <= _LATEST:
        raise ValueError(NO_TIME)
    return instant


def moment_of(instant: int) -> datetime:
    """Return an instant as a time in UTC."""
    return _EPOCH + instant * MICROSECOND


def instant_of(moment: datetime) -> Instant:
    """Return an aware time as an instant; TypeError when it has no offset."""
    # subtracting two aware times never overflows, while converting to UTC can
    return Instant((moment - _EPOCH) // MICROSECOND)


def write_time(instant: int, decimals: str = "auto") -> str:
    """Write an instant as RFC 3339 in UTC, with decimals only where there are any, or always `microseconds`."""
    return moment_of(instant).isoformat(timespec=decimals).replace("+00:00", "Z")


def days_begun(start: int, end: int) -> int:
    """Count the days of 24 hours of a period, the last one whole."""
    return max(1, math.ceil((end - start) / DAY))


def money(cents: int) -> dict[str, object]:
    """Write an amount of euros, tax included."""
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "EUR", "tax_included": True}
