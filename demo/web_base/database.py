"""Open a program's SQLite database: one connection, safe settings, one way to write."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import sqlite_utils
from sqlite_utils import Migrations
from sqlite_utils.utils import sqlite3 as sqlite3  # type: ignore[attr-defined]  # which may be pysqlite3

BUSY_SECONDS: Final = 5.0

Row = sqlite3.Row


class Database:
    """One connection to one file, lent to one thread at a time.

    :ivar tables: the same connection as sqlite-utils sees it, for use inside `writing`.
    :ivar transaction: a number of the transaction that is or was last written, higher than all before it.
    """

    def __init__(self, path: Path, migrations: Migrations) -> None:
        """Open the file, made readable to its owner alone, and bring its tables up to date."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._lock = threading.RLock()
        self.transaction = time.time_ns()
        # Any thread may answer a request, and another one stops the program and closes the connection.
        self.connection = sqlite3.connect(
            str(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self.tables = sqlite_utils.Database(self.connection, execute_plugins=False)
        try:
            # A write-ahead log would gain nothing: one connection writes, and one process at a time serves the file.
            self.connection.execute("PRAGMA journal_mode = DELETE")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA foreign_keys = ON")
            # What was erased must not be left in the file's free pages.
            self.connection.execute("PRAGMA secure_delete = ON")
            migrations.apply(self.tables)
        except BaseException:
            self.connection.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock from the first statement on: all that is done inside is kept, or nothing.

        Inside another `writing` it is a part of that one.
        """
        with self._lock:
            if self._is_writing():
                yield
                return
            self.connection.execute("BEGIN IMMEDIATE")
            self.transaction += 1
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # SQLite ends the transaction itself for some failures, such as a full disk.
                if self._is_writing():
                    self.connection.execute("ROLLBACK")
                raise

    # A type checker takes an attribute to be the same before and after.
    def _is_writing(self) -> bool:
        return bool(self.connection.in_transaction)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Inside `writing`: undo what is done in here, and that alone, when it raises."""
        self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            if self._is_writing():
                self.connection.execute("ROLLBACK TO attempt")
                self.connection.execute("RELEASE attempt")
            raise
        self.connection.execute("RELEASE attempt")

    def one(self, sql: str, *values: object) -> Row | None:
        """Return the first row, or None."""
        with self._lock:
            return cast("Row | None", self.connection.execute(sql, values).fetchone())

    def all(self, sql: str, *values: object) -> list[Row]:
        """Return every row."""
        with self._lock:
            return self.connection.execute(sql, values).fetchall()

    def all_named(self, sql: str, values: Mapping[str, object]) -> list[Row]:
        """Return every row of a statement with named values."""
        with self._lock:
            return self.connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; return the number of rows it changed."""
        with self._lock:
            return self.connection.execute(sql, values).rowcount

    def vacuum(self) -> None:
        """Write the file anew, without what is left of deleted rows in it."""
        with self._lock:
            self.connection.execute("VACUUM")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self.connection.close()


def sql_migrations(name: str, folder: Path) -> Migrations:
    """Make a migration of each file `NNNN_what.sql` of a folder; each does all of its statements, or none.

    :param name: whose migrations they are; a database remembers the names that were applied.
    """
    migrations = Migrations(name)
    for path in sorted(folder.glob("*.sql")):
        # `executescript` commits what is open, so the script brings the transaction itself.
        script = f"BEGIN IMMEDIATE; {path.read_text('utf-8')} COMMIT;"
        migrations(name=path.stem, transactional=False)(_migration(script))
    return migrations


def _migration(script: str) -> Callable[[sqlite_utils.Database], None]:
    def migrate(database: sqlite_utils.Database) -> None:
        database.conn.executescript(script)

    return migrate
