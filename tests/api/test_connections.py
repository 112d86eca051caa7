"""Connections are kept, shared by threads, closed when they are spoilt, and given back."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from carloop_plugin.model import CallFailed, Confirmed


def test_connection_is_used_again(server, session, documents, soon):
    """Several calls go over one connection."""
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    for _ in range(5):
        session.read_account(deadline=soon(5))
    assert server.connections == 1


def test_connection_closed_meanwhile_costs_no_attempt(server, session, documents, soon):
    """A connection that the server closed after its answer is noticed before it is used."""
    gone = threading.Event()

    def answer_and_close(peer, _):
        peer.answer(200, documents.account())
        peer.sock.shutdown(socket.SHUT_RDWR)
        gone.set()
        return "close"

    server.does(answer_and_close)
    for _ in range(3):
        gone.clear()
        session.read_account(deadline=soon(5))
        gone.wait(5)
    assert [seen.headers["x-retry-count"] for seen in server.seen] == ["0", "0", "0"]
    assert server.connections == 3


def test_connection_closed_in_our_hands_is_tried_again(server, session, documents, soon):
    """A server that closes on the second request of a connection loses an attempt, not the booking."""
    server.does(
        lambda peer, _: peer.answer(200, documents.account()),
        lambda peer, _: peer.reset(),
        lambda peer, _: peer.answer(201, documents.rental(), idempotent_replay="true"),
    )
    session.read_account(deadline=soon(5))
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.replayed) == (Confirmed, True)
    assert (server.connections, len(server.seen)) == (2, 3)


def test_abandoned_answer_is_never_read_by_another_call(server, session, documents, soon):
    """A call that gives up in the middle of an answer takes its connection with it."""
    server.does(
        lambda peer, _: (
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n"),
            peer.drip(b" " * 9000),
        ),
        lambda peer, _: peer.answer(200, documents.account()),
    )
    with pytest.raises(CallFailed):
        session.read_account(deadline=soon(0.5))
    assert session.read_account(deadline=soon(5)).id == "acc-1"
    assert server.connections == 2


def test_threads_share_a_session(server, session, documents, soon):
    """Many threads get their own answers, over no more connections than there are threads."""
    server.does(lambda peer, seen: peer.answer(200, documents.rental(id=seen.target.rpartition("/")[2])))
    ids = [f"ren-{n}" for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        rentals = list(pool.map(lambda one: session.read_rental(one, deadline=soon(10)), ids))
    assert ids == [rental.id for rental in rentals]
    assert server.connections <= 8


def test_closing_spares_calls_under_way(server, session, documents, soon):
    """A call that is under way when the session is closed gets its answer."""
    arrived, closed = threading.Event(), threading.Event()

    def slowly(peer, _):
        arrived.set()
        closed.wait(5)
        # in two parts, so that one of them is read after the session was closed
        body = json.dumps(documents.account()).encode()
        peer.send(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode())
        peer.server.over.wait(0.05)
        peer.send(body)

    server.does(slowly)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.read_account, deadline=soon(5))
        arrived.wait(5)
        session.close()
        session.close()
        closed.set()
        assert running.result(5).id == "acc-1"


def test_closed_session_opens_anew(server, session, documents, soon):
    """A call after `close` opens a new connection; the old one is closed."""
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    session.read_account(deadline=soon(5))
    session.close()
    session.read_account(deadline=soon(5))
    assert server.connections == 2


@pytest.fixture
def two_addresses(monkeypatch, server):
    """Give the name localhost two addresses: one with another port, and the server's."""

    def make(other_port):
        real = socket.getaddrinfo

        def two(host, port, *args, flags=0, **more):
            if flags & socket.AI_NUMERICHOST:
                return real(host, port, *args, flags=flags, **more)
            ports = (other_port, port)
            return [row for one in ports for row in real("127.0.0.1", one, type=socket.SOCK_STREAM)]

        monkeypatch.setattr(socket, "getaddrinfo", two)
        return f"http://localhost:{server.port}"

    return make


def test_next_address_is_tried(server, make_session, documents, soon, two_addresses):
    """Where a name has several addresses, one that refuses does not end the call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed_port = listener.getsockname()[1]
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    session = make_session(two_addresses(closed_port))
    assert session.read_account(deadline=soon(5)).id == "acc-1"


def test_silent_address_leaves_time_for_the_next(
    server, make_session, documents, soon, two_addresses, monkeypatch
):
    """Where a name's first address drops our packets, the second one still gets its share of the time."""
    monkeypatch.setattr("carloop_plugin.api.call.CONNECT_SECONDS", 1.0)
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, ExitStack() as stack:
        for filler in [stack.enter_context(socket.socket()) for _ in range(4)]:
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
        session = make_session(two_addresses(silent.getsockname()[1]))
        assert session.read_account(deadline=soon(10)).id == "acc-1"


def test_environment_is_not_asked_for_a_proxy(server, session, documents, soon, monkeypatch):
    """A proxy of the environment is not used: it would see the token."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    assert session.read_account(deadline=soon(5)).id == "acc-1"
