"""The SQLite file of one store: who uses it, and its open connections, each used by one transaction at a time.

Every call shares a lock beside the file, a rebuild holds it alone. SQLite's own locks do not serve: a damaged file has
none, and a call holds none while it waits for Carloop.

Nothing of SQLite crosses a fork: a child that inherits an open connection inherits SQLite's belief about which locks
the process holds, and loses them itself (sqlite.org/howtocorrupt.html, 2.6). So a fork waits for the transactions that
are under way, and idle connections are closed before it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.records import Records
from carloop_plugin.store.sqlite.database import (
    FileOnDisk,
    SqliteDatabase,
    explain,
    file_on_disk,
    open_database,
)
from carloop_plugin.store.sqlite.installation import had_records, prepare, replace_installation
from mobility_hookspecs.authoring.forking import close_before_fork, delay_fork, renew_in_child

if sys.platform != "win32":
    import fcntl

LONGEST_WAIT = 5.0
"""Seconds one transaction waits for another's lock, deadline permitting."""

LONGEST_USE = 1.0
"""Seconds for which a rebuild waits until no call uses the records, and a call until no rebuild looks at them."""

_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, the installation its file belongs to, which file on the disk it has open, and whose it is."""

    db: Database
    installation: str
    number_key: bytes = field(repr=False)
    file: FileOnDisk | None
    process: int = field(default_factory=os.getpid)


_inherited: list[Connection] = []
"""Connections that a child was given all the same, by a fork without Python's handlers: never used, never closed."""


class SqliteFile:
    """Lend stores over one file. Safe to share between threads; `close` leaves the loans of others alone."""

    def __init__(self, path: Path, *, installation: str | None = None) -> None:
        self._path = path
        self._installation = installation
        self._idle: list[Connection] = []
        self._lock = Lock()
        close_before_fork(self.close)
        renew_in_child(self._renew)

    @property
    def place(self) -> str:
        """Where the file is."""
        return str(self._path)

    def exists(self, *, deadline: float) -> bool:  # noqa: ARG002 - a server may take its time
        """Return whether there is a file with something in it."""
        return self._path.is_file() and file_on_disk(self._path) is not None

    def identity(self, *, deadline: float) -> object:  # noqa: ARG002 - as above
        """Return the file on the disk, whatever links lead to it."""
        return file_on_disk(self._path)

    @contextmanager
    def open(self, *, deadline: float) -> Iterator[Records]:
        """Lend a store for one call.

        :param deadline: monotonic seconds; no transaction waits for a lock longer.
        :raises StoreFailed: the file cannot be opened, is lost, damaged, busy, being rebuilt or of a newer version.
        """
        with _locked(self._path, Reason("busy", "store.rebuilding"), alone=False, deadline=deadline):
            with self.lend(deadline=deadline) as present:
                database = SqliteDatabase(self.lend, self._path, present.file, deadline)
            yield Records(database, present.installation, present.number_key)

    @contextmanager
    def lend(self, *, deadline: float) -> Iterator[Connection]:
        """Lend a connection for one transaction, or one look. A fork waits for its end.

        :raises StoreFailed: the file cannot be opened; or SQLite has raised an error, in the block too.
        """
        with delay_fork():
            idle = self._idle
            try:
                connection = self._take(wait=min(LONGEST_WAIT, max(0.0, deadline - time.monotonic())))
                try:
                    yield connection
                finally:
                    self._take_back(connection, idle)
            except sqlite3.Error as error:
                raise StoreFailed(explain(error, self._path)) from error

    def note_installation(self, installation: str) -> None:
        """Note that the records are another installation's from now on."""
        replace_installation(self._path, installation)

    def close(self) -> None:
        """Close what is idle; what is lent out is closed when it comes back. A later call opens anew."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.db.close()

    def _take_back(self, connection: Connection, idle: list[Connection]) -> None:
        if connection.process != os.getpid():
            _inherited.append(connection)
            return
        with self._lock:
            # Another list is there where all were closed meanwhile.
            if idle is self._idle:
                idle.append(connection)
                return
        connection.db.close()

    def _renew(self) -> None:
        _inherited.extend(self._idle)
        self._lock, self._idle = Lock(), []

    def _take(self, *, wait: float) -> Connection:
        """Take an idle connection, or open one, whose locks are waited for so many seconds."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection and connection.file == file_on_disk(self._path):
            connection.db.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
            return connection
        if connection:
            # A file that was deleted or moved aside must not live on in an open handle.
            connection.db.close()
            self.close()
        is_known = self._installation is None and had_records(self._path)
        db = open_database(self._path, wait=wait)
        try:
            identity = prepare(db, self._path, kept=self._installation, is_known=is_known)
            return Connection(db, *identity, file_on_disk(self._path))
        except BaseException:  # whatever it is, the connection must not outlive it
            db.close()
            raise


@contextmanager
def kept_to_ourselves(path: Path, *, deadline: float) -> Iterator[None]:
    """Have the records alone for a block: no other call of this or another process uses them.

    :raises StoreFailed: others go on using them.
    """
    with _locked(path, in_use_by_others(path), alone=True, deadline=deadline):
        yield


def in_use_by_others(path: Path) -> Reason:
    """Return why records that are in use cannot be rebuilt, and what to do."""
    return Reason("busy", "store.rebuild_in_use", (("path", str(path)),))


@contextmanager
def _locked(path: Path, otherwise: Reason, *, alone: bool, deadline: float) -> Iterator[None]:
    until = min(deadline, time.monotonic() + LONGEST_USE)
    while (descriptor := _lock(Path(f"{path}.lock"), alone=alone)) is None:
        if time.monotonic() >= until:
            raise StoreFailed(otherwise)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        if sys.platform != "win32" and descriptor in _locks:
            _locks.remove(descriptor)
            # Not only closed: a process that was forked meanwhile may have a copy.
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


_locks: set[int] = set()


def _lock(lock: Path, *, alone: bool) -> int | None:
    """Lock a file; None where that has to wait, a negative number where no such lock can be had."""
    if (
        sys.platform == "win32"
    ):  # pragma: no cover - nobody can move a file there that another process has open
        return -1
    try:
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:  # where nothing can be made, nothing can be written to the records either
        return -1
    _locks.add(descriptor)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        if os.path.samestat(lock.stat(), os.fstat(descriptor)):
            return descriptor
        found = None  # it was replaced meanwhile
    except (BlockingIOError, FileNotFoundError):
        found = None
    except OSError:  # a file system without such locks
        found = -1
    _locks.discard(descriptor)
    os.close(descriptor)
    return found


def _close_inherited_locks() -> None:
    # A forked process would hold its parent's locks while it lives. Closing a copy takes none from the parent.
    for descriptor in _locks:
        with suppress(OSError):
            os.close(descriptor)
    _locks.clear()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=_close_inherited_locks)
