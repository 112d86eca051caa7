"""A proxy, and a server behind it that records every byte."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.support.framing import Reader
from tests.support.proxy import FaultProxy

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"id": "r-01"}'


@dataclass
class Upstream:
    """A server that gives every complete request the same answer and keeps the bytes of each connection."""

    listener: socket.socket
    received: list[bytearray] = field(default_factory=list)
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self):
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.received.append(bytearray())
                threading.Thread(target=self._talk, args=(sock, self.received[-1]), daemon=True).start()

    def _talk(self, sock, kept):
        noted = _Noting(sock, kept)
        reader = Reader(noted)
        with suppress(OSError):
            while reader.message() is not None:
                sock.sendall(ANSWER)
        sock.close()
        self.closed.release()

    def wait_closed(self):
        """Wait until a connection has ended."""
        assert self.closed.acquire(timeout=5)


@dataclass
class _Noting:
    sock: socket.socket
    kept: bytearray

    def recv(self, size):
        data = self.sock.recv(size)
        self.kept += data
        return data


@pytest.fixture
def upstream():
    """A server behind the proxy."""
    server = Upstream(socket.create_server(("127.0.0.1", 0)))
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()


@pytest.fixture
def proxy(upstream):
    """A proxy in front of it."""
    with FaultProxy(upstream.url) as running:
        yield running
