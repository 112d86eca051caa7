"""What a PostgreSQL server has left of what was erased: nothing in the files of its tables."""

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.model import AppointmentId, ChangeId
from carloop_plugin.store.postgres import PostgresServer
from carloop_plugin.store.postgres_migrations import UNCOUNTED

A1 = AppointmentId("A-1")
ANY = sys.maxsize


def soon(seconds=30):
    return time.monotonic() + seconds


@pytest.fixture
def address(postgres):
    return postgres.new_database()


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
    assert folder is not None
    files = [each for each in (postgres.folder / folder[0]).parent.iterdir() if each.is_file()]
    with_canary = [each.name.partition(".")[0] for each in files if b"Canary" in each.read_bytes()]
    return {names.get(name, name) for name in with_canary}


def test_no_byte_is_left_in_any_file(server, postgres, address):
    """What was deleted or overwritten is in a table's files until they are written anew."""
    assert {"intents", "toast", "appointments"} <= files_with_a_canary(postgres, address)
    with server.open(deadline=soon()) as store:
        assert store.finish_erasures(largest=ANY)
        assert store.unfinished_erasures() == 0
    assert set() == files_with_a_canary(postgres, address)


@pytest.mark.parametrize("has", ["a snapshot", "written"])
def test_an_older_transaction_puts_it_off(server, postgres, address, has):
    """A dump or a report that began before may still look at the rows, so they would be copied along."""
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        other.execute("CREATE TEMPORARY TABLE theirs (id int)")
        other.commit()
        if has == "a snapshot":
            other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            other.execute("SELECT 1")
        else:
            other.execute("INSERT INTO theirs VALUES (1)")
        erase_anew(store)
        began = time.monotonic()
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (False, 1)
        assert time.monotonic() - began < 5
        other.rollback()
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (True, 0)
    assert set() == files_with_a_canary(postgres, address)


def erase_anew(store):
    """Erase the appointment once more, as if it had been saved again."""
    store.database.transact(lambda: store.database.execute("DELETE FROM appointments"))
    store.forget_appointments([A1])


def test_a_guest_sees_older_transactions(server, postgres, address):
    """Whose they are does not matter, and no right is needed to see that they are there."""
    own_tables_as_guest(postgres, address)
    guest = PostgresServer(guest_address(postgres, address))
    with guest.open(deadline=soon()) as store, psycopg.connect(address) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        erase_anew(store)
        assert not store.finish_erasures(largest=ANY)
        other.rollback()
        assert store.finish_erasures(largest=ANY)
    guest.close()


def test_a_younger_transaction_does_not(server, postgres, address):
    """Else nothing would ever be finished beside the day's work."""
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (True, 0)
    assert set() == files_with_a_canary(postgres, address)


def test_large_tables_are_not_written_anew_beside_the_work(server):
    """Nobody can use them meanwhile; that it is left to do is remembered."""
    with server.open(deadline=soon()) as store:
        assert (store.finish_erasures(largest=1), store.unfinished_erasures()) == (False, 1)


def test_statistics_quote_nobody(address, make_intent):
    """PostgreSQL looks through the tables by itself while a change is pending, and keeps what it finds frequent."""
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        for number in range(300):
            store.record(make_intent(f"c-{number}", f"A-{number}", body=b"Canary"))
    server.close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")
        rows = connection.execute(
            "SELECT tablename || '.' || attname FROM pg_stats WHERE schemaname = 'carloop'"
        )
        counted = {row[0] for row in rows}
    assert ("intents.change_id" in counted, set()) == (True, counted & set(UNCOUNTED))


def guest_address(postgres, address):
    """Give the address of a database for a user who owns nothing by himself."""
    return postgres.address(name_in(address), guest_of(address))


def guest_of(address):
    """Name the user: all databases of a server have the same ones."""
    return f"guest_of_{name_in(address)}"


def name_in(address):
    """Give the database's name in an address."""
    return address.partition("?")[0].rpartition("/")[2]


def make_guest(postgres, address):
    """Let a user read and write the records."""
    database, guest = name_in(address), guest_of(address)
    postgres.do(f"DROP ROLE IF EXISTS {guest}")
    postgres.do(f"CREATE ROLE {guest} LOGIN")
    postgres.do(f"GRANT USAGE ON SCHEMA carloop TO {guest}", database)
    postgres.do(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA carloop TO {guest}", database)


def own_tables_as_guest(postgres, address):
    """Let a user own the tables that are written anew."""
    make_guest(postgres, address)
    postgres.do(f"GRANT CREATE ON SCHEMA carloop TO {guest_of(address)}", name_in(address))
    for table in ("appointments", "intents", "erasures"):
        postgres.do(f"ALTER TABLE carloop.{table} OWNER TO {guest_of(address)}", name_in(address))


def test_a_table_in_use_puts_it_off(server, address):
    """Nobody is waited for long, for others wait behind us; the next round of reconciling goes on."""
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        other.execute("LOCK TABLE carloop.intents IN ACCESS SHARE MODE")
        began = time.monotonic()
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (False, 1)
        assert time.monotonic() - began < 5
        other.rollback()
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (True, 0)


def test_tables_of_somebody_else_put_it_off(server, postgres, address):
    """Who may not tidy says so, and does not pretend."""
    make_guest(postgres, address)
    guest = PostgresServer(guest_address(postgres, address))
    with guest.open(deadline=soon()) as store:
        assert (store.finish_erasures(largest=ANY), store.unfinished_erasures()) == (False, 1)
    guest.close()


def test_the_time_for_tidying_ends_with_it(server):
    """A connection that is lent next may take as long as its own call."""
    with server.open(deadline=soon()) as store:
        store.finish_erasures(largest=ANY)
        assert store.database.query("SHOW statement_timeout") == [{"statement_timeout": "0"}]
        assert store.database.query("SHOW lock_timeout") == [{"lock_timeout": "0"}]


def test_the_deadline_puts_it_off(server):
    """It is still noted afterwards."""
    with server.open(deadline=soon(0.2)) as store:
        time.sleep(0.25)
        assert not store.finish_erasures(largest=ANY)
    with server.open(deadline=soon()) as store:
        assert store.unfinished_erasures() == 1
