"""The open connections to one PostgreSQL database, each lent for one transaction, replaced when it died.

On a connection nothing takes longer than the call that has borrowed it may.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

import psycopg
from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.store.postgres.errors import explain_connecting
from carloop_plugin.store.postgres.psycopg_logs import POOL_NAME, filter_psycopg, without_logs
from mobility_hookspecs.authoring.forking import delay_fork

T = TypeVar("T")

MOST_CONNECTIONS = 8
"""As many as a host's calls to one provider can run at once."""

LOOK_AGAIN = 0.02
"""Seconds after which whoever waits for a connection checks whether there can be one at all."""

CONNECT_SECONDS = 5
CLOSE_SECONDS = 1.0

# The planner's own tables may be in the same database. A commit is on the disk when it is answered, whatever the
# server's default; and a server of ours that is frozen in the middle of a transaction holds up nobody for long.
SCHEMA = "carloop"
_PREPARE = f"""
SET search_path TO {SCHEMA};
SET idle_in_transaction_session_timeout TO '20s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
""".encode()


class DeadlineConnection(Connection[DictRow]):
    """psycopg's connection, whose every wait ends at `until` (monotonic seconds), whatever the server does.

    A forked child cannot speak over it: the server would take it for the parent.
    """

    until = math.inf

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._process = os.getpid()

    @classmethod
    def connect(cls, conninfo: str = "", **parameters: Any) -> Self:
        """Connect, and make the session ready for the records."""
        # libpq and OpenSSL below it set themselves up at the first connection, under locks of their own.
        with delay_fork():
            connection = super().connect(conninfo, **parameters)
        try:
            connection.execute(_PREPARE)
        except BaseException:  # whatever it is, the connection must not outlive it
            connection.close()
            raise
        return connection

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server, by the deadline. Raise psycopg's `OperationalError` when that comes first."""
        if self._process != os.getpid():
            raise OperationalError("the connection is another process's")
        left = max(0.0, self.until - time.monotonic())
        return super().wait(gen, interval, left if timeout is None else min(timeout, left))


class Connections:
    """Lend connections. Safe to share between threads; `close` leaves what is lent alone."""

    def __init__(self, address: str) -> None:
        self.place = read_location(address).shown
        filter_psycopg()
        self._failed: tuple[float, psycopg.Error] | None = None
        self._process = os.getpid()
        self._pool = _Pool(
            address,
            connection_class=self._watched(),
            kwargs=_parameters(address),
            min_size=0,
            max_size=MOST_CONNECTIONS,
            # The pool does not go on trying by itself: whoever needs a connection next makes it try.
            reconnect_timeout=0,
            open=True,
            name=POOL_NAME,
        )

    @contextmanager
    def lend(self, *, deadline: float) -> Iterator[DeadlineConnection]:
        """Lend a connection in autocommit mode.

        :param deadline: monotonic seconds, for the waiting and for all that is done with it.
        :raises StoreFailed: there is none: the server is not reached, refuses us, or all are in use.
        """
        with without_logs():
            connection = self._take(deadline=deadline)
            connection.until = deadline
            try:
                yield connection
            finally:
                # The pool ends its transaction, which the deadline bounds too, or replaces it.
                if self._process == os.getpid():
                    self._pool.putconn(connection)

    def close(self) -> None:
        """Close what is idle; what is lent is closed when it comes back."""
        with without_logs():
            self._pool.close(timeout=CLOSE_SECONDS)

    def _take(self, *, deadline: float) -> DeadlineConnection:
        began = time.monotonic()
        while True:
            left = deadline - time.monotonic()
            try:
                return self._pool.getconn(timeout=min(left, LOOK_AGAIN))
            except PoolTimeout:
                if self._failed and self._failed[0] >= began:
                    reason = explain_connecting(self._failed[1], self.place)
                    raise StoreFailed(reason) from None
                if left <= 0:
                    raise StoreFailed(Reason("busy", "store.busy")) from None

    def _watched(self) -> type[DeadlineConnection]:
        """Return connections that note here when they cannot be made: the pool only writes it into a log."""
        connections = self

        class Watched(DeadlineConnection):
            @classmethod
            def connect(cls, conninfo: str = "", **parameters: Any) -> Self:
                began = time.monotonic()
                try:
                    return super().connect(conninfo, **parameters)
                except psycopg.Error as error:
                    connections._failed = (began, error)
                    raise

        return Watched


class _Pool(ConnectionPool[DeadlineConnection]):
    """A pool that does nothing when a forked child drops its copy; nor do psycopg's connections then."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self._process = os.getpid()
        super().__init__(*arguments, **more)

    def __del__(self) -> None:
        if self._process == os.getpid():
            super().__del__()


def _parameters(address: str) -> dict[str, Any]:
    """Complete the address. Raise `StoreFailed` for one that cannot be read, before anything can quote it."""
    try:
        if not read_location(address).is_clear:
            raise psycopg.ProgrammingError
        given = conninfo_to_dict(address)
    except (psycopg.Error, UnicodeError):
        params = (("path", read_location(address).shown),)
        raise StoreFailed(Reason("storage_failed", "store.address_unclear", params)) from None
    ours = {"connect_timeout": CONNECT_SECONDS, "application_name": "carloop", "client_encoding": "utf8"}
    return {"autocommit": True, "row_factory": dict_row, **{k: v for k, v in ours.items() if k not in given}}
