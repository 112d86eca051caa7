"""The deadline of a call holds wherever the other side stops."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from carloop_plugin.model import AnswerLost, CallFailed, NotExecuted

SECONDS = 0.15
OVERRUN = 0.05


def overrun(call, soon):
    """Give the seconds by which a call outlasts its deadline, the best of three on a busy machine."""
    best = 9.0
    for _ in range(3):
        deadline = soon(SECONDS)
        call(deadline)
        best = min(best, time.monotonic() - deadline)
        if best <= OVERRUN:
            break
    return best


def failing_read(session):
    """Give a read that has to fail for want of time."""

    def call(deadline):
        with pytest.raises(CallFailed) as failed:
            session.read_account(deadline=deadline)
        assert failed.value.reason.code == "deadline_exceeded"

    return call


STOPS = {
    "no answer": lambda peer, _: peer.hang(),
    "the status line drips": lambda peer, _: peer.drip(b"HTTP/1.1 200 OK" + b" " * 1000),
    "the headers drip": lambda peer, _: peer.drip(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000),
    "the body drips": lambda peer, _: (
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n"),
        peer.drip(b" " * 9000),
    ),
    "the chunks drip": lambda peer, _: (
        peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        peer.drip(b"1\r\n \r\n" * 9000),
    ),
    "the body never ends": lambda peer, _: (
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n{"),
        peer.hang(),
    ),
    "continue, for ever": lambda peer, _: (
        [peer.send(b"HTTP/1.1 100 Continue\r\n\r\n") for _ in range(200)] and peer.hang()
    ),
    "an error's body never ends": lambda peer, _: (
        peer.send(b"HTTP/1.1 500 X\r\ncontent-length: 9000\r\n\r\n{"),
        peer.hang(),
    ),
}


@pytest.mark.parametrize("stop", STOPS)
def test_read_ends_at_its_deadline(stop, server, session, soon):
    """A read ends within 50 ms of its deadline, wherever the server stops."""
    server.does(STOPS[stop])
    assert overrun(failing_read(session), soon) <= OVERRUN


@pytest.mark.parametrize("stop", STOPS)
def test_write_ends_at_its_deadline(stop, server, session, documents, soon):
    """A write ends within 50 ms of its deadline, and nobody knows what became of it."""
    server.does(STOPS[stop])

    def call(deadline):
        result = session.send(documents.booking(), deadline=deadline)
        assert (type(result), result.reason.code) == (AnswerLost, "deadline_exceeded")

    assert overrun(call, soon) <= OVERRUN


def test_flood_of_tiny_chunks_ends_at_the_deadline(server, session, soon):
    """A body in one-byte chunks, parsed in Python, must not hold a call beyond its deadline."""
    flood = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 400_000

    def call(deadline):
        with pytest.raises(CallFailed):
            session.read_account(deadline=deadline)

    server.does(lambda peer, _: peer.send(flood))
    assert overrun(call, soon) <= OVERRUN


def test_connecting_ends_at_the_deadline(make_session, soon):
    """A host that drops our packets costs no more than the time there is."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        session = make_session(f"http://127.0.0.1:{port}")
        try:
            assert overrun(failing_read(session), soon) <= OVERRUN
        finally:
            for filler in fillers:
                filler.close()


def test_handshake_ends_at_the_deadline(server, make_session, soon):
    """A server that accepts and then says nothing cannot hold a handshake open."""
    server.on_connect = lambda peer: peer.hang()
    session = make_session(server.url.replace("http:", "https:"))
    assert overrun(failing_read(session), soon) <= OVERRUN


def test_resolving_ends_at_the_deadline(make_session, soon, monkeypatch):
    """A name server that hangs, and cannot be interrupted, holds no call beyond its deadline."""
    over = threading.Event()
    really = socket.getaddrinfo

    def hang(host, port, *args, flags=0, **more):
        if flags & socket.AI_NUMERICHOST:
            return really(host, port, *args, flags=flags, **more)
        over.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    session = make_session("https://carloop.example")
    try:
        assert overrun(failing_read(session), soon) <= OVERRUN
    finally:
        over.set()


def test_waiting_for_the_account_ends_at_the_deadline(server, session, soon):
    """A second thread that waits for the first one's reading of the account keeps its own deadline."""
    server.does(lambda peer, _: peer.hang())
    reading = threading.Event()

    def read() -> None:
        reading.set()
        with pytest.raises(CallFailed):
            session.known_account(deadline=soon(1.2))

    first = threading.Thread(target=read)
    first.start()
    reading.wait(5)

    def call(deadline):
        with pytest.raises(CallFailed) as failed:
            session.known_account(deadline=deadline)
        assert failed.value.reason.code == "deadline_exceeded"

    assert overrun(call, soon) <= OVERRUN
    server.over.set()
    first.join(5)


def test_waiting_for_a_connection_ends_at_the_deadline(server, session, soon, monkeypatch):
    """A call that finds every connection in use gives up at its deadline, and nothing was sent."""
    monkeypatch.setattr("carloop_plugin.api.transport._MOST_CONNECTIONS", 1)
    server.does(lambda peer, _: peer.hang())

    def hold() -> None:
        with pytest.raises(CallFailed):
            session.read_account(deadline=soon(2.0))

    holder = threading.Thread(target=hold)
    holder.start()
    while not server.seen:
        time.sleep(0.001)
    failures = []

    def call(deadline):
        with pytest.raises(CallFailed) as failed:
            session.read_account(deadline=deadline)
        failures.append((failed.value.reason.code, failed.value.sent))

    assert overrun(call, soon) <= OVERRUN
    assert set(failures) == {("deadline_exceeded", False)}
    server.over.set()
    holder.join(5)


def test_passed_deadline_sends_nothing(server, session, documents, soon):
    """A call whose time is over before it starts reaches nobody, and says so."""
    server.does(lambda peer, _: peer.hang())
    result = session.send(documents.booking(), deadline=soon(-1))
    assert (type(result), result.reason.code) == (NotExecuted, "deadline_exceeded")
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(-1))
    assert (failed.value.reason.code, failed.value.sent) == ("deadline_exceeded", False)
    assert server.connections == 0


def test_connecting_takes_three_seconds_at_most(make_session, soon, monkeypatch):
    """A call with a long deadline gives up on connecting when the time for it is used up."""
    monkeypatch.setattr("carloop_plugin.api.call.CONNECT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        with pytest.raises(CallFailed) as failed:
            make_session(f"http://127.0.0.1:{port}").read_account(deadline=soon(5))
        for filler in fillers:
            filler.close()
    assert failed.value.reason.text == "api.connect_timeout"
    assert time.monotonic() - started < 1.0
