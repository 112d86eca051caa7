"""How a server is reached, and what of its address is shown."""

import socket
import sys
import time

import pytest

from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.store.postgres.connections import Connections
from carloop_plugin.store.postgres.database import PostgresDatabase
from carloop_plugin.store.postgres.server import PostgresServer
from carloop_plugin.store.records import source_of
from tests.store.deadlines import soon

CANARY = "canary-passwort-0815"


def told(failure):
    return failure.reason.code, failure.reason.text


def test_a_server_that_is_down_is_an_error_at_once(failure_of):
    """Nobody waits for the deadline, 30 s, to hear that the connection is refused."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    began = time.monotonic()
    failure = failure_of(f"postgresql://carloop:{CANARY}@127.0.0.1:{port}/carloop")
    assert time.monotonic() - began < 10
    assert told(failure) == ("storage_failed", "store.unreachable")
    assert dict(failure.reason.params) == {
        "path": f"postgresql://127.0.0.1:{port}/carloop",
        "why": "Connection refused",
    }


def test_what_the_server_refuses_is_told_without_the_password(postgres, failure_of):
    """PostgreSQL's own message names the user, or the database that was never made."""
    rules = postgres.folder / "pg_hba.conf"
    if "guarded" not in rules.read_text():
        postgres.do(f"CREATE ROLE guarded LOGIN PASSWORD '{CANARY}-right'")
        rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
        postgres.do("SELECT pg_reload_conf()")
    failure = failure_of(postgres.address("postgres", "guarded", f"{CANARY}-wr@ng/?"))
    assert told(failure) == ("storage_failed", "store.unreachable")
    why = dict(failure.reason.params)["why"]
    assert why == 'FATAL:  password authentication failed for user "guarded"'
    failure = failure_of(postgres.address("never_made"))
    assert dict(failure.reason.params)["why"] == 'FATAL:  database "never_made" does not exist'


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://carloop:{CANARY}@home@db.example/carloop",
        f"postgresql://carloop:{CANARY}/x@db.example/carloop",
        f"postgresql://carloop:1/{CANARY}@db.example/carloop",
        f"postgresql://carloop:{CANARY}%zz@db.example/carloop",
        f"postgresql://db.example/carloop?{CANARY}",
        f"postgres://db.example:{CANARY}/carloop",
        f"postgresql+psycopg://carloop:{CANARY}@db.example/carloop",
        f"mysql://carloop:{CANARY}@db.example/carloop",
    ],
)
def test_an_ambiguous_address_is_refused(address):
    """Else a part of the password would be taken for a host, and be in messages and look-ups of names."""
    with pytest.raises(StoreFailed) as failed, source_of(address).open(deadline=soon()):
        pass
    assert told(failed.value) == ("storage_failed", "store.address_unclear")
    assert CANARY not in repr(failed.value.reason) + read_location(address).shown


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        (f"postgresql://u:{CANARY}@db.example:5433/carloop", "postgresql://db.example:5433/carloop"),
        (f"postgres://u:{CANARY}@a.example,b.example:5433/c?x=1", "postgres://a.example,b.example:5433/c"),
        (f"postgresql://u:{CANARY}@[2001:db8::1]:5433/c", "postgresql://[2001:db8::1]:5433/c"),
        (f"postgresql:///c?host=/run/pg&password={CANARY}", "postgresql:///c"),
        ("/var/lib/carloop.sqlite3", "/var/lib/carloop.sqlite3"),
        (f"postgresql://u:{CANARY}/x@h/c", "postgresql://…"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address, seen):
    """The doctor's report says where the records are, and not how to get at them."""
    assert read_location(address).shown == seen


def test_without_psycopg_the_missing_extra_is_named(monkeypatch):
    """An installation without psycopg says what to install."""
    monkeypatch.delitem(sys.modules, "carloop_plugin.store.postgres.server", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("carloop_plugin.store.postgres.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(StoreFailed) as failed:
        source_of("postgresql://db.example/carloop")
    assert told(failed.value) == ("storage_failed", "store.postgres_missing")


def test_no_secret_is_in_figures_reprs_or_logs(postgres, failure_of, caplog):
    """Whoever prints what we work with, or turns every log on, does not see the password."""
    caplog.set_level("DEBUG")
    address = postgres.new_database().replace("postgres@", f"postgres:{CANARY}@")
    server, connections = PostgresServer(address), Connections(address)
    with server.open(deadline=soon()) as store:
        figures = store.figures()
    with connections.lend(deadline=soon()) as connection:
        shown_things = [connections, connection, connection.info, PostgresDatabase(connections, deadline=1)]
        assert CANARY not in " ".join(map(repr, [*shown_things, server, figures]))
    connections.close()
    server.close()
    failure_of(f"postgresql://carloop:{CANARY}@127.0.0.1:1/carloop")
    assert CANARY not in caplog.text
    assert (figures.engine[:12], figures.journal) == ("PostgreSQL 1", "")
