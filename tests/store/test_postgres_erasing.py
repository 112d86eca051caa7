"""What a PostgreSQL server has left of what was erased: nothing that a reader of its tables could find."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from benchmarks.postgres import Postgres
from carloop_plugin.appointment import SavedAppointment
from carloop_plugin.intents import Intent, Outcome, OutcomeStatus
from carloop_plugin.model import AppointmentId, ChangeId
from carloop_plugin.store.postgres import PostgresServer

MakeAppointment = Callable[..., SavedAppointment]
MakeIntent = Callable[..., Intent]

A1, C1 = AppointmentId("A-1"), ChangeId("c-1")
ANY = sys.maxsize


def soon(seconds: float = 30) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def address(postgres: Postgres) -> str:
    return postgres.new_database()


@pytest.fixture
def server(
    address: str, make_appointment: MakeAppointment, make_intent: MakeIntent
) -> Iterator[PostgresServer]:
    """Records from which an appointment with a settled booking was erased, and not yet from the files."""
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        store.save_appointment(make_appointment())
        store.record(make_intent())
        store.settle(C1, Outcome(C1, OutcomeStatus.DONE))
        store.forget_appointments([A1])
    yield server
    server.close()


def dead_rows(address: str) -> int:
    """Count the row versions that are in the tables' files though no query gives them any more."""
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(
            "SELECT sum(n_dead_tup)::int FROM pg_stat_user_tables"
            " WHERE schemaname = 'carloop' AND relname IN ('appointments', 'intents')"
        ).fetchone()
    return int(row[0]) if row else 0


def test_no_dead_row_is_left(server: PostgresServer, address: str) -> None:
    """What was deleted or overwritten is in a table's file until it is tidied."""
    server.close()  # which makes PostgreSQL count
    before = dead_rows(address)
    with server.open(deadline=soon()) as store:
        assert store.finish_erasures(largest=1)
        assert 0 == store.unfinished_erasures()
    server.close()
    assert (True, 0) == (before > 0, dead_rows(address))


def test_a_table_that_is_being_tidied_puts_it_off(server: PostgresServer, address: str) -> None:
    """Nobody is waited for; the next round of reconciling goes on."""
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        other.execute("LOCK TABLE carloop.intents IN SHARE UPDATE EXCLUSIVE MODE")
        began = time.monotonic()
        assert (False, 1) == (store.finish_erasures(largest=ANY), store.unfinished_erasures())
        assert time.monotonic() - began < 5
        other.rollback()
        assert (True, 0) == (store.finish_erasures(largest=ANY), store.unfinished_erasures())


def test_tables_of_somebody_else_put_it_off(server: PostgresServer, postgres: Postgres, address: str) -> None:
    """Who may not tidy says so, and does not pretend."""
    database = address.partition("?")[0].rpartition("/")[2]
    postgres.do("CREATE ROLE guest LOGIN")
    postgres.do("GRANT USAGE ON SCHEMA carloop TO guest", database)
    postgres.do("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA carloop TO guest", database)
    guest = PostgresServer(postgres.address(database, "guest"))
    with guest.open(deadline=soon()) as store:
        assert (False, 1) == (store.finish_erasures(largest=ANY), store.unfinished_erasures())
    guest.close()


def test_the_time_for_tidying_ends_with_it(server: PostgresServer) -> None:
    """A connection that is lent next may take as long as its own call."""
    with server.open(deadline=soon()) as store:
        store.finish_erasures(largest=ANY)
        assert [{"statement_timeout": "0"}] == store.database.query("SHOW statement_timeout")


def test_the_deadline_puts_it_off(server: PostgresServer) -> None:
    """It is still noted afterwards."""
    with server.open(deadline=soon(0.2)) as store:
        time.sleep(0.25)
        assert not store.finish_erasures(largest=ANY)
    with server.open(deadline=soon()) as store:
        assert 1 == store.unfinished_erasures()
