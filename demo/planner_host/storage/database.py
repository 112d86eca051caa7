"""The planner's database. Instants are stored as microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from web_base.database import Database, sql_migrations

FILE_NAME: Final = "planner.sqlite3"
MIGRATIONS: Final = sql_migrations("planner_host", Path(__file__).parent / "migrations")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def open_database(folder: Path) -> Database:
    """Open the file in a folder, which only its owner can read."""
    return Database(folder / FILE_NAME, MIGRATIONS)


def write_us(when: datetime) -> int:
    """Return an instant as it is stored."""
    return (when - _EPOCH) // _MICROSECOND


def read_us(microseconds: int) -> datetime:
    """Return the instant that is stored so."""
    return _EPOCH + microseconds * _MICROSECOND
