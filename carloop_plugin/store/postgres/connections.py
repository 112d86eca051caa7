"""psycopg's connections, and what their errors mean. On one nothing takes longer than its borrower's call may.

psycopg and its pool log addresses, socket paths and users; our problems say what failed. The plugin lives in other
people's processes, so their own use of psycopg is logged as before: only records made by a pool of ours, or while one
lends or closes a connection, are dropped.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self, TypeVar

import psycopg
from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import ConnectionTimeout
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.store_location import read_location
from mobility_hookspecs.authoring.forking import delay_fork

T = TypeVar("T")
Failures = list[tuple[float, psycopg.Error]]
"""The last error with which a connection could not be made, and when the attempt began."""

MOST_CONNECTIONS = 8
"""As many as a host's calls to one provider can run at once."""

CONNECT_SECONDS = 5

# The planner's own tables may be in the same database. A commit is on the disk when it is answered, whatever the
# server's default; and a server of ours that is frozen in the middle of a transaction holds up nobody for long.
SCHEMA = "carloop"
_PREPARE = f"""
SET search_path TO {SCHEMA};
SET idle_in_transaction_session_timeout TO '20s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
""".encode()


POOL_NAME = "carloop-records"
"""What our pools are called; the threads in which they connect are named after it."""

_LOGGERS = ("psycopg", "psycopg.pool", "psycopg.transaction", "psycopg.waiting", "psycopg_pool.sched")
_OURS: ContextVar[bool] = ContextVar("carloop_records", default=False)


# PostgreSQL's errors are known by its own codes, never by its words: they may quote a row.
COLLISIONS = frozenset({"40001", "40P01", "23505"})
"""Two transactions met and one wrote nothing: serialization failure, deadlock, unique violation."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_TEXTS = {
    "25006": "store.read_only",
    "42501": "store.no_right",
    "53100": "store.server_full",
}
_BUSY = COLLISIONS | {"55P03", "57014", "53300", "57P03"}


class DeadlineConnection(Connection[DictRow]):
    """psycopg's connection, whose every wait ends at `until` (monotonic seconds), whatever the server does.

    A forked child must not use it: the server would take it for the parent.
    """

    until = math.inf

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._process = os.getpid()

    @classmethod
    def connect(cls, conninfo: str = "", **parameters: Any) -> Self:
        """Connect, and make the session ready for the records. `failures` gets the error, if there is one."""
        failures: Failures = parameters.pop("failures", [])
        began = time.monotonic()
        try:
            # libpq and OpenSSL below it set themselves up at the first connection, under locks of their own.
            with delay_fork():
                connection = super().connect(conninfo, **parameters)
            try:
                connection.execute(_PREPARE)
            except BaseException:  # whatever it is, the connection must not outlive it
                connection.close()
                raise
        except psycopg.Error as error:
            failures[:] = [(began, error)]
            raise
        return connection

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server, by the deadline. Raise psycopg's `OperationalError` when that comes first."""
        if self._process != os.getpid():
            raise OperationalError("the connection is another process's")
        left = max(0.0, self.until - time.monotonic())
        return super().wait(gen, interval, left if timeout is None else min(timeout, left))


class Pool(ConnectionPool[DeadlineConnection]):
    """The connections to one address. A pool does nothing when a forked child drops its copy."""

    def __init__(self, address: str) -> None:
        self.failures: Failures = []
        self.process = os.getpid()
        super().__init__(
            address,
            connection_class=DeadlineConnection,
            kwargs=_parameters(address) | {"failures": self.failures},
            min_size=0,
            max_size=MOST_CONNECTIONS,
            # The pool does not go on trying by itself: whoever needs a connection next makes it try.
            reconnect_timeout=0,
            open=True,
            name=POOL_NAME,
        )

    def __del__(self) -> None:
        if self.process == os.getpid():
            super().__del__()


def _parameters(address: str) -> dict[str, Any]:
    """Complete the address. Raise `StoreFailed` for one that cannot be read, before anything can quote it."""
    try:
        if not read_location(address).is_clear:
            raise psycopg.ProgrammingError
        given = conninfo_to_dict(address)
    except (psycopg.Error, UnicodeError):
        raise StoreFailed(_reason("store.address_unclear", read_location(address).shown)) from None
    ours = {"connect_timeout": CONNECT_SECONDS, "application_name": "carloop", "client_encoding": "utf8"}
    return {"autocommit": True, "row_factory": dict_row, **{k: v for k, v in ours.items() if k not in given}}


@contextmanager
def without_logs() -> Iterator[None]:
    """Drop what psycopg logs in this thread during a block."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)


def _is_theirs(_record: logging.LogRecord) -> bool:
    return not _OURS.get() and not threading.current_thread().name.startswith(f"{POOL_NAME}-")


def filter_logs() -> None:
    """Make sure that our records are dropped: a logger takes the same filter once."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_is_theirs)


def explain(error: psycopg.Error, place: str) -> Reason:
    """Return what went wrong with a statement or a commit."""
    state = error.sqlstate
    if state in _BUSY:
        return Reason("busy", "store.busy")
    if state is None and isinstance(error, psycopg.OperationalError):
        return _reason("store.connection_lost", place)
    return _reason(_TEXTS.get(state or "", "store.failed"), place, state or type(error).__name__)


def explain_connecting(error: psycopg.Error, place: str) -> Reason:
    """Return why there is no connection. The address is clear, so psycopg's words hold no part of a password."""
    if error.sqlstate is not None:
        return explain(error, place)
    if isinstance(error, ConnectionTimeout):
        return _reason("store.unreachable", place, "time-out")
    first, *_ = str(error).strip().splitlines() or [""]
    # libpq says what it tried, then what the system or the server answered.
    return _reason("store.unreachable", place, first.rpartition(" failed: ")[2])


def _reason(text: str, place: str, why: str = "") -> Reason:
    return Reason("storage_failed", text, (("path", place), ("why", why)))
