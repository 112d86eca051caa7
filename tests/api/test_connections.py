"""Connections are kept, shared by threads, closed when they are spoilt, and given back."""

import json
import selectors
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from carloop_plugin.domain.changes import Done
from carloop_plugin.domain.failures import CallFailed


def test_connection_is_used_until_it_is_closed(server, session, documents, soon):
    """By us, or by the server after its answer, which is noticed before it is used and costs no attempt."""
    gone = threading.Event()

    def answer_and_close(peer, _):
        peer.answer(200, documents.account())
        peer.sock.shutdown(socket.SHUT_RDWR)
        gone.set()
        return "close"

    server.does(*[lambda peer, _: peer.answer(200, documents.account())] * 2, answer_and_close)
    session.read_account(deadline=soon(5))
    session.read_account(deadline=soon(5))
    assert server.connections == 1
    for _ in range(3):
        gone.clear()
        session.read_account(deadline=soon(5))
        assert gone.wait(5)
    session.close()
    session.read_account(deadline=soon(5))
    assert [seen.headers["x-retry-count"] for seen in server.seen] == ["0"] * 6
    assert server.connections == 4


def test_a_renewed_client_closes_no_connection(server, session, documents, soon):
    """In a forked process they are its parent's; one that has none yet has nothing to forget."""
    session._client.renew()
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    session.read_account(deadline=soon(5))
    transport = session._client._transport
    session._client.renew()
    assert not transport.close.alive
    session.read_account(deadline=soon(5))
    assert server.connections == 2
    transport._client.close()


def test_a_call_closes_what_it_opens_after_its_session_was_closed(server, session, documents, soon):
    """One that is between two requests when its session is closed goes on, and leaves no connection open."""
    pages = [documents.rentals(documents.rental(), next_cursor=cursor) for cursor in ("c1", "c2", None)]
    server.does(*(lambda peer, _, page=page: peer.answer(200, page) for page in pages))
    rentals = session.rentals_changed_since(None, deadline=soon(5))
    next(rentals)
    session.close()
    assert [rental.id for rental in rentals] == ["ren-1", "ren-1"]
    for thread in server.threads:
        thread.join(5)
    assert [thread.is_alive() for thread in server.threads] == [False] * 3


def test_idle_connection_closed_by_another_thread_is_not_used(server, session, documents, soon, monkeypatch):
    """One thread may close a connection, since its request failed, while another looks whether it is idle."""
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    session.read_account(deadline=soon(5))

    class ClosedMeanwhile(selectors.DefaultSelector):
        def register(self, sock, *arguments):
            sock.close()
            return super().register(sock, *arguments)

    monkeypatch.setattr(selectors, "DefaultSelector", ClosedMeanwhile)
    assert session.read_account(deadline=soon(5)).id == "acc-1"
    assert server.connections == 2


def test_connection_closed_in_our_hands_is_tried_again(server, session, documents, soon):
    """A server that closes on the second request of a connection loses an attempt, not the booking."""
    server.does(
        lambda peer, _: peer.answer(200, documents.account()),
        lambda peer, _: peer.reset(),
        lambda peer, _: peer.answer(201, documents.rental(), idempotent_replay="true"),
    )
    session.read_account(deadline=soon(5))
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.replayed) == (Done, True)
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


@pytest.mark.parametrize("first", ["closed_port", "silent_port"])
def test_next_address_is_tried(first, request, server, make_session, documents, soon, monkeypatch):
    """Where a name's first address refuses, or drops our packets, the second one gets its share of the time."""
    monkeypatch.setattr("carloop_plugin.api.network.CONNECT_SECONDS", 1.0)
    first_port, look_up = request.getfixturevalue(first), socket.getaddrinfo

    def two(host, port, *args, flags=0, **more):
        if flags & socket.AI_NUMERICHOST or host == "127.0.0.1":
            return look_up(host, port, *args, flags=flags, **more)
        ports = (first_port, port)
        return [row for one in ports for row in look_up("127.0.0.1", one, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    session = make_session(f"http://localhost:{server.port}")
    assert session.read_account(deadline=soon(10)).id == "acc-1"


def test_environment_is_not_asked_for_a_proxy(server, session, documents, soon, monkeypatch):
    """A proxy of the environment is not used: it would see the token."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    assert session.read_account(deadline=soon(5)).id == "acc-1"
