"""A PostgreSQL database as the records' store, for several servers at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from psycopg_pool import PoolClosed, PoolTimeout

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.store.postgres.connections import (
    DeadlineConnection,
    Pool,
    explain_connecting,
    filter_logs,
    without_logs,
)
from carloop_plugin.store.postgres.database import PostgresDatabase
from carloop_plugin.store.postgres.migrations import is_there, migrate
from carloop_plugin.store.records import Records
from mobility_hookspecs.authoring.forking import renew_in_child

LOOK_AGAIN = 0.02
"""Seconds after which whoever waits for a connection checks whether there can be one at all."""

CLOSE_SECONDS = 1.0

# A server made from a copy of another one's files has its identifier, but was not started in the same microsecond.
_IDENTITY = """
SELECT system_identifier, pg_postmaster_start_time(), oid FROM pg_control_system(), pg_database
WHERE datname = current_database()
"""


class PostgresServer:
    """Lend stores over one database. Safe to share between threads; `close` leaves the calls of others alone."""

    def __init__(self, address: str, *, installation: str | None = None) -> None:
        self.place = read_location(address).shown
        self._address = address
        self._installation = installation
        self._guard = Lock()
        self._pool: Pool | None = None
        filter_logs()
        renew_in_child(self._renew)

    def identity(self, *, deadline: float) -> object | None:
        """Return the database on its server, whatever host, user and parameters lead to it; None without records."""
        db = PostgresDatabase(self.lend, self.place, deadline=deadline)
        return tuple(db.query(_IDENTITY)[0].values()) if is_there(db) else None

    @contextmanager
    def open(self, *, deadline: float) -> Iterator[Records]:
        """Lend a store for one call.

        :param deadline: monotonic seconds; nothing that is asked of the server takes longer.
        :raises StoreFailed: the server is not reached, refuses us, or its records are of a newer version.
        """
        database = PostgresDatabase(self.lend, self.place, deadline=deadline)
        # Looked at by each call: another server may have been updated, and brought the records along.
        yield Records(database, *migrate(database, installation=self._installation))

    @contextmanager
    def lend(self, *, deadline: float) -> Iterator[DeadlineConnection]:
        """Lend a connection in autocommit mode, for one transaction or one look.

        :param deadline: monotonic seconds, for the waiting and for all that is done with it.
        :raises StoreFailed: there is none: the server is not reached, refuses us, or all are in use.
        """
        with without_logs():
            pool, connection = self._borrow(deadline=deadline)
            connection.until = deadline
            try:
                yield connection
            finally:
                # The pool ends its transaction, which the deadline bounds too, or replaces it.
                if pool.process == os.getpid():
                    pool.putconn(connection)

    def _borrow(self, *, deadline: float) -> tuple[Pool, DeadlineConnection]:
        began = time.monotonic()
        while True:
            with self._guard:
                pool = self._pool = self._pool or Pool(self._address)
            left = deadline - time.monotonic()
            # Closed for another call meanwhile: a new one is made.
            with suppress(PoolClosed):
                try:
                    return pool, pool.getconn(timeout=min(left, LOOK_AGAIN))
                except PoolTimeout:
                    # The pool itself only logs why it cannot connect.
                    failed = [error for at, error in pool.failures if at >= began]
                    if failed:
                        raise StoreFailed(explain_connecting(failed[0], self.place)) from None
                    if left <= 0:
                        raise StoreFailed(Reason("busy", "store.busy")) from None

    def note_installation(self, installation: str) -> None:
        """Do nothing: a server has no folder of ours."""

    def close(self) -> None:
        """Close what is idle; what is lent is closed when it comes back. A later transaction opens anew."""
        with self._guard:
            pool, self._pool = self._pool, None
        if pool is not None:
            with without_logs():
                pool.close(timeout=CLOSE_SECONDS)

    def _renew(self) -> None:
        self._guard, self._pool = Lock(), None
