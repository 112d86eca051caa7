"""A server on a real socket that does as it is told, and a session that talks to it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.model import Action, ChangeId, RentalId, WriteRequest

TOKEN = "canary-token-7f3a"


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Peer:
    """One connection, seen from the server."""

    sock: socket.socket
    server: Server
    buffer: bytes = b""

    def read(self) -> Seen | None:
        """Read one request; None where the client has closed."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = self._exactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        return Seen(method, target, headers, body)

    def _until(self, end: bytes) -> bytes | None:
        while end not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(end)
        return head

    def _exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self.buffer += self.sock.recv(65536)
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return body

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        self.sock.sendall(data)

    def answer(self, status: int, document: object = None, **headers: str) -> None:
        """Send a whole answer; bytes go out as they are, anything else as JSON."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        kind = "application/json" if status < 300 else "application/problem+json"
        lines = {"content-type": kind, "content-length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "-")
        self.send(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)

    def drip(self, data: bytes, every: float = 0.01) -> None:
        """Send a byte at a time until the client goes away or the test ends."""
        for one in data:
            if self.server.over.wait(every):
                return
            self.send(bytes([one]))

    def hang(self) -> str:
        """Say nothing until the test ends, then close."""
        self.server.over.wait(30)
        return "close"

    def reset(self) -> None:
        """Close with a reset instead of a farewell."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()


Behaviour = Callable[[Peer, Seen], object]


@dataclass
class Server:
    """Answers each request with the next of its behaviours, the last one for ever."""

    listener: socket.socket
    behaviours: list[Behaviour] = field(default_factory=list)
    on_connect: Callable[[Peer], object] | None = None
    wrap: Callable[[socket.socket], socket.socket] = lambda sock: sock
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    open: list[socket.socket] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def does(self, *behaviours: Behaviour) -> Server:
        """Set what is done with the first request, the second, and so on."""
        self.behaviours = list(behaviours)
        return self

    def serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.open.append(sock)
            thread = threading.Thread(target=self._talk, args=(sock,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _talk(self, raw: socket.socket) -> None:
        with suppress(OSError, ValueError):  # clients under test go away at any moment
            sock = self.wrap(raw)
            with self.lock:
                self.open.append(sock)
            peer = Peer(sock, self)
            if self.on_connect is not None:
                self.on_connect(peer)
            while (request := peer.read()) is not None:
                with self.lock:
                    self.seen.append(request)
                    position = min(len(self.seen), len(self.behaviours)) - 1
                    behaviour = self.behaviours[position]
                if behaviour(peer, request) == "close":
                    break
        with suppress(OSError):
            raw.close()

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in self.open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self.threads:
            thread.join(2)


@pytest.fixture
def make_server() -> Iterator[Callable[[], Server]]:
    """Give a maker of servers on free ports; all are closed after the test."""
    servers: list[Server] = []

    def make() -> Server:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        server = Server(listener)
        servers.append(server)
        threading.Thread(target=server.serve, daemon=True).start()
        return server

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def server(make_server: Callable[[], Server]) -> Server:
    """Give one server."""
    return make_server()


@pytest.fixture
def make_session() -> Iterator[Callable[..., CarloopSession]]:
    """Give a maker of sessions that do not wait between attempts; all are closed after the test."""
    sessions: list[CarloopSession] = []

    def make(url: str, token: str = TOKEN, **options: Any) -> CarloopSession:
        options.setdefault("sleep", lambda _: None)
        options.setdefault("random", Random(1))
        sessions.append(CarloopSession(url, token, **options))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def session(server: Server, make_session: Callable[..., CarloopSession]) -> CarloopSession:
    """Give a session with `server`."""
    return make_session(server.url)


@dataclass(frozen=True)
class Documents:
    """Valid documents of Carloop, each changed by keyword."""

    def account(self, **changes: object) -> dict[str, object]:
        return {
            "id": "acc-1",
            "name": "Autohaus Beispiel",
            "time_zone": "Europe/Berlin",
            "stations": [{"id": "karlsruhe", "name": "Karlsruhe"}],
            "server_time": datetime.now(UTC).isoformat(),
            "limits": {
                "max_page": 1000,
                "max_rental_days": 365,
                "max_body_bytes": 65536,
                "turnaround_minutes": 0,
                "idempotency_hours": 24,
            },
        } | changes

    def vehicle(self, **changes: object) -> dict[str, object]:
        return {
            "id": "veh-1",
            "licence_plate": "KA-CL 1001",
            "make": "VW",
            "model": "Golf",
            "vehicle_class": "compact",
            "features": ["automatic", "navigation"],
            "seats": 5,
            "fuel": "petrol",
            "transmission": "automatic",
            "station": "karlsruhe",
            "daily_rate": {"amount": "49.90", "currency": "EUR", "tax_included": True},
        } | changes

    def vehicles(self, *items: dict[str, object], **changes: object) -> dict[str, object]:
        return {
            "items": list(items),
            "next_cursor": None,
            "as_of": "2027-02-24T09:12:33Z",
            "matching": len(items),
            "busy": 0,
            "next_free": None,
        } | changes

    def rental(self, **changes: object) -> dict[str, object]:
        return {
            "id": "ren-1",
            "external_reference": "inst/main/A-1/0b2c9a3e",
            "vehicle": self.vehicle(),
            "start": "2027-03-02T07:30:00Z",
            "end": "2027-03-04T16:00:00Z",
            "planned_end": "2027-03-04T16:00:00Z",
            "status": "reserved",
            "customer": {"source": "manual", "last_name": "Canary-Lindqvist"},
            "revision": 3,
            "created_at": "2027-02-24T09:12:33Z",
            "updated_at": "2027-02-24T09:12:33Z",
            "web_url": "https://carloop.example/rentals/ren-1",
        } | changes

    def rentals(self, *items: dict[str, object], next_cursor: str | None = None) -> dict[str, object]:
        return {"items": list(items), "next_cursor": next_cursor}

    def problem(self, status: int, code: str, **more: object) -> dict[str, object]:
        return {"code": code, "title": "Title", "status": status, "detail": "Detail."} | more

    def booking(self) -> WriteRequest:
        """Give a booking ready to be sent, its customer a canary."""
        body = b'{"customer":{"last_name":"Canary-Lindqvist"}}'
        return WriteRequest(Action.BOOK, ChangeId("0b2c9a3e-5a0e-4c53-9d6f-3f0a4f3f1d11"), body)

    def change_of_end(self) -> WriteRequest:
        body = b'{"end":"2027-03-05T16:00:00Z"}'
        key = ChangeId("1b2c9a3e-5a0e-4c53-9d6f-3f0a4f3f1d11")
        return WriteRequest(Action.CHANGE_END, key, body, rental_id=RentalId("ren-1"), revision=3)

    def cancellation(self) -> WriteRequest:
        key = ChangeId("2b2c9a3e-5a0e-4c53-9d6f-3f0a4f3f1d11")
        return WriteRequest(Action.CANCEL, key, b"{}", rental_id=RentalId("ren-1"))


@pytest.fixture
def documents() -> Documents:
    """Give valid documents of Carloop."""
    return Documents()


@pytest.fixture
def soon() -> Callable[[float], float]:
    """Give deadlines that many seconds from now."""
    return lambda seconds: time.monotonic() + seconds
