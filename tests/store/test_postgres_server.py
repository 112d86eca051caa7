"""What a PostgreSQL server refuses, and what becomes of a call when it fails."""

import time
from contextlib import ExitStack, suppress

import psycopg
import pytest

from carloop_plugin.domain.accounts import StoredSettings
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.values import ChangeId, Site
from carloop_plugin.store.postgres.connections import MOST_CONNECTIONS
from carloop_plugin.store.postgres.server import PostgresServer
from carloop_plugin.store.records import source_of
from tests.store.deadlines import soon

C1 = ChangeId("c-1")


def told(failure):
    return failure.reason.code, failure.reason.text


def name_in(address):
    """Return the name of an address's database."""
    return address.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def server(address):
    server = PostgresServer(address)
    yield server
    server.close()


def test_the_records_have_a_schema_of_their_own(server, address):
    """So the planner's database will do, and its own tables are not touched."""
    with psycopg.connect(address, autocommit=True) as planner:
        planner.execute("CREATE TABLE appointments (id int); INSERT INTO appointments VALUES (1)")
        with server.open(deadline=soon()) as store:
            store.save_settings(Site("main"), StoredSettings("https://a.example"))
        assert planner.execute("SELECT * FROM appointments").fetchall() == [(1,)]
        assert planner.execute("SELECT site FROM carloop.sites").fetchall() == [("main",)]


def test_a_user_without_rights_is_told(postgres, address, failure_of):
    """The schema has to be made, by this user or before."""
    with suppress(psycopg.errors.DuplicateObject):
        postgres.do("CREATE ROLE visitor LOGIN")
    failure = failure_of(postgres.address(name_in(address), "visitor"))
    assert told(failure) == ("storage_failed", "store.no_right")
    postgres.do("CREATE SCHEMA carloop AUTHORIZATION visitor", name_in(address))
    with source_of(postgres.address(name_in(address), "visitor")).open(deadline=soon()) as store:
        assert store.sites() == []


def test_a_database_that_can_only_be_read_is_told(postgres, address, server, make_intent):
    """A standby, or one that its owner locked: nothing is recorded, reading works."""
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
    server.close()
    postgres.do(f"ALTER DATABASE {name_in(address)} SET default_transaction_read_only TO on")
    with server.open(deadline=soon()) as store:
        assert store.intent(C1) == make_intent()
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent("c-2", "A-2"))
    assert (told(failed.value), failed.value.may_be_written) == (("storage_failed", "store.read_only"), False)


@pytest.fixture
def cut(postgres, address):
    """End all connections to the test's database, as a restart of the server does."""
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
    return lambda: postgres.do(sql.format(name_in(address)))


def test_connections_that_were_cut_are_replaced_within_a_call(server, cut, make_intent):
    """What was committed is there, what comes next goes over a new connection, also when all of the pool are dead."""
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
        with ExitStack() as all_of_them:
            for _ in range(MOST_CONNECTIONS):
                all_of_them.enter_context(server._open.connections.lend(deadline=soon()))
        cut()
        assert store.record(make_intent()) == make_intent()
        cut()
        store.mark_unknown(C1, "unreachable", counts=False)


def test_a_server_without_a_free_connection_is_busy(server):
    """Whoever comes when all are in use waits until the deadline of the call."""
    with server.open(deadline=soon()) as store:
        with ExitStack() as all_of_them:
            for _ in range(MOST_CONNECTIONS):
                all_of_them.enter_context(server._open.connections.lend(deadline=soon()))
            with pytest.raises(StoreFailed) as failed, server.open(deadline=soon(0.2)):
                pass
            assert failed.value.reason.code == "busy"
        assert store.sites() == []


def test_a_locked_table_is_busy(server, address, make_intent):
    """A lock of somebody else's is waited for until the deadline, and nothing is left waiting in the server."""
    with server.open(deadline=soon()):
        pass
    with psycopg.connect(address) as other:
        other.execute("LOCK TABLE carloop.intents")
        with pytest.raises(StoreFailed) as failed, server.open(deadline=soon(0.5)) as store:
            store.record(make_intent())
        assert (failed.value.reason.code, failed.value.may_be_written) == ("busy", False)
        end = soon(10)
        while other.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,):
            assert time.monotonic() < end
    with server.open(deadline=soon()) as store:
        assert store.record(make_intent()) is None


def test_a_lease_waits_for_no_other_transaction(server, address, make_intent):
    """A server that is frozen while it settles an intent does not hold up the recovery of the others."""
    with server.open(deadline=soon()) as store, psycopg.connect(address) as other:
        store.record(make_intent())
        other.execute("SELECT change_id FROM carloop.intents FOR UPDATE")
        began = time.monotonic()
        assert store.lease(C1) is None
        assert time.monotonic() - began < 10
        other.rollback()
        assert store.lease(C1) == make_intent()


def test_a_session_is_prepared(postgres, server, address):
    """A process stopped within a transaction is cut off, unless it copies; a commit is durable in any case."""
    postgres.do(f"ALTER DATABASE {name_in(address)} SET synchronous_commit TO off")
    wanted = {
        "idle_in_transaction_session_timeout": "20000",
        "search_path": "carloop",
        "synchronous_commit": "on",
    }
    with server.open(deadline=soon()) as store:
        rows = store.database.query(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(?)", [list(wanted)]
        )
        assert {row["name"]: row["setting"] for row in rows} == wanted
        db, shown = store.database, "SHOW idle_in_transaction_session_timeout"
        copying = db.transact(lambda: [db.freeze(("sites",)), *db.query(shown)])
    assert copying[1:] == [{"idle_in_transaction_session_timeout": "0"}]
