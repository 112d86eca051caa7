"""What a server refuses, and what becomes of a call when it fails."""

import os
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from benchmarks.postgres import run_postgres
from carloop_plugin.intents import Recorded, SameChange
from carloop_plugin.model import ChangeId, Site, StoredSettings, StoreFailed
from carloop_plugin.store.opening import source_of
from carloop_plugin.store.postgres import PostgresServer
from carloop_plugin.store.postgres_pool import MOST_CONNECTIONS
from carloop_plugin.store.tables import NEWEST

C1 = ChangeId("c-1")


def soon():
    return time.monotonic() + 30


def told(failure):
    return failure.reason.code, failure.reason.text


def name_in(address):
    """Give the name of an address's database."""
    return address.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def address(postgres):
    return postgres.new_database()


@pytest.fixture
def server(address):
    server = PostgresServer(address)
    yield server
    server.close()


@pytest.fixture
def own():
    """A PostgreSQL of the test's own, to be stopped and filled."""
    with run_postgres() as running:
        yield running


def test_a_newer_version_is_refused_with_both_versions(server, address):
    """Also in the middle of a day, when another server was updated and brought the records along."""
    with server.open(deadline=soon()):
        pass
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("INSERT INTO carloop.migrations (name) VALUES ('of_2030')")
    with pytest.raises(StoreFailed) as failed, server.open(deadline=soon()):
        pass
    assert failed.value.reason.text == "store.newer"
    assert {"found": "of_2030", "known": NEWEST}.items() <= dict(failed.value.reason.params).items()


def test_the_planners_own_tables_are_left_alone(server, address):
    """The records are in a schema of their own, so the planner's database will do."""
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


def test_a_database_that_can_only_be_read_is_told(postgres, address, make_intent):
    """A standby, or one that its keeper locked: nothing is recorded, reading works."""
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
    server.close()
    postgres.do(f"ALTER DATABASE {name_in(address)} SET default_transaction_read_only TO on")
    with server.open(deadline=soon()) as store:
        assert make_intent() == store.intent(C1)
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent("c-2", "A-2"))
    server.close()
    assert (told(failed.value), failed.value.may_be_written) == (("storage_failed", "store.read_only"), False)


def test_a_full_disk_is_told_and_nothing_is_half_written(own, make_intent):
    """Before sending: no request is made. With room again it goes on."""
    with small_disk() as folder:
        own.do(f"CREATE TABLESPACE small LOCATION '{folder}'")
        own.do("CREATE DATABASE small TABLESPACE small")
        address = own.address("small")
        server = PostgresServer(address)
        with server.open(deadline=soon()) as store:
            store.record(make_intent())
            filling = folder / "filling"
            with filling.open("wb") as file, suppress(OSError):
                while True:
                    file.write(b"x" * 65536)
            with pytest.raises(StoreFailed) as failed:
                store.record(make_intent("c-2", "A-2", body=os.urandom(1 << 20)))
            assert told(failed.value) == ("storage_failed", "store.server_full")
            assert not failed.value.may_be_written
            filling.unlink()
            assert store.intent(ChangeId("c-2")) is None
            assert Recorded() == store.record(make_intent("c-2", "A-2", body=os.urandom(1 << 20)))
        server.close()
        own.stop()


@contextmanager
def small_disk():
    """Give a folder on a file system with room for a database and little more."""
    with TemporaryDirectory(prefix="carloop-small-") as name:
        Path(name).chmod(0o755)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16m,mode=777", "tmpfs", name], capture_output=True
        )
        if mounted.returncode != 0:
            missing = "a small disk takes the right to mount one"
            pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
        try:
            folder = Path(name) / "tables"
            folder.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(folder, *_owner())
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def _owner():
    import pwd

    entry = pwd.getpwnam("pgserver")
    return entry.pw_uid, entry.pw_gid


def test_a_server_that_stops_fails_the_call_and_comes_back(own, make_intent):
    """Connections that died are replaced; no restart of the planner is needed."""
    server = PostgresServer(own.new_database())
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
    own.stop()
    began = time.monotonic()
    with pytest.raises(StoreFailed) as failed, server.open(deadline=soon()):
        pass
    assert told(failed.value) == ("storage_failed", "store.unreachable")
    assert time.monotonic() - began < 2
    own.start()
    with server.open(deadline=soon()) as store:
        assert make_intent() == store.intent(C1)
    server.close()


def test_a_server_that_restarts_in_the_middle_of_a_call_is_not_noticed(own, make_intent):
    """What was committed is there, what comes next goes over a new connection."""
    server = PostgresServer(own.new_database())
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
        own.stop()
        own.start()
        assert SameChange(make_intent()) == store.record(make_intent())
        own.stop("fast")
        own.start()
        store.mark_unknown(C1, "unreachable", counts=False)
    server.close()


def test_all_connections_that_died_are_replaced(own):
    """A call does not fail because every one of the pool is dead."""
    server = PostgresServer(own.new_database())
    with server.open(deadline=soon()) as store:
        barrier = threading.Barrier(MOST_CONNECTIONS)

        def look():
            with server.open(deadline=soon()) as mine:
                mine._db.transact(lambda: (mine._db.query("SELECT 1"), barrier.wait(10)))

        threads = [threading.Thread(target=look) for _ in range(MOST_CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        own.stop()
        own.start()
        assert store.sites() == []
    server.close()


def test_a_server_without_a_free_connection_is_busy_within_the_deadline(server):
    """Whoever comes when all are in use waits no longer than he may."""
    with server.open(deadline=soon()) as store:
        assert server._open is not None
        with ExitStack() as all_of_them:
            for _ in range(MOST_CONNECTIONS):
                all_of_them.enter_context(server._open.connections.lend(deadline=soon()))
            began = time.monotonic()
            with pytest.raises(StoreFailed) as failed, server.open(deadline=began + 0.3):
                pass
            assert failed.value.reason.code == "busy"
            assert time.monotonic() - began < 0.5
        assert store.sites() == []


def test_a_locked_table_is_busy_within_the_deadline(server, address, make_intent):
    """Nothing waits past the deadline for somebody else's lock, and nothing is left waiting in the server."""
    with server.open(deadline=soon()):
        pass
    with psycopg.connect(address) as other:
        other.execute("LOCK TABLE carloop.intents")
        began = time.monotonic()
        with server.open(deadline=began + 0.5) as store, pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert (failed.value.reason.code, failed.value.may_be_written) == ("busy", False)
        assert time.monotonic() - began < 0.6
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        end = time.monotonic() + 5
        while other.execute(waiting).fetchone() != (0,):
            assert time.monotonic() < end
    with server.open(deadline=soon()) as store:
        assert Recorded() == store.record(make_intent())


def test_a_session_is_made_ready(server):
    """A process that is stopped in the middle of a transaction, its locks held, is cut off by PostgreSQL itself."""
    with server.open(deadline=soon()) as store:
        settings = store._db.query(
            "SELECT name, setting FROM pg_settings WHERE name IN"
            " ('idle_in_transaction_session_timeout', 'search_path', 'synchronous_commit')"
        )
    found = {row["name"]: row["setting"] for row in settings}
    assert found == {
        "idle_in_transaction_session_timeout": "20000",
        "search_path": "carloop",
        "synchronous_commit": "on",
    }


def test_a_commit_is_durable_whatever_the_servers_default_is(postgres, address):
    """An intent that is gone after a power cut would be a rental nobody knows of."""
    postgres.do(f"ALTER DATABASE {name_in(address)} SET synchronous_commit TO off")
    server = PostgresServer(address)
    with server.open(deadline=soon()) as store:
        assert store._db.query("SHOW synchronous_commit") == [{"synchronous_commit": "on"}]
    server.close()
