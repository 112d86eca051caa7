"""The client's calls, and what can block them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

from carloop_plugin.api import transport
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.changes import Action, Intent, NothingHappened, Unknown
from carloop_plugin.domain.failures import CallFailed
from carloop_plugin.domain.values import ChangeId, Site
from proofs.deadlines.case import Call, Case, measure_overrun
from tests.support.peer import Behaviour, Peer, Seen, Server, run_server

SECONDS = 0.15
LONGER = 0.5


def sending(start: bytes, *, drip: bytes = b"") -> Behaviour:
    """Return a server's behaviour: send the start, then drip the rest or hang."""

    def behave(peer: Peer, _: Seen) -> None:
        peer.send(start)
        if drip:
            peer.drip(drip)
        else:
            peer.hang()

    return behave


BLOCKING_SERVERS: dict[str, Behaviour] = {
    "no answer": lambda peer, _: peer.hang(),
    "the status line drips": lambda peer, _: peer.drip(b"HTTP/1.1 200 OK" + b" " * 1000),
    "the headers drip": lambda peer, _: peer.drip(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000),
    "the body drips": sending(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n", drip=b" " * 9000),
    "the chunks drip": sending(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", drip=b"1\r\n \r\n" * 9000
    ),
    "the body never ends": sending(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n{"),
    "continue, for ever": sending(b"HTTP/1.1 100 Continue\r\n\r\n" * 200),
    "an error's body never ends": sending(b"HTTP/1.1 500 X\r\ncontent-length: 9000\r\n\r\n{"),
}
"""Servers that read the request and then block."""

FLOOD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 400_000
"""A body in chunks of a byte, each of which is parsed in Python."""

BOOKING = Intent(
    ChangeId("0b2c9a3e-5a0e-4c53-9d6f-3f0a4f3f1d11"),
    *(Action.BOOK, Site("main"), None, "digest", datetime.now(UTC)),
    body=b"{}",
)

Ask = Callable[[CarloopSession, float], str]


def read(session: CarloopSession, deadline: float) -> str:
    """Read the account, and return the code of the failure."""
    return _code(lambda: session.read_account(deadline=deadline))


def read_known(session: CarloopSession, deadline: float) -> str:
    """Return the code of reading the account that is known, or being read by another thread."""
    return _code(lambda: session.known_account(deadline=deadline))


def write(session: CarloopSession, deadline: float) -> str:
    """Send a booking whose outcome stays unknown, and return its code."""
    result = session.send(BOOKING, deadline=deadline)
    return result.reason.code if isinstance(result, Unknown) else repr(result)


def write_unsent(session: CarloopSession, deadline: float) -> str:
    """Send a booking, and return the code, or `sent` if anything may have been sent."""
    result = session.send(BOOKING, deadline=deadline)
    return result.reason.code if isinstance(result, NothingHappened) else "sent"


def _code(call: Callable[[], object]) -> str:
    try:
        call()
    except CallFailed as failed:
        return failed.reason.code
    return "answered"


@contextmanager
def session_with(url: str) -> Iterator[CarloopSession]:
    """Open a session that does not wait between attempts."""
    session = CarloopSession(url, "canary-token-7f3a", sleep=lambda _: None)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _served(behaviour: Behaviour) -> Iterator[tuple[Server, CarloopSession]]:
    with run_server() as server:
        server.does(behaviour)
        with session_with(server.url) as session:
            yield server, session


def _asking(ask: Ask, session: CarloopSession) -> Call:
    return lambda seconds: measure_overrun(partial(ask, session), seconds)


@contextmanager
def _blocked(ask: Ask, behaviour: Behaviour) -> Iterator[Call]:
    with _served(behaviour) as (_, session):
        yield _asking(ask, session)


@contextmanager
def _unconnected() -> Iterator[Call]:
    """A host that accepts no connection, since its backlog is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        try:
            with session_with(f"http://127.0.0.1:{port}") as session:
                yield _asking(read, session)
        finally:
            for filler in fillers:
                filler.close()


@contextmanager
def _without_handshake() -> Iterator[Call]:
    """A server that accepts, and then sends nothing."""
    with run_server() as server:
        server.on_connect = Peer.hang
        with session_with(server.url.replace("http:", "https:")) as session:
            yield _asking(read, session)


@contextmanager
def _unresolved() -> Iterator[Call]:
    """A name server that hangs, and cannot be interrupted."""
    ended, original = threading.Event(), socket.getaddrinfo

    def hang(host: str, port: int, *args: Any, flags: int = 0, **more: Any) -> object:
        if flags & socket.AI_NUMERICHOST:
            return original(host, port, *args, **more | {"flags": flags})
        ended.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    with patch.object(socket, "getaddrinfo", hang), session_with("https://carloop.example") as session:
        try:
            yield _asking(read, session)
        finally:
            ended.set()


@contextmanager
def _occupied(ask: Ask, occupying: Ask, connections: int) -> Iterator[Call]:
    """Another thread of the same session occupies what a call needs, for longer."""
    with (
        patch.object(transport, "_MOST_CONNECTIONS", connections),
        _served(lambda peer, _: peer.hang()) as (server, session),
    ):

        def call(seconds: float) -> tuple[str, float]:
            seen = len(server.seen)
            deadline = time.monotonic() + seconds + LONGER
            occupier = threading.Thread(target=occupying, args=(session, deadline))
            occupier.start()
            while len(server.seen) == seen:
                time.sleep(0.001)
            result = measure_overrun(partial(ask, session), seconds)
            occupier.join()
            return result

        yield call


CLIENT = [
    *(
        Case("client, a read", name, partial(_blocked, read, behaviour), SECONDS)
        for name, behaviour in BLOCKING_SERVERS.items()
    ),
    *(
        Case("client, a write", name, partial(_blocked, write, behaviour), SECONDS)
        for name, behaviour in BLOCKING_SERVERS.items()
    ),
    Case(
        "client, a read",
        "a flood of chunks of a byte",
        partial(_blocked, read, lambda peer, _: peer.send(FLOOD)),
        SECONDS,
    ),
    Case("client, a read", "nobody accepts", _unconnected, SECONDS),
    Case("client, a read", "no handshake", _without_handshake, SECONDS),
    Case("client, a read", "no name server", _unresolved, SECONDS),
    Case(
        "client, a read", "another reads the account", partial(_occupied, read_known, read_known, 8), SECONDS
    ),
    Case("client, a read", "every connection in use", partial(_occupied, write_unsent, read, 1), SECONDS),
]
