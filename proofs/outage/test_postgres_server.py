"""A PostgreSQL server that is stopped, restarted or full: each test starts one of its own."""

import os
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.postgres import run_postgres
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.store.postgres.server import PostgresServer

C1 = ChangeId("c-1")


def soon():
    return time.monotonic() + 30


@pytest.fixture
def own():
    """A PostgreSQL of the test's own, to be stopped and filled."""
    with run_postgres() as running:
        yield running


def test_a_server_that_stops_fails_the_call_and_comes_back(own, make_intent):
    """Connections that died are replaced; no restart of the planner is needed."""
    server = PostgresServer(own.new_database())
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
    own.stop()
    began = time.monotonic()
    with pytest.raises(StoreFailed) as failed, server.open(deadline=soon()):
        pass
    assert (failed.value.reason.code, failed.value.reason.text) == ("storage_failed", "store.unreachable")
    assert time.monotonic() - began < 10
    own.start()
    with server.open(deadline=soon()) as store:
        assert store.intent(C1) == make_intent()
    server.close()


def test_a_server_that_restarts_in_the_middle_of_a_call_is_not_noticed(own, make_intent):
    """What was committed is there, what comes next goes over a new connection."""
    server = PostgresServer(own.new_database())
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
        own.stop()
        own.start()
        assert store.record(make_intent()) == make_intent()
        own.stop("fast")
        own.start()
        store.mark_unknown(C1, "unreachable", counts=False)
    server.close()


def test_a_full_disk_is_an_error_and_nothing_is_half_written(own, make_intent):
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
            assert (failed.value.reason.code, failed.value.reason.text) == (
                "storage_failed",
                "store.server_full",
            )
            assert not failed.value.may_be_written
            filling.unlink()
            assert store.intent(ChangeId("c-2")) is None
            assert store.record(make_intent("c-2", "A-2", body=os.urandom(1 << 20))) is None
        server.close()
        own.stop()


@contextmanager
def small_disk():
    """Yield a folder on a file system with room for a database and little more."""
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
