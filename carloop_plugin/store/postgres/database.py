"""PostgreSQL as the records' database: a lock for each name, and transactions that run again where two collided."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import cache

import psycopg
from psycopg.pq import TransactionStatus

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.store.database import Row, T
from carloop_plugin.store.postgres.connections import (
    COLLISIONS,
    MOST_CONNECTIONS,
    DeadlineConnection,
    explain,
)

LONGEST_PAUSE = 0.05

LOCK_SECONDS = 0.5
"""How long a table that is in use is waited for: whoever needs it next waits behind us."""

HOLDERS_SECONDS = 0.5
"""How long transactions are waited for that began before the erasure: the day's work takes milliseconds."""

PAUSE = 0.02

# A plain `VACUUM` does not overwrite a dead row; this writes a table and its indexes into new files. Nobody can use a
# table meanwhile (https://www.postgresql.org/docs/current/sql-vacuum.html).
_WRITE_ANEW = b"VACUUM (FULL, ANALYZE) appointments, intents, erasures"

_SIZE = b"""
SELECT sum(pg_total_relation_size(name::regclass))::bigint AS answer
FROM unnest(ARRAY['appointments', 'intents', 'erasures']) AS name
"""

# A row that was deleted is copied along as long as a transaction that began earlier may still look at it: one here, on
# a replica that says so, or a prepared one. An erasure's row was last written by the transaction that erased.
_IS_HELD = b"""
SELECT EXISTS (
  SELECT 1 FROM (
    SELECT unnest(ARRAY[backend_xid, backend_xmin]) AS oldest FROM pg_stat_activity
    WHERE pid != pg_backend_pid() AND coalesce(datname, current_database()) = current_database()
    UNION ALL SELECT xmin FROM pg_replication_slots
    UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
  ) AS holders
  WHERE age(oldest) >= (SELECT min(age(xmin)) FROM erasures WHERE erased_at IS NOT NULL)
) AS answer
"""


class PostgresDatabase:
    """`database.Database` for one call. `lend` lends a connection for each transaction, not for the whole call."""

    path = None
    journal = ""
    AMONG = "= ANY(?)"
    NOW = "extract(epoch FROM clock_timestamp())::float8"
    LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))"
    SKIP_LOCKED = " FOR UPDATE SKIP LOCKED"

    def __init__(
        self, lend: Callable[..., AbstractContextManager[DeadlineConnection]], place: str, *, deadline: float
    ) -> None:
        self.place = place
        self._lend = lend
        self._deadline = deadline
        self._within: DeadlineConnection | None = None

    @property
    def engine(self) -> str:
        return f"PostgreSQL {self.query('SHOW server_version')[0]['server_version']}"

    def transact(self, work: Callable[[], T]) -> T:
        if self._within is not None:
            return work()
        return self.retry(lambda connection: self._transaction(connection, work))

    def query(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        def rows(connection: DeadlineConnection) -> list[Row]:
            found = connection.execute(_native(sql), values)
            return found.fetchall() if found.description else []

        return rows(self._within) if self._within is not None else self.retry(rows)

    def freeze(self, tables: Sequence[str]) -> None:
        # Whoever holds others off for this long may pause: it is a person who copies, and who can end it.
        self.query("SET LOCAL idle_in_transaction_session_timeout = 0")
        self.query(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")

    def scrub(self, *, largest: int) -> bool:
        return self.retry(lambda each: _scrub(each, largest=largest, milliseconds=self._milliseconds()))

    def retry(self, work: Callable[[DeadlineConnection], T]) -> T:
        """Do some work, again where it collided with another's, on another connection where this one died.

        Whatever wrote runs as a transaction, so again means from its beginning. Where a commit's answer was lost,
        the work finds its own rows and says so; where it cannot run again, nobody knows whether they are there.
        """
        losses, unsure = 0, False
        while True:
            try:
                with self._lend(deadline=self._deadline) as connection:
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
                is_late = time.monotonic() >= self._deadline
                reason = Reason("busy", "store.busy") if is_late else explain(failure, self.place)
                raise StoreFailed(reason, may_be_written=unsure) from None
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
        try:
            connection.execute(b"COMMIT")
        except psycopg.Error as error:
            if connection.info.transaction_status is TransactionStatus.IDLE:
                raise  # it was answered: rolled back
            raise _CommitLost from error
        return result

    def _milliseconds(self) -> int:
        return max(1, int((self._deadline - time.monotonic()) * 1000))


class _CommitLost(psycopg.OperationalError):
    """No answer came to a commit, so it may have happened."""


@cache
def _native(sql: str) -> bytes:
    """Write a statement as psycopg wants it. Ours have no `?` or `%` but for values."""
    return sql.replace("?", "%s").encode()


def _scrub(connection: DeadlineConnection, *, largest: int, milliseconds: int) -> bool:
    """Write the tables that held personal data anew; False where that has to be done later.

    :param largest: bytes; larger tables are left alone.
    :param milliseconds: how long it may take.
    :raises psycopg.Error: a table was in use for too long, or the time is over.
    """
    if _asked(connection, _SIZE) > largest:
        return False
    until = time.monotonic() + HOLDERS_SECONDS
    while _asked(connection, _IS_HELD):
        if time.monotonic() >= until:
            return False
        time.sleep(PAUSE)
    notices: list[str | None] = []

    def note(notice: psycopg.errors.Diagnostic) -> None:
        notices.append(notice.severity_nonlocalized)

    connection.add_notice_handler(note)
    limits = f"SET statement_timeout = {milliseconds}; SET lock_timeout = {int(LOCK_SECONDS * 1000)}"
    try:
        connection.execute(limits.encode())
        connection.execute(_WRITE_ANEW)
    finally:
        connection.remove_notice_handler(note)
        with suppress(psycopg.Error):
            connection.execute(b"RESET statement_timeout; RESET lock_timeout")
    # That the tables are not ours, PostgreSQL reports by a warning.
    return "WARNING" not in notices


def _asked(connection: DeadlineConnection, sql: bytes) -> int:
    row = connection.execute(sql).fetchone()
    return int(row["answer"]) if row else 0
