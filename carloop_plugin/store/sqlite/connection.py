"""How the SQLite file is opened, and how it is written: every write begins with `BEGIN IMMEDIATE`.

sqlite-utils' own `atomic()` opens a deferred transaction, in which a read followed by a write fails "locked" at once
under contention, whatever the busy time-out.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.failures import Reason, StoreFailed

LONGEST_WAIT = 5.0
"""Seconds one transaction waits for another's lock, deadline permitting."""

_STEPS_BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine between two looks at the clock: about a millisecond."""

_making = Lock()


def open_database(path: Path) -> Database:
    """Open the store's file, made readable for its owner alone where it is new."""
    with translated(path):
        try:
            _make(path)
        except OSError as error:
            raise StoreFailed(_reason("store.not_writable", path, error.strerror or "")) from None
        connection = sqlite3.connect(
            path, timeout=LONGEST_WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            return _prepare(Database(connection))
        except BaseException:  # whatever it is, the connection must not outlive it
            connection.close()
            raise


def _make(path: Path) -> None:
    """Make the file where it is new.

    One that is there is never opened past SQLite: closing it again would take from the whole process the locks that
    SQLite holds on it for another thread, and let other processes write into its transaction
    (sqlite.org/howtocorrupt.html, 2.2). So no other thread may connect between our opening and closing, either.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _making, suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _prepare(db: Database) -> Database:
    wanted = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"
    if str(db.journal_mode).upper() != wanted:
        # Another process may hold the file just now; either journal is correct, so the next opening tries again.
        with suppress(sqlite3.OperationalError):
            db.execute(f"PRAGMA journal_mode = {wanted}")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    # What is erased must be gone from the file, not only from the tables.
    db.execute("PRAGMA secure_delete = ON")
    return db


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite has the fix for a write-ahead log that two connections could corrupt.

    Fixed in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines (SQLite release notes).
    """
    fixed_lines = {(3, 44): 6, (3, 50): 7, (3, 51): 3}
    major, minor, patch = version[:3]
    first_fixed = fixed_lines.get((major, minor))
    return (major, minor) >= (3, 52) or (first_fixed is not None and patch >= first_fixed)


@contextmanager
def writing(db: Database, path: Path, *, deadline: float) -> Iterator[Database]:
    """Run a block as one durable transaction; its commit is on disk when the block is left."""
    with translated(path):
        wait(db, deadline=deadline)
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:  # whatever it is, the transaction must not outlive it
            # After a full disk SQLite has rolled back by itself, and says so when asked to again.
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise


@contextmanager
def reading(db: Database, path: Path, *, deadline: float) -> Iterator[Database]:
    """Run a block that only reads."""
    with translated(path):
        wait(db, deadline=deadline)
        yield db


def select(db: Database, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the rows of a statement, none for one that has none."""
    # sqlite-utils' own `query` wraps each look in a savepoint.
    found = db.execute(sql, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found]


def scrub(db: Database, path: Path, *, deadline: float) -> bool:
    """Rewrite the file and empty the write-ahead log, so that no page holds what was erased any more.

    `secure_delete` alone leaves copies behind where SQLite moved a row from one page to another (measured: 31 of
    465,000). False where a reader keeps the log from being emptied.

    :raises StoreFailed: the deadline, or others at work on the file, did not let it happen.
    """
    try:
        with translated(path):
            wait(db, deadline=deadline)
            interrupt_at(deadline, db)
            db.execute("VACUUM")
            is_held_up, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_held_up
    finally:
        db.conn.set_progress_handler(None, 0)


def interrupt_at(deadline: float, db: Database) -> None:
    """End whatever statement of the connection still runs at the deadline."""
    db.conn.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)


def wait(db: Database, *, deadline: float) -> None:
    """Let the connection wait for locks no longer than the deadline allows."""
    seconds = min(LONGEST_WAIT, max(0.0, deadline - time.monotonic()))
    db.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into `StoreFailed`, by SQLite's own names for them."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFailed(explain(error, path)) from error


def explain(error: Exception, path: Path) -> Reason:
    """Say what SQLite's error is, by its own name for it."""
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


def _reason(text: str, path: Path, why: str = "") -> Reason:
    return Reason("storage_failed", text, (("path", str(path)), ("why", why)))
