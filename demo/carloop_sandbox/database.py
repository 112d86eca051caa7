"""The sandbox's SQLite database."""

from pathlib import Path
from typing import Final

from carloop_sandbox.tables import MIGRATIONS
from web_base import database
from web_base.database import Row as Row
from web_base.database import sqlite3 as sqlite3

FILE_NAME: Final = "carloop-sandbox.sqlite3"
CACHE_KIB: Final = 65_536


class Database(database.Database):
    """The rental system's database, which may have a long history."""

    def __init__(self, path: Path) -> None:
        """Open the file and bring its tables up to date."""
        super().__init__(path, MIGRATIONS)
        # The index of a long history must not be read from the file again for each search.
        self.connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
