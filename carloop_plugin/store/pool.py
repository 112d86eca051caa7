"""The SQLite file of one store: a few open connections, each used by one call at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from carloop_plugin.model import Reason, StoreFailed
from carloop_plugin.store.connection import open_database, wait
from carloop_plugin.store.damaged import KNOWN, lost, note_installation, noted_installation
from carloop_plugin.store.migrations import migrate
from carloop_plugin.store.records import Records
from carloop_plugin.store.sqlite import FileOnDisk, SqliteDatabase, file_on_disk
from carloop_plugin.store.use_lock import in_use


@dataclass(frozen=True, slots=True)
class _Open:
    """A connection, the installation its file belongs to, and which file on the disk it has open."""

    db: Database
    installation: str
    file: FileOnDisk | None


class SqliteFile:
    """Lend stores over one file. Safe to share between threads; `close` leaves the loans of others alone."""

    def __init__(self, path: Path, *, installation: str | None = None) -> None:
        self._path = path
        self._installation = installation
        self._idle: list[_Open] = []
        self._lock = Lock()
        self._generation = 0

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
            is_known = self._look_for_file()
            generation = self._generation
            connection = self._take() or self._connect(deadline=deadline, is_known=is_known)
            try:
                database = SqliteDatabase(connection.db, self._path, file=connection.file, deadline=deadline)
                yield Records(database, installation=connection.installation)
            finally:
                self._give_back(connection, generation)

    def close(self) -> None:
        """Close what is idle; what is lent out is closed when it comes back. A later call opens anew."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.db.close()

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

    def _connect(self, *, deadline: float, is_known: bool) -> _Open:
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
        with self._lock:
            if generation == self._generation:
                self._idle.append(connection)
                return
        connection.db.close()
