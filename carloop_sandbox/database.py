"""Open the sandbox's SQLite database: one connection, safe settings, one way to write."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import sqlite_utils
from sqlite_utils.utils import sqlite3 as sqlite3  # type: ignore[attr-defined]  # which may be pysqlite3

from carloop_sandbox.tables import MIGRATIONS

FILE_NAME: Final = "carloop-sandbox.sqlite3"
CACHE_KIB: Final = 65_536

# https://www.sqlite.org/wal.html: the WAL reset bug is fixed in 3.51.3, and in 3.50.7 and 3.44.6.
_WAL_FIXED: Final = (3, 51, 3)
_WAL_FIXED_BRANCHES: Final = ((3, 50, 7), (3, 44, 6))

Row = sqlite3.Row


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Say whether two connections can write a WAL database of this SQLite without corrupting it."""
    return version >= _WAL_FIXED or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in _WAL_FIXED_BRANCHES
    )


class Database:
    """One connection to one file, to be used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file, made readable to its owner alone, and bring its tables up to date."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # The worker thread uses the connection, whoever stops the sandbox closes it.
        self.connection = sqlite3.connect(
            str(path), timeout=5.0, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        try:
            self._set_up()
        except BaseException:
            self.connection.close()
            raise

    def _set_up(self) -> None:
        version = cast("tuple[int, int, int]", tuple(sqlite3.sqlite_version_info))
        self.connection.execute(f"PRAGMA journal_mode = {'WAL' if wal_is_safe(version) else 'DELETE'}")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        # The index of a long history must not be read from the file again for each search.
        self.connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        MIGRATIONS.apply(sqlite_utils.Database(self.connection, execute_plugins=False))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock from the first statement on: all that is done inside is kept, or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Inside `writing`: undo what is done in here, and that alone, when it raises."""
        self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO attempt")
                self.connection.execute("RELEASE attempt")
            raise
        self.connection.execute("RELEASE attempt")

    def one(self, sql: str, *values: object) -> Row | None:
        """Give the first row, or None."""
        return cast("Row | None", self.connection.execute(sql, values).fetchone())

    def all_named(self, sql: str, values: Mapping[str, object]) -> list[Row]:
        """Give every row of a statement with named values."""
        return self.connection.execute(sql, values).fetchall()

    def all(self, sql: str, *values: object) -> list[Row]:
        """Give every row."""
        return self.connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; give the number of rows it changed."""
        return self.connection.execute(sql, values).rowcount

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
