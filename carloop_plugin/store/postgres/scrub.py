"""Clearing PostgreSQL's files: the tables are written anew, once nobody can look at what was erased any more.

A plain `VACUUM` gives a dead row's room free and does not overwrite it; `VACUUM FULL` writes a table and its indexes
into new files (https://www.postgresql.org/docs/current/sql-vacuum.html). Nobody can use a table meanwhile, so it does
not wait long for one, and leaves large ones to whoever has the time.
"""

from __future__ import annotations

import time
from contextlib import suppress

import psycopg

from carloop_plugin.store.postgres.connections import DeadlineConnection

LOCK_SECONDS = 0.5
"""How long a table that is in use is waited for: whoever needs it next waits behind us."""

HOLDERS_SECONDS = 0.5
"""How long transactions are waited for that began before the erasure: the day's work takes milliseconds."""

PAUSE = 0.02

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


def scrub(connection: DeadlineConnection, *, largest: int, milliseconds: int) -> bool:
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
    # Where the tables are not ours that is told by a warning.
    return "WARNING" not in notices


def _asked(connection: DeadlineConnection, sql: bytes) -> int:
    row = connection.execute(sql).fetchone()
    return int(row["answer"]) if row else 0
