"""The deadline of a call holds wherever the other side stops; how exactly is measured in proofs."""

import socket
import threading
import time

import pytest

from carloop_plugin.api import transport
from carloop_plugin.domain.changes import NothingHappened, Unknown
from carloop_plugin.domain.failures import CallFailed

SECONDS = 0.15
BOUND = 5.0
"""Seconds after which a call did not end by its deadline, on any machine: what stops it here lasts longer."""

START = b"HTTP/1.1 200 OK\r\n"
BLOCKING_SERVERS = {
    "no answer": lambda peer, _: peer.hang(),
    "dripping headers": lambda peer, _: peer.drip(START + b"x: y\r\n" * 1000),
    "a dripping body": lambda peer, _: (
        peer.send(START + b"content-length: 9000\r\n\r\n"),
        peer.drip(b" " * 9000),
    ),
    "an endless body of an error": lambda peer, _: (
        peer.send(b"HTTP/1.1 500 X\r\ncontent-length: 9000\r\n\r\n{"),
        peer.hang(),
    ),
}


def ends_in_time(ask):
    """Return the code with which a read ends that has little time."""
    began = time.monotonic()
    with pytest.raises(CallFailed) as failed:
        ask(deadline=began + SECONDS)
    assert time.monotonic() - began < BOUND
    return failed.value.reason.code


@pytest.mark.parametrize("behaviour", BLOCKING_SERVERS)
def test_an_answer_is_waited_for_until_the_deadline(behaviour, server, session, documents, soon):
    """A read ends with an error, a write with an unknown outcome."""
    server.does(BLOCKING_SERVERS[behaviour])
    assert ends_in_time(session.read_account) == "deadline_exceeded"
    result = session.send(documents.booking(), deadline=soon(SECONDS))
    assert (type(result), result.reason.code) == (Unknown, "deadline_exceeded")


def test_a_handshake_is_waited_for_until_the_deadline(server, make_session):
    """A server that accepts a connection, and then sends nothing."""
    server.on_connect = lambda peer: peer.hang()
    session = make_session(server.url.replace("http:", "https:"))
    assert ends_in_time(session.read_account) == "deadline_exceeded"


def test_a_name_server_is_waited_for_until_the_deadline(make_session, monkeypatch):
    """Although its answer cannot be interrupted."""
    ended, original = threading.Event(), socket.getaddrinfo

    def hang(host, port, *args, flags=0, **more):
        if flags & socket.AI_NUMERICHOST:
            return original(host, port, *args, flags=flags, **more)
        ended.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        assert ends_in_time(make_session("https://carloop.example").read_account) == "deadline_exceeded"
    finally:
        ended.set()


def test_another_call_of_the_session_is_waited_for_until_the_deadline(
    server, session, documents, soon, monkeypatch
):
    """One that has the only connection, or reads the account that is wanted."""
    monkeypatch.setattr(transport, "_MOST_CONNECTIONS", 1)
    begun, ended = threading.Event(), threading.Event()

    def hang(peer, _):
        begun.set()
        ended.wait(20)
        return "close"

    def hold():
        with pytest.raises(CallFailed):
            session.known_account(deadline=soon(20))

    server.does(hang)
    occupier = threading.Thread(target=hold)
    occupier.start()
    assert begun.wait(10)
    assert ends_in_time(session.known_account) == "deadline_exceeded"
    result = session.send(documents.booking(), deadline=soon(SECONDS))
    assert (type(result), result.reason.code) == (NothingHappened, "deadline_exceeded")
    session.close()
    ended.set()
    occupier.join()


def test_a_passed_deadline_sends_nothing(server, session, documents, soon):
    """A call whose time is over before it starts is not executed."""
    server.does(lambda peer, _: peer.hang())
    result = session.send(documents.booking(), deadline=soon(-1))
    assert (type(result), result.reason.code) == (NothingHappened, "deadline_exceeded")
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(-1))
    assert failed.value.reason.code == "deadline_exceeded"
    assert server.connections == 0


def test_connecting_has_a_limit_of_its_own(make_session, soon, silent_port, monkeypatch):
    """A call with a long deadline gives up on connecting when the time for it is used up."""
    monkeypatch.setattr("carloop_plugin.api.network.CONNECT_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(CallFailed) as failed:
        make_session(f"http://127.0.0.1:{silent_port}").read_account(deadline=soon(60))
    assert failed.value.reason.text == "api.connect_timeout"
    assert time.monotonic() - began < BOUND
