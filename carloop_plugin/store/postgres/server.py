"""A PostgreSQL database as the records' store, for several servers at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from carloop_plugin.domain.store_location import read_location
from carloop_plugin.store.postgres.connections import Connections
from carloop_plugin.store.postgres.database import PostgresDatabase
from carloop_plugin.store.postgres.migrations import is_there, migrate
from carloop_plugin.store.records import Records
from mobility_hookspecs.authoring.forking import renew_in_child


class PostgresServer:
    """Lend stores over one database. Safe to share between threads; `close` leaves the calls of others alone."""

    def __init__(self, address: str, *, installation: str | None = None) -> None:
        self._address = address
        self._installation = installation
        self._guard = Lock()
        self._open: _Counted | None = None
        renew_in_child(self._renew)

    @property
    def place(self) -> str:
        """Where the database is, without secrets."""
        return read_location(self._address).shown

    def identity(self, *, deadline: float) -> object | None:
        """Return the database on its server, whatever host, user and parameters lead to it; None without records."""
        with self._counted() as connections:
            db = PostgresDatabase(connections, deadline=deadline)
            return db.identity if is_there(db) else None

    @contextmanager
    def open(self, *, deadline: float) -> Iterator[Records]:
        """Lend a store for one call.

        :param deadline: monotonic seconds; nothing that is asked of the server takes longer.
        :raises StoreFailed: the server is not reached, refuses us, or its records are of a newer version.
        """
        with self._counted() as connections:
            database = PostgresDatabase(connections, deadline=deadline)
            # Looked at by each call: another server may have been updated, and brought the records along.
            yield Records(database, *migrate(database, installation=self._installation))

    def note_installation(self, installation: str) -> None:
        """Do nothing: a server has no folder of ours."""

    def close(self) -> None:
        """Close the connections as soon as no call uses them. A later call opens anew."""
        with self._guard:
            counted, self._open = self._open, None
        if counted is not None:
            counted.leave()

    def _renew(self) -> None:
        self._guard, self._open = Lock(), None

    @contextmanager
    def _counted(self) -> Iterator[Connections]:
        with self._guard:
            if self._open is None:
                self._open = _Counted(Connections(self._address))
            counted = self._open
            counted.enter()
        try:
            yield counted.connections
        finally:
            counted.leave()


class _Counted:
    """Connections that are closed by the last one to leave; the server itself is the first to have entered."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self._users = 1
        self._guard = Lock()
        self._process = os.getpid()

    def enter(self) -> None:
        with self._guard:
            self._users += 1

    def leave(self) -> None:
        if self._process != os.getpid():
            return  # the parent's, left by a thread that has forked
        with self._guard:
            self._users -= 1
            is_last = self._users == 0
        if is_last:
            self.connections.close()
