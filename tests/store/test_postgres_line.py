"""Between us and the server: a line that falls silent, or is cut at the worst moment."""

import logging
import time
from urllib.parse import unquote

import psycopg
import pytest

from carloop_plugin.intents import Recorded, SameChange
from carloop_plugin.model import ChangeId, StoreFailed
from carloop_plugin.store.postgres import PostgresServer

C1 = ChangeId("c-1")
INSERT = (b"INSERT INTO intents",)
COMMIT = (*INSERT, b"COMMIT\x00")
pytestmark = pytest.mark.block_network(allowed_hosts=[r".*/\.s\.PGSQL\.5432"])


def soon():
    return time.monotonic() + 30


def test_a_server_that_falls_silent_costs_no_more_than_the_deadline(line):
    """A hung machine or a dead network answers nothing at all, and says no goodbye."""
    server = PostgresServer(line.address)
    with server.open(deadline=soon()):
        pass
    line.mute = True
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(StoreFailed) as failed, server.open(deadline=began + 0.3):
            pass
        assert time.monotonic() - began < 0.4
        assert failed.value.reason.code == "busy"
    server.close()


def test_a_commit_whose_answer_is_lost_is_found_again(line, make_intent):
    """The next connection shows whether it happened: the change is there, and it is the same."""
    server = PostgresServer(line.address)
    with server.open(deadline=soon()) as store:
        line.cut_at = COMMIT
        assert SameChange(make_intent()) == store.record(make_intent())
        assert line.cut_at == ()
    server.close()


def test_a_commit_whose_answer_is_lost_for_good_is_no_refusal(line, make_intent):
    """Where nobody can look, it may have been written, and says so."""
    server = PostgresServer(line.address)
    with server.open(deadline=soon()) as store:
        line.cut_at, line.goes_down = COMMIT, True
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert failed.value.may_be_written
        line.is_down = False
        assert make_intent() == store.intent(C1)
    server.close()


def test_a_transaction_cut_before_its_commit_is_done_again(line, make_intent):
    """Nothing of it was there."""
    server = PostgresServer(line.address)
    with server.open(deadline=soon()) as store:
        line.cut_at = INSERT
        assert Recorded() == store.record(make_intent())
        assert line.cut_at == ()
    server.close()


def test_a_transaction_cut_before_its_commit_for_good_is_a_refusal(line, make_intent):
    """Nothing of it is there, and nothing will be."""
    server = PostgresServer(line.address)
    with server.open(deadline=soon()) as store:
        line.cut_at, line.goes_down = INSERT, True
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert not failed.value.may_be_written
        line.is_down = False
        assert store.intent(C1) is None
    server.close()


def test_a_read_is_done_again_on_another_connection(line, make_intent):
    """A look costs nobody anything."""
    server = PostgresServer(line.address)
    with server.open(deadline=soon()) as store:
        store.record(make_intent())
        line.cut_at = (b"SELECT",)
        assert make_intent() == store.intent(C1)
        assert line.cut_at == ()
    server.close()


def test_no_address_is_logged(line, caplog):
    """Nor a socket's path, nor a user, when a connection is lost or cannot be made; of the planner's own use it is."""
    for name in ("", "psycopg", "psycopg.pool"):
        caplog.set_level(logging.DEBUG, name or None)
    folder = line.address.rpartition("host=")[2]
    server = PostgresServer(line.address)
    with server.open(deadline=soon()) as store:
        line.cut_at = (b"SELECT",)
        store.sites()
    server.close()
    line.is_down = True
    with pytest.raises(StoreFailed), server.open(deadline=soon()):
        pass
    server.close()
    logged = [record.getMessage() for record in caplog.records]
    assert [
        said for said in logged if unquote(folder) in said or "postgres" in said or ".s.PGSQL" in said
    ] == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(line.address)
    assert any(unquote(folder) in record.getMessage() for record in caplog.records)
