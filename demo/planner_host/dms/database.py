"""How the DMS's file is opened and written, and what SQLite's errors mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3 as sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from planner_host.dms.problems import DmsProblem, Finding
from planner_host.dms.tables import MIGRATIONS

LONGEST_WAIT = 5.0
"""Seconds that a search waits for another's lock, which is held for the moment of a commit."""

LONGEST_WAIT_TO_WRITE = 30.0
"""Seconds that a writer waits for another, which may be importing."""

Connection = sqlite3.Connection


def connect(path: Path, *, wait: float = LONGEST_WAIT) -> Connection:
    """Open the file, made readable for its owner alone where it is new. Any one thread at a time may use it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        raise DmsProblem(Finding("dms_not_writable", path.name)) from None
    return sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)


@contextmanager
def writing(path: Path) -> Iterator[Connection]:
    """Lend a connection of its own, its tables up to date: what is done inside is kept, or nothing of it.

    Searches go on meanwhile: others are kept out for the moment of the commit alone.
    """
    with translated(path):
        connection = connect(path, wait=LONGEST_WAIT_TO_WRITE)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA cache_spill = OFF")
            connection.execute("BEGIN IMMEDIATE")
            _migrate(connection, path)
            yield connection
            connection.execute("COMMIT")
        except BaseException:  # whatever it is, the transaction must not outlive it
            # After a full disk SQLite has rolled back by itself, and says so when asked to again.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.close()


def _migrate(connection: Connection, path: Path) -> None:
    db = Database(connection, execute_plugins=False)
    ours = {migration.name for migration in MIGRATIONS._migrations}
    if any(migration.name not in ours for migration in MIGRATIONS.applied(db)):
        raise DmsProblem(Finding("dms_newer", path.name))
    MIGRATIONS.apply(db)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into `DmsProblem`, by SQLite's own names for them."""
    try:
        yield
    except sqlite3.Error as error:
        name = str(getattr(error, "sqlite_errorname", "") or "")
        raise DmsProblem(Finding(_code(name), path.name)) from error


def _code(name: str) -> str:
    codes = {
        "dms_busy": ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "dms_full": ("SQLITE_FULL",),
        "dms_damaged": ("SQLITE_CORRUPT", "SQLITE_NOTADB"),
        "dms_not_writable": ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"),
    }
    return next((code for code, names in codes.items() if name.startswith(names)), "dms_failed")
