"""A SQLite file as the records' database, with sqlite-utils: how it is opened, read and written.

Every write begins with `BEGIN IMMEDIATE`. sqlite-utils' own `atomic()` opens a deferred transaction, in which a read
followed by a write fails "locked" at once under contention, whatever the busy time-out.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.figures import MovedAside
from carloop_plugin.store.database import Row, T
from carloop_plugin.store.sqlite.replaced_files import discard_moved_aside, moved_aside

if TYPE_CHECKING:
    from carloop_plugin.store.sqlite.file import Connection

FileOnDisk = tuple[int, int]
"""Which file on the disk it is, whatever it is called: device and number."""

_STEPS_BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine between two looks at the clock: about a millisecond."""

_making = Lock()


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite has the fix for a write-ahead log that two connections could corrupt.

    Fixed in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines (SQLite release notes).
    """
    fixed_lines = {(3, 44): 6, (3, 50): 7, (3, 51): 3}
    major, minor, patch = version[:3]
    first_fixed = fixed_lines.get((major, minor))
    return (major, minor) >= (3, 52) or (first_fixed is not None and patch >= first_fixed)


JOURNAL = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"

# A commit is on the disk when it is answered. What is erased must be gone from the file, not only from the tables.
_PRAGMAS = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON"


class Lend(Protocol):
    """Lend a connection to the file for one transaction, or one look."""

    def __call__(self, *, deadline: float) -> AbstractContextManager[Connection]:
        """Lend it for the length of a `with` block."""


@dataclass
class SqliteDatabase:
    """`database.Database` for one call. A connection is borrowed for each transaction, not for the whole call."""

    AMONG = "IN (SELECT value FROM json_each(?))"
    NOW = "(julianday('now') - 2440587.5) * 86400.0"
    SKIP_LOCKED = ""
    IS_SERVER = False

    lend: Lend
    path: Path
    file: FileOnDisk | None
    deadline: float
    _within: Database | None = None

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def engine(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    @property
    def journal(self) -> str:
        with self.lend(deadline=self.deadline) as connection:
            return str(connection.db.journal_mode)

    def transact(self, work: Callable[[], T]) -> T:
        if self._within is not None:
            return work()
        with self.lend(deadline=self.deadline) as connection:
            connection.db.execute("BEGIN IMMEDIATE")
            # Commits, which puts it on the disk; rolls back whatever is raised.
            with connection.db.conn:
                present = file_on_disk(self.path)
                if present != self.file:
                    # Nobody would find again what is written to a file that is not in its place any more.
                    raise lost(self.path) if present is None else StoreFailed(Reason("busy", "store.busy"))
                self._within = connection.db
                try:
                    return work()
                finally:
                    self._within = None

    def lock(self, name: str | None) -> None:
        """Do nothing: a transaction that writes has the whole file."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        values = [json.dumps(each) if isinstance(each, list) else each for each in values]
        # sqlite-utils' own `query` wraps each look in a savepoint.
        if self._within is not None:
            return [dict(row) for row in self._within.execute(sql, values)]
        with self.lend(deadline=self.deadline) as connection:
            return [dict(row) for row in connection.db.execute(sql, values)]

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        if self._within is None:
            raise RuntimeError("what writes is a transaction")
        values = [json.dumps(each) if isinstance(each, list) else each for each in values]
        return int(self._within.execute(sql, values).rowcount)

    def execute_many(self, sql: str, rows: Sequence[Any]) -> None:
        for row in rows:
            self.execute(sql, row)

    def freeze(self, tables: Sequence[str]) -> None:
        """Do nothing, as above."""

    def moved_aside(self) -> list[MovedAside]:
        return moved_aside(self.path)

    def discard_moved_aside(self) -> int:
        return discard_moved_aside(self.path)

    def scrub(self, *, largest: int) -> bool:
        """Rewrite the file and empty the write-ahead log, so that no page holds what was erased any more.

        `secure_delete` alone leaves copies behind where SQLite moved a row from one page to another (measured: 31 of
        465,000). False where a reader keeps the log from being emptied.
        """
        if self.path.stat().st_size > largest:
            return False
        with self.lend(deadline=self.deadline) as connection:
            interrupt_at(self.deadline, connection.db)
            try:
                connection.db.execute("VACUUM")
                is_held_up, *_ = connection.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.db.conn.set_progress_handler(None, 0)
            return not is_held_up


def interrupt_at(deadline: float, db: Database) -> None:
    """End whatever statement of the connection still runs at the deadline."""
    db.conn.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)


def file_on_disk(path: Path) -> FileOnDisk | None:
    """Return which file a path leads to; None where there is none, or nothing is in it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_size else None


def open_database(path: Path, *, wait: float) -> Database:
    """Open the store's file. `wait` is for how many seconds locks are waited for.

    A new file is made first, readable for its owner alone. One that is there is never opened past SQLite: closing it
    again would take from the whole process the locks that SQLite holds on it for another thread, and let other
    processes write into its transaction (sqlite.org/howtocorrupt.html, 2.2). So no other thread may connect between
    our opening and closing, either.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _making, suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise StoreFailed(_reason("store.not_writable", path, error.strerror or "")) from None
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        with suppress(sqlite3.OperationalError):
            # Another process may hold the file just now; either journal is correct, so the next opening tries again.
            connection.execute(f"PRAGMA journal_mode = {JOURNAL}")
        connection.executescript(_PRAGMAS)
    except BaseException:  # whatever it is, the connection must not outlive it
        connection.close()
        raise
    return Database(connection)


def explain(error: Exception, path: Path) -> Reason:
    """Return what SQLite's error means, by its own name for it."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Reason("busy", "store.busy")
    if name.startswith("SQLITE_FULL"):
        return _reason("store.full", path)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return _reason("store.damaged", path, name)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return _reason("store.not_writable", path, name)
    return _reason("store.failed", path, name)


def lost(path: Path) -> StoreFailed:
    """Return the failure where there is no store any more. It is never begun anew: its rentals would be forgotten."""
    return StoreFailed(_reason("store.lost", path))


def _reason(text: str, path: Path, why: str = "") -> Reason:
    return Reason("storage_failed", text, (("path", str(path)), ("why", why)))
