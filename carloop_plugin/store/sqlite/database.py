"""A SQLite file as the records' database, with sqlite-utils: how it is opened, brought up to date, read and written.

The installation's id is repeated in a small file beside it, for when the store is damaged or gone.

Every write begins with `BEGIN IMMEDIATE`. sqlite-utils' own `atomic()` opens a deferred transaction, in which a read
followed by a write fails "locked" at once under contention, whatever the busy time-out.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.database import Row, T
from carloop_plugin.store.tables import DRAW_INSTALLATION, MIGRATIONS, NUMBER_KEY_BYTES, newer_version
from carloop_plugin.store.upgrades import Run

FileOnDisk = tuple[int, int]
"""Which file on the disk it is, whatever it is called: device and number."""

_STEPS_BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine between two looks at the clock: about a millisecond."""

_making = Lock()

NOW = "(julianday('now') - 2440587.5) * 86400.0"
TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "blob": "BLOB",
    "now": NOW,
    "plain": "STRICT",
    "keyed": "STRICT, WITHOUT ROWID",
}

migrations = Migrations("carloop_plugin")


def _run(steps: Sequence[str | Callable[[Run], None]], db: Database) -> None:
    for step in steps:
        if isinstance(step, str):
            db.execute(step.format_map(TYPES))
        else:
            step(lambda sql, values: [dict(row) for row in db.execute(sql, values)])


for _name, _steps in MIGRATIONS.items():
    migrations(name=_name)(lambda db, steps=_steps: _run(steps, db))

KNOWN: dict[Path, str] = {}
"""The installations whose records this process has had open: a file that is gone since then was not new."""

BESIDE = ".installation"
"""What the name of the file that repeats the installation's id adds to the store's."""


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite has the fix for a write-ahead log that two connections could corrupt.

    Fixed in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines (SQLite release notes).
    """
    fixed: Mapping[tuple[int, ...], int] = {(3, 44): 6, (3, 50): 7, (3, 51): 3}
    return version[:2] >= (3, 52) or (version[:2] in fixed and version[2] >= fixed[version[:2]])


JOURNAL = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"

# A commit is on the disk when it is answered. What is erased must be gone from the file, not only from the tables.
_PRAGMAS = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON"


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, the installation its file belongs to, which file on the disk it has open, and whose it is."""

    db: Database
    installation: str
    number_key: bytes = field(repr=False)
    file: FileOnDisk | None
    process: int = field(default_factory=os.getpid)

    def close(self) -> None:
        """Close it; what is not committed is rolled back."""
        self.db.close()


@dataclass
class SqliteDatabase:
    """`database.Database` for one call. `lend` lends a connection for each transaction, not for the whole call."""

    AMONG = "IN (SELECT value FROM json_each(?))"
    NOW = NOW
    # A transaction that writes has the whole file.
    LOCK = "SELECT ?"
    SKIP_LOCKED = ""
    engine = f"SQLite {sqlite3.sqlite_version}"

    lend: Callable[..., AbstractContextManager[Connection]]
    path: Path
    file: FileOnDisk | None
    deadline: float
    _within: Database | None = None

    @property
    def place(self) -> str:
        return str(self.path)

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

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        values = [json.dumps(each) if isinstance(each, list) else each for each in values]
        # sqlite-utils' own `query` wraps each look in a savepoint.
        if self._within is not None:
            return [dict(row) for row in self._within.execute(sql, values)]
        with self.lend(deadline=self.deadline) as connection:
            return [dict(row) for row in connection.db.execute(sql, values)]

    def freeze(self, tables: Sequence[str]) -> None:
        """Do nothing: a transaction that writes has the whole file."""

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


def open_database(path: Path, *, wait: float, kept: str | None = None) -> Connection:
    """Open the store's file. `wait` is for how many seconds locks are waited for.

    A new file is made first, readable for its owner alone. One that is there is never opened past SQLite: closing it
    again would take from the whole process the locks that SQLite holds on it for another thread, and let other
    processes write into its transaction (sqlite.org/howtocorrupt.html, 2.2). So no other thread may connect between
    our opening and closing, either.

    :param kept: the id to keep where the file is new (a rebuilt store stays the same installation).
    :raises StoreFailed: it cannot be written, is lost, of a newer version, or not that which this process has had open.
    """
    # In this order: a process that is just beginning the records notes their id when the file is there.
    former = None if kept else KNOWN.get(path) or noted_installation(path)
    if former is not None and file_on_disk(path) is None:
        # Its folder may be gone as a whole: then other processes, and a rebuild, learn it from us.
        note_installation(path, former)
        raise lost(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _making, suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        # SQLite would open one that may only be read, and fail when something is to be kept.
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
        return _prepare(Database(connection), path, kept=kept, is_known=former is not None)
    except BaseException:  # whatever it is, the connection must not outlive it
        connection.close()
        raise


def _prepare(db: Database, path: Path, *, kept: str | None, is_known: bool) -> Connection:
    """Bring a file up to date, and note whose it is. Several processes may do so at once."""
    applied = [each.name for each in migrations.applied(db)]
    if unknown := [name for name in applied if name not in MIGRATIONS]:
        raise newer_version(unknown[-1], place=str(path))
    if len(applied) < len(MIGRATIONS):
        db.execute("BEGIN IMMEDIATE")
        with db.conn:
            # Where there were records before, a file without any is not begun.
            if is_known and not migrations.applied(db):
                raise lost(path)
            migrations.apply(db)
            drawn = [kept or secrets.token_hex(8), secrets.token_bytes(NUMBER_KEY_BYTES)]
            db.execute(DRAW_INSTALLATION, drawn)
    installation, number_key = db.execute("SELECT id, number_key FROM installation").fetchone()
    known = KNOWN.setdefault(path, installation)
    if known != installation and kept is None:
        params = (("path", str(path)), ("found", installation), ("known", known))
        raise StoreFailed(Reason("storage_failed", "store.other_installation", params))
    KNOWN[path] = installation
    if not Path(f"{path}{BESIDE}").exists():
        note_installation(path, installation)
    return Connection(db, installation, number_key, file_on_disk(path))


_REASONS = (
    (("SQLITE_FULL",), "store.full"),
    (("SQLITE_CORRUPT", "SQLITE_NOTADB"), "store.damaged"),
    (("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"), "store.not_writable"),
)


def explain(error: Exception, path: Path) -> Reason:
    """Return what SQLite's error means, by its own name for it."""
    name = str(getattr(error, "sqlite_errorname", "") or "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Reason("busy", "store.busy")
    text = next((text for names, text in _REASONS if name.startswith(names)), "store.failed")
    return _reason(text, path, name)


def lost(path: Path) -> StoreFailed:
    """Return the failure where there is no store any more. It is never begun anew: its rentals would be forgotten."""
    return StoreFailed(_reason("store.lost", path))


def _reason(text: str, path: Path, why: str = "") -> Reason:
    return Reason("storage_failed", text, (("path", str(path)), ("why", why)))


def note_installation(path: Path, installation: str) -> None:
    """Repeat the installation's id beside the store, where it is not yet. Nothing fails where it cannot be written."""
    with suppress(OSError):
        descriptor = os.open(f"{path}{BESIDE}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(installation + "\n")


def noted_installation(path: Path) -> str | None:
    """Return the id that is repeated beside the store; None where it is not."""
    with suppress(OSError):
        return Path(f"{path}{BESIDE}").read_text("ascii", "replace").strip() or None
    return None
