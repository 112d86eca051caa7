"""A connection to the server that gets no answer, or is cut at the worst moment."""

import logging
import time
from urllib.parse import unquote

import psycopg
import pytest

from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.store.postgres import connections as postgres_connections
from carloop_plugin.store.postgres.server import PostgresServer
from tests.store.deadlines import soon

C1 = ChangeId("c-1")
INSERT = (b"INSERT INTO intents",)
COMMIT = (*INSERT, b"COMMIT\x00")
pytestmark = pytest.mark.block_network(allowed_hosts=[r".*/\.s\.PGSQL\.5432"])


@pytest.fixture
def server(postgres_proxy):
    server = PostgresServer(postgres_proxy.address)
    yield server
    server.close()


def test_a_silent_server_is_waited_for_until_the_deadline(postgres_proxy, server, monkeypatch):
    """A hung machine or a dead network answers nothing at all, and closes no connection."""
    monkeypatch.setattr(postgres_connections, "CLOSE_SECONDS", 0.1)
    with server.open(deadline=soon()):
        pass
    postgres_proxy.mute = True
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(StoreFailed) as failed, server.open(deadline=began + 0.3):
            pass
        assert failed.value.reason.code == "busy"
        assert time.monotonic() - began < 4
    server.close()


@pytest.mark.parametrize(("cut_at", "expected"), [(COMMIT, [C1]), (INSERT, [])])
def test_a_transaction_that_was_cut_is_done_again(postgres_proxy, server, make_intent, cut_at, expected):
    """A new connection shows whether it was committed: the change is there, and it is the same, or nothing of it is."""
    with server.open(deadline=soon()) as store:
        postgres_proxy.cut_at = cut_at
        there = store.record(make_intent())
        assert [each.change_id for each in (there,) if each] == expected
        assert postgres_proxy.cut_at == ()
        assert store.intent(C1) == make_intent()


@pytest.mark.parametrize(("cut_at", "is_written"), [(COMMIT, True), (INSERT, False)])
def test_a_commit_whose_answer_is_lost_is_no_refusal(postgres_proxy, server, make_intent, cut_at, is_written):
    """Where nobody can look, it may have been written; where it was not committed, nothing was."""
    with server.open(deadline=soon()) as store:
        postgres_proxy.cut_at, postgres_proxy.goes_down = cut_at, True
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert failed.value.may_be_written == is_written
        postgres_proxy.is_down = False
        assert store.intent(C1) == (make_intent() if is_written else None)


def test_a_read_is_done_again_on_another_connection(postgres_proxy, server, make_intent):
    """Reading twice does no harm."""
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
        postgres_proxy.cut_at = (b"SELECT",)
        assert store.intent(C1) == make_intent()
        assert postgres_proxy.cut_at == ()


def test_no_address_is_logged(postgres_proxy, server, caplog):
    """Nor a socket's path, nor a user, when a connection is lost or cannot be made; the planner's own use is logged."""
    for name in ("", "psycopg", "psycopg.pool"):
        caplog.set_level(logging.DEBUG, name or None)
    folder = unquote(postgres_proxy.address.rpartition("host=")[2])
    with server.open(deadline=soon()) as store:
        postgres_proxy.cut_at = (b"SELECT",)
        store.sites()
    server.close()
    postgres_proxy.is_down = True
    with pytest.raises(StoreFailed), server.open(deadline=soon()):
        pass
    server.close()
    logged = [record.getMessage() for record in caplog.records]
    assert [said for said in logged if folder in said or "postgres" in said or ".s.PGSQL" in said] == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres_proxy.address)
    assert any(folder in record.getMessage() for record in caplog.records)
