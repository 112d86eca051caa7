"""Instants as the planner's database stores them: microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Not `timestamp()`: a float has no exact microsecond, and what is saved twice must be the same.
_MICROSECOND: Final = timedelta(microseconds=1)


def write_us(when: datetime) -> int:
    """Return an instant as it is stored."""
    return (when - _EPOCH) // _MICROSECOND


def read_us(microseconds: int) -> datetime:
    """Return the instant that is stored so."""
    return _EPOCH + microseconds * _MICROSECOND
