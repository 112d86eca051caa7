"""The SQLite file of one store: a few open connections, each used by one transaction at a time.

Nothing of SQLite crosses a fork: a child that inherits an open connection inherits SQLite's belief about which locks
the process holds, and loses them itself (sqlite.org/howtocorrupt.html, 2.6). So a fork waits for the transactions that
are under way, and idle connections are closed before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.records import Records
from carloop_plugin.store.sqlite.connection import open_database, wait
from carloop_plugin.store.sqlite.database import FileOnDisk, SqliteDatabase, file_on_disk
from carloop_plugin.store.sqlite.migrations import migrate
from carloop_plugin.store.sqlite.replaced_files import (
    KNOWN,
    lost,
    note_installation,
    noted_installation,
)
from carloop_plugin.store.sqlite.use_lock import in_use
from mobility_hookspecs.authoring.forking import close_before_fork, delay_fork, renew_in_child


@dataclass(frozen=True, slots=True)
class _Open:
    """A connection, the installation its file belongs to, which file on the disk it has open, and whose it is."""

    db: Database
    installation: str
    file: FileOnDisk | None
    process: int = field(default_factory=os.getpid)


_inherited: list[_Open] = []
"""Connections that a child was given all the same, by a fork without Python's handlers: never used, never closed."""


class SqliteFile:
    """Lend stores over one file. Safe to share between threads; `close` leaves the loans of others alone."""

    def __init__(self, path: Path, *, installation: str | None = None) -> None:
        self._path = path
        self._installation = installation
        self._idle: list[_Open] = []
        self._lock = Lock()
        self._generation = 0
        close_before_fork(self._close_idle)
        renew_in_child(self._renew)

    @property
    def place(self) -> str:
        """Where the file is."""
        return str(self._path)

    def exists(self, *, deadline: float) -> bool:  # noqa: ARG002 - a server may take its time
        """Tell whether there is a file with something in it."""
        return self._path.is_file() and self._path.stat().st_size > 0

    def identity(self, *, deadline: float) -> object:  # noqa: ARG002 - as above
        """Give the file on the disk, whatever links lead to it."""
        return file_on_disk(self._path)

    @contextmanager
    def open(self, *, deadline: float) -> Iterator[Records]:
        """Lend a store for one call.

        :param deadline: monotonic seconds; no transaction waits for a lock longer.
        :raises StoreFailed: the file cannot be opened, is lost, damaged, busy, being rebuilt or of a newer version.
        """
        with in_use(self._path, deadline=deadline):
            with self._borrowed(deadline=deadline) as connection:
                installation, file = connection.installation, connection.file
            database = SqliteDatabase(self, self._path, file=file, deadline=deadline)
            yield Records(database, installation=installation)

    @contextmanager
    def lend(self, *, deadline: float) -> Iterator[Database]:
        """Lend a connection for one transaction, or one look. A fork waits for its end."""
        with self._borrowed(deadline=deadline) as connection:
            yield connection.db

    def close(self) -> None:
        """Close what is idle; what is lent out is closed when it comes back. A later call opens anew."""
        with self._lock:
            self._generation += 1
        self._close_idle()

    @contextmanager
    def _borrowed(self, *, deadline: float) -> Iterator[_Open]:
        with delay_fork():
            generation = self._generation
            connection = self._take() or self._connect(deadline=deadline)
            try:
                yield connection
            finally:
                self._give_back(connection, generation)

    def _close_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.db.close()

    def _renew(self) -> None:
        _inherited.extend(self._idle)
        self._lock, self._idle = Lock(), []

    def _look_for_file(self) -> bool:
        """Return whether there were records here before. Raise `StoreFailed` where their file is gone."""
        if self._installation is not None:
            return False
        # In this order: a process that is just beginning them notes their id when the file is there.
        former = KNOWN.get(self._path) or noted_installation(self._path)
        if former is not None and file_on_disk(self._path) is None:
            # Its folder may be gone as a whole: then other processes, and a rebuild, learn it from us.
            note_installation(self._path, former)
            raise lost(self._path)
        return former is not None

    def _connect(self, *, deadline: float) -> _Open:
        is_known = self._look_for_file()
        db = open_database(self._path)
        try:
            wait(db, deadline=deadline)
            installation = migrate(
                db, self._path, deadline=deadline, installation=self._installation, is_lost=is_known
            )
            self._recognise(installation)
            note_installation(self._path, installation)
            return _Open(db, installation, file_on_disk(self._path))
        except BaseException:  # whatever it is, the connection must not outlive it
            db.close()
            raise

    def _recognise(self, installation: str) -> None:
        """Refuse records that were put in the place of those that this process has had open."""
        known = KNOWN.setdefault(self._path, installation)
        if known != installation and self._installation is None:
            params = (("path", str(self._path)), ("found", installation), ("known", known))
            raise StoreFailed(Reason("storage_failed", "store.other_installation", params))
        KNOWN[self._path] = installation

    def _take(self) -> _Open | None:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        # A file that was deleted or moved aside must not live on in an open handle.
        if connection and connection.file != file_on_disk(self._path):
            connection.db.close()
            self.close()
            return None
        return connection

    def _give_back(self, connection: _Open, generation: int) -> None:
        if connection.process != os.getpid():
            _inherited.append(connection)
            return
        with self._lock:
            if generation == self._generation:
                self._idle.append(connection)
                return
        connection.db.close()
