"""PostgreSQL as the records' database: a lock for each name, and transactions that run again where two collided."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache

import psycopg
from psycopg.pq import TransactionStatus

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.figures import MovedAside
from carloop_plugin.store.database import Row, T
from carloop_plugin.store.postgres.connections import MOST_CONNECTIONS, Connections, DeadlineConnection
from carloop_plugin.store.postgres.errors import COLLISIONS, explain
from carloop_plugin.store.postgres.scrub import scrub

LONGEST_PAUSE = 0.05

# A server made from a copy of another one's files has its identifier, but was not started in the same microsecond.
_IDENTITY = """
SELECT system_identifier, pg_postmaster_start_time(), oid FROM pg_control_system(), pg_database
WHERE datname = current_database()
"""


class PostgresDatabase:
    """`database.Database` for one call. A connection is borrowed for each transaction, not for the whole call."""

    AMONG = "= ANY(?)"
    NOW = "extract(epoch FROM clock_timestamp())::float8"
    IS_SERVER = True
    LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))"
    SKIP_LOCKED = " FOR UPDATE SKIP LOCKED"

    def __init__(self, connections: Connections, *, deadline: float) -> None:
        self._connections = connections
        self._deadline = deadline
        self._within: DeadlineConnection | None = None

    @property
    def place(self) -> str:
        return self._connections.place

    @property
    def engine(self) -> str:
        return f"PostgreSQL {self.query('SHOW server_version')[0]['server_version']}"

    @property
    def journal(self) -> str:
        return ""

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what no other database has."""
        return tuple(self.query(_IDENTITY)[0].values())

    def transact(self, work: Callable[[], T]) -> T:
        if self._within is not None:
            return work()
        return self.retry(lambda connection: self._transaction(connection, work))

    def query(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        def rows(connection: DeadlineConnection) -> list[Row]:
            found = connection.execute(_native(sql), values)
            return found.fetchall() if found.description else []

        return rows(self._within) if self._within is not None else self.retry(rows)

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        if self._within is None:
            raise RuntimeError("what writes is a transaction")
        with self._within.cursor() as cursor:
            cursor.executemany(_native(sql), rows)

    def freeze(self, tables: Sequence[str]) -> None:
        # Whoever holds others off for this long may pause: it is a person who copies, and who can end it.
        self.query("SET LOCAL idle_in_transaction_session_timeout = 0")
        self.query(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")

    def moved_aside(self) -> list[MovedAside]:
        return []

    def discard_moved_aside(self) -> int:
        return 0

    def scrub(self, *, largest: int) -> bool:
        return self.retry(lambda each: scrub(each, largest=largest, milliseconds=self._milliseconds()))

    def retry(self, work: Callable[[DeadlineConnection], T]) -> T:
        """Do some work, again where it collided with another's, on another connection where this one died.

        Whatever wrote runs as a transaction, so again means from its beginning. Where a commit's answer was lost,
        the work finds its own rows and says so; where it cannot run again, nobody knows whether they are there.
        """
        losses, unsure = 0, False
        while True:
            try:
                with self._connections.lend(deadline=self._deadline) as connection:
                    try:
                        return work(connection)
                    except psycopg.Error as error:
                        failure, lost = error, connection.broken
            except StoreFailed as none:
                raise StoreFailed(none.reason, may_be_written=unsure or none.may_be_written) from None
            unsure = unsure or isinstance(failure, _CommitLost)
            losses += lost
            again = failure.sqlstate in COLLISIONS or (lost and losses <= MOST_CONNECTIONS)
            if not again or time.monotonic() >= self._deadline:
                raise StoreFailed(self._reason(failure), may_be_written=unsure) from None
            if not lost:
                time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - no secret

    def _transaction(self, connection: DeadlineConnection, work: Callable[[], T]) -> T:
        # Read committed: what is read after a lock was waited for is what the one before left.
        begin = f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = {self._milliseconds()}"
        connection.execute(begin.encode())
        self._within = connection
        try:
            result = work()
        except BaseException:  # whatever it is, the transaction must not outlive it
            with suppress(psycopg.Error):
                connection.execute(b"ROLLBACK")
            raise
        finally:
            self._within = None
        _commit(connection)
        return result

    def _milliseconds(self) -> int:
        return max(1, int((self._deadline - time.monotonic()) * 1000))

    def _reason(self, failure: psycopg.Error) -> Reason:
        if time.monotonic() >= self._deadline:
            return Reason("busy", "store.busy")
        return explain(failure, self.place)


class _CommitLost(psycopg.OperationalError):
    """No answer came to a commit, so it may have happened."""


def _commit(connection: DeadlineConnection) -> None:
    try:
        connection.execute(b"COMMIT")
    except psycopg.Error as error:
        if connection.info.transaction_status is TransactionStatus.IDLE:
            raise  # it was answered: rolled back
        raise _CommitLost from error


@cache
def _native(sql: str) -> bytes:
    """Write a statement as psycopg wants it. Ours have no `?` or `%` but for values."""
    return sql.replace("?", "%s").encode()
