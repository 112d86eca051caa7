"""The SQLite file of one store: a few open connections, each used by one call at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlite_utils import Database

from carloop_plugin.store.connection import open_database, wait
from carloop_plugin.store.migrations import migrate
from carloop_plugin.store.sqlite import SqliteStore


class SqliteFile:
    """Lend stores over one file. Safe to share between threads; `close` leaves the loans of others alone."""

    def __init__(self, path: Path, *, installation: str | None = None) -> None:
        self._path = path
        self._installation = installation
        self._idle: list[tuple[Database, str]] = []
        self._lock = Lock()
        self._generation = 0

    @contextmanager
    def open(self, *, deadline: float) -> Iterator[SqliteStore]:
        """Lend a store for one call.

        :param deadline: monotonic seconds; no transaction waits for a lock longer.
        :raises StoreFailed: the file cannot be opened, is damaged, busy or of a newer version.
        """
        generation = self._generation
        db, installation = self._take() or self._connect(deadline=deadline)
        try:
            yield SqliteStore(db, self._path, installation=installation, deadline=deadline)
        finally:
            self._give_back(db, installation, generation)

    def close(self) -> None:
        """Close what is idle; what is lent out is closed when it comes back. A later call opens anew."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for db, _ in idle:
            db.close()

    def _connect(self, *, deadline: float) -> tuple[Database, str]:
        db = open_database(self._path)
        try:
            wait(db, deadline=max(deadline, time.monotonic() + 0.05))
            installation = migrate(db, self._path, deadline=deadline, installation=self._installation)
        except BaseException:
            db.close()
            raise
        return db, installation

    def _take(self) -> tuple[Database, str] | None:
        with self._lock:
            if self._idle and not self._is_same_file():
                return None
            return self._idle.pop() if self._idle else None

    def _is_same_file(self) -> bool:
        # A store that was deleted or moved aside under us must not live on in an open file handle.
        return self._path.exists()

    def _give_back(self, db: Database, installation: str, generation: int) -> None:
        with self._lock:
            if generation == self._generation:
                self._idle.append((db, installation))
                return
        db.close()
