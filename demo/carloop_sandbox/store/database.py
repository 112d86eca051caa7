"""The sandbox's SQLite database, and the named values it keeps about itself."""

from pathlib import Path
from typing import Final

from carloop_sandbox.store.functions import add_functions
from web_base.database import Database as Database
from web_base.database import Row as Row
from web_base.database import sql_migrations
from web_base.database import sqlite3 as sqlite3

FILE_NAME: Final = "carloop-sandbox.sqlite3"
CACHE_KIB: Final = 65_536
FIRST_RENTAL_NUMBER: Final = 100_001
MIGRATIONS: Final = sql_migrations("carloop_sandbox", Path(__file__).with_name("migrations"))


def open_database(folder: Path) -> Database:
    """Open the file in a folder and bring its tables up to date."""
    database = Database(folder / FILE_NAME, MIGRATIONS)
    # The index of a long history must not be read from the file again for each search.
    database.connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    add_functions(database)
    return database


def read_setting(database: Database, name: str) -> str | None:
    """Return a stored value, or None."""
    row = database.one("SELECT value FROM settings WHERE name = ?", name)
    return None if row is None else str(row["value"])


def write_setting(database: Database, name: str, value: str) -> None:
    """Store a value; inside a transaction of the caller's."""
    database.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)
