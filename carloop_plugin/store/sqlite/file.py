"""The SQLite file of one store: who uses it, and its open connections, each used by one transaction at a time.

Every call shares a lock beside the file, a rebuild holds it alone. SQLite's own locks do not serve: a damaged file has
none, and a call holds none while it waits for Carloop.

Nothing of SQLite crosses a fork: a child that inherits an open connection inherits SQLite's list of the locks that
the process holds, and loses them itself (sqlite.org/howtocorrupt.html, 2.6). So a fork waits for the transactions that
are under way, and idle connections are closed before it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.records import Records
from carloop_plugin.store.sqlite.database import (
    BESIDE,
    KNOWN,
    Connection,
    SqliteDatabase,
    explain,
    file_on_disk,
    note_installation,
    open_database,
)
from mobility_hookspecs.authoring.forking import close_before_fork, delay_fork, renew_in_child

if sys.platform != "win32":
    import fcntl

LONGEST_WAIT = 5.0
"""Seconds one transaction waits for another's lock, deadline permitting."""

LONGEST_USE = 1.0
"""Seconds for which a rebuild waits until no call uses the records, and a call until no rebuild looks at them."""

_PAUSE = 0.02

_inherited: list[Connection] = []
"""Connections that a child was given all the same, by a fork without Python's handlers: never used, never closed."""


class SqliteFile:
    """Lend stores over one file. Safe to share between threads; `close` leaves the loans of others alone."""

    def __init__(self, path: Path, *, installation: str | None = None) -> None:
        self.place = str(path)
        self._path = path
        self._installation = installation
        self._idle: list[Connection] = []
        self._lock = Lock()
        close_before_fork(self.close)
        renew_in_child(self._renew)

    def identity(self, *, deadline: float) -> object | None:  # noqa: ARG002 - a server may take its time
        """Return the file on the disk, whatever links lead to it; None where there is none with something in it."""
        return file_on_disk(self._path)

    @contextmanager
    def open(self, *, deadline: float) -> Iterator[Records]:
        """Lend a store for one call.

        :param deadline: monotonic seconds; no transaction waits for a lock longer.
        :raises StoreFailed: the file cannot be opened, is lost, damaged, busy, being rebuilt or of a newer version.
        """
        with lock_records(self._path, alone=False, deadline=deadline):
            with self.lend(deadline=deadline) as present:
                database = SqliteDatabase(self.lend, self._path, present.file, deadline)
            yield Records(database, present.installation, present.number_key)

    @contextmanager
    def lend(self, *, deadline: float) -> Iterator[Connection]:
        """Lend a connection for one transaction, or one look. A fork waits for its end.

        :raises StoreFailed: the file cannot be opened; or SQLite has raised an error, in the block too.
        """
        wait = min(LONGEST_WAIT, max(0.0, deadline - time.monotonic()))
        with delay_fork():
            with self._lock:
                idle, connection = self._idle, self._idle.pop() if self._idle else None
            try:
                if connection and connection.file != file_on_disk(self._path):
                    # A file that was deleted or moved aside must not live on in an open handle.
                    connection.close()
                    self.close()
                    connection = None
                if connection is None:
                    connection = open_database(self._path, wait=wait, kept=self._installation)
                try:
                    connection.db.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
                    yield connection
                except sqlite3.Error:
                    idle = []  # for none: a connection opened while the file was read-only stays so
                    raise
                finally:
                    if connection.process != os.getpid():
                        _inherited.append(connection)
                    else:
                        with self._lock:
                            # Another list is there where all were closed meanwhile.
                            (idle.append if idle is self._idle else Connection.close)(connection)
            except sqlite3.Error as error:
                raise StoreFailed(explain(error, self._path)) from error

    def note_installation(self, installation: str) -> None:
        """Note that the records are another installation's from now on."""
        Path(f"{self._path}{BESIDE}").unlink(missing_ok=True)
        KNOWN[self._path] = installation
        note_installation(self._path, installation)

    def close(self) -> None:
        """Close what is idle; what is lent out is closed when it comes back. A later call opens anew."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _renew(self) -> None:
        _inherited.extend(self._idle)
        self._lock, self._idle = Lock(), []


def in_use_by_others(path: Path) -> StoreFailed:
    """Return the failure to rebuild records that are in use: it says what to do."""
    return StoreFailed(Reason("busy", "store.rebuild_in_use", (("path", str(path)),)))


_locks: set[int] = set()


@contextmanager
def lock_records(path: Path, *, alone: bool, deadline: float) -> Iterator[None]:
    """Share the records for a block; `alone`, no other call of this or another process uses them.

    :raises StoreFailed: a rebuild has them alone; others go on using them.
    """
    if (
        sys.platform == "win32"
    ):  # pragma: no cover - nobody can move a file there that another process has open
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:  # where nothing can be made, nothing can be written to the records either
        yield
        return
    _locks.add(descriptor)
    until = min(deadline, time.monotonic() + LONGEST_USE)
    try:
        with suppress(OSError):  # a file system without such locks
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
                    break
                if time.monotonic() >= until:
                    raise in_use_by_others(path) if alone else StoreFailed(Reason("busy", "store.rebuilding"))
                time.sleep(_PAUSE)
        yield
    finally:
        if descriptor in _locks:
            _locks.remove(descriptor)
            # Not only closed: a process that was forked meanwhile may have a copy.
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


def _close_inherited_locks() -> None:
    # A forked process would hold its parent's locks while it lives. Closing a copy takes none from the parent.
    for descriptor in _locks:
        with suppress(OSError):
            os.close(descriptor)
    _locks.clear()


renew_in_child(_close_inherited_locks)
