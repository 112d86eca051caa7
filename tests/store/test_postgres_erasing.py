"""Clearing the files of PostgreSQL's tables of what was erased, and what postpones it."""

import random
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.values import AppointmentId, ChangeId
from carloop_plugin.store.postgres import scrub as postgres_scrub
from carloop_plugin.store.postgres.migrations import UNCOUNTED
from carloop_plugin.store.postgres.server import PostgresServer
from tests.store.deadlines import soon

A1 = AppointmentId("A-1")
ANY = sys.maxsize


@pytest.fixture
def server(address, make_appointment, make_intent):
    """Records from which an appointment with a settled booking was erased, and not yet from the files."""
    server = PostgresServer(address)
    chance = random.Random(1)
    long = b"Canary" + bytes(chance.choices(range(32, 127), k=20_000))
    with server.open(deadline=soon()) as store:
        store.save_appointment(replace(make_appointment(), start_text="Canary"))
        for number, body in enumerate((long, b"Canary")):
            change_id = ChangeId(f"c-{number}")
            store.record(make_intent(change_id, body=body))
            store.settle(change_id, Outcome(change_id, OutcomeStatus.DONE))
        store.forget_appointments([A1])
    yield server
    server.close()


@pytest.fixture
def make_guest(postgres, address):
    """Return a maker of a server for a user who may read and write the records, and perhaps owns the tables."""
    servers = []

    def make(*, is_owner=False):
        database = address.partition("?")[0].rpartition("/")[2]
        # all databases of a server have the same users
        guest = f"guest_of_{database}"
        postgres.do(f"DROP ROLE IF EXISTS {guest}")
        postgres.do(f"CREATE ROLE {guest} LOGIN")
        rights = "USAGE, CREATE" if is_owner else "USAGE"
        postgres.do(f"GRANT {rights} ON SCHEMA carloop TO {guest}", database)
        tables = "ALL TABLES IN SCHEMA carloop"
        postgres.do(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {guest}", database)
        for table in ("appointments", "intents", "erasures") if is_owner else ():
            postgres.do(f"ALTER TABLE carloop.{table} OWNER TO {guest}", database)
        servers.append(PostgresServer(postgres.address(database, guest)))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def files_with_a_canary(postgres, address):
    """Name the tables and indexes, of any schema, in whose files on the disk a byte of the customer stands."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        folder = connection.execute("SELECT pg_relation_filepath('pg_class')").fetchone()
        rows = connection.execute(
            "SELECT pg_relation_filepath(oid), CASE WHEN relkind = 't' THEN 'toast' ELSE relname END"
            " FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL"
        ).fetchall()
    names = {Path(path).name: name for path, name in rows}
    files = [each for each in (postgres.folder / folder[0]).parent.iterdir() if each.is_file()]
    with_canary = [each.name.partition(".")[0] for each in files if b"Canary" in each.read_bytes()]
    return {names.get(name, name) for name in with_canary}


def test_no_byte_of_what_was_erased_is_in_any_file(server, postgres, address):
    """What was deleted or overwritten is in a table's files until they are rewritten."""
    assert files_with_a_canary(postgres, address) >= {"intents", "toast", "appointments"}
    with server.open(deadline=soon()) as store:
        assert store.finish_erasures(largest=ANY)
        assert store.backlog().unfinished_erasures == 0
    assert files_with_a_canary(postgres, address) == set()


def begin(connection, held):
    """Begin a transaction that has a snapshot or has written, in another session."""
    if held == "a snapshot":
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT 1")
    else:
        connection.execute("CREATE TEMPORARY TABLE theirs (id int)")


@pytest.mark.parametrize("held", ["a snapshot", "written rows"])
def test_an_older_transaction_postpones_clearing(server, make_guest, postgres, address, monkeypatch, held):
    """A dump that began before may still read the rows; no right is needed to see that it is there."""
    monkeypatch.setattr(postgres_scrub, "HOLDERS_SECONDS", 0.05)
    with make_guest(is_owner=True).open(deadline=soon()) as store, psycopg.connect(address) as other:
        begin(other, held)
        # erased once more, as if it had been saved again
        store.database.transact(lambda: store.database.query("DELETE FROM appointments"))
        store.forget_appointments([A1])
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (False, 1)
        other.rollback()
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (True, 0)
    assert files_with_a_canary(postgres, address) == set()


def test_a_younger_transaction_does_not_postpone_clearing(server, postgres, address):
    """Else nothing would ever be finished during the day's work."""
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        begin(other, "a snapshot")
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (True, 0)
    assert files_with_a_canary(postgres, address) == set()


def test_statistics_hold_no_personal_data(address, make_intent):
    """PostgreSQL analyses the tables by itself while a change is pending, and keeps frequent values."""
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        intents = [make_intent(f"c-{number}", f"A-{number}", body=b"Canary") for number in range(300)]
        store.database.transact(lambda: [store.record(each) for each in intents])
    server.close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")
        rows = connection.execute(
            "SELECT tablename || '.' || attname FROM pg_stats WHERE schemaname = 'carloop'"
        )
        counted = {row[0] for row in rows}
    assert "intents.change_id" in counted
    assert counted & set(UNCOUNTED) == set()


def test_a_table_in_use_postpones_clearing(server, address, monkeypatch):
    """It is not waited for long, for others wait behind us; the next round of reconciling tries again."""
    monkeypatch.setattr(postgres_scrub, "LOCK_SECONDS", 0.05)
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        other.execute("LOCK TABLE carloop.intents IN ACCESS SHARE MODE")
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (False, 1)
        other.rollback()
        assert (store.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (True, 0)
        # A connection that is lent next may take as long as its own call.
        assert store.database.query("SHOW statement_timeout") == [{"statement_timeout": "0"}]
        assert store.database.query("SHOW lock_timeout") == [{"lock_timeout": "0"}]


def test_what_else_postpones_clearing(server, make_guest):
    """Tables that are large, tables of another owner, and the deadline: it stays noted that it has to be done."""
    with server.open(deadline=soon()) as store, make_guest().open(deadline=soon()) as guest:
        assert (store.finish_erasures(largest=1), store.backlog().unfinished_erasures) == (False, 1)
        # PostgreSQL only warns a user who may not rewrite them.
        assert (guest.finish_erasures(largest=ANY), store.backlog().unfinished_erasures) == (False, 1)
        store.database._deadline = soon(0)
        assert not store.finish_erasures(largest=ANY)
    with server.open(deadline=soon()) as store:
        assert store.backlog().unfinished_erasures == 1
