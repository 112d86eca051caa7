"""A proxy on real sockets that cuts, resets, delays, truncates, drips and floods at a chosen byte.

It is between a client and one server, knows where an HTTP message begins and ends, and passes everything on
unchanged except where a fault is armed. Besides single faults it can simulate an outage: refuse every connection,
drop every request, or drop every answer.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from tests.support.framing import Message, Reader, operation_of
from tests.support.wire_faults import BLANKS, FLOOD_BYTES, STAND_IN, Effect, Position, WireFault

ANY = "any"
LONGEST_HOLD = 30.0
DRIP_SECONDS = 0.01
FLOODED_REQUEST = 1024 * 1024


class Mode(StrEnum):
    """What happens to every request, besides single faults."""

    PASS = "pass"
    REFUSE = "refuse"
    BLACKHOLE = "blackhole"
    MUTE = "mute"


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that reached the proxy: its operation, its attempt's number, its idempotency key if any."""

    operation: str
    attempt: int
    key: str
    at: float


@dataclass
class _Armed:
    fault: WireFault
    operation: str
    left: int


class FaultProxy:
    """Listens on a free port of this machine and passes on to `upstream`. A context manager."""

    def __init__(self, upstream: str) -> None:
        address = urlsplit(upstream)
        self._upstream = (address.hostname or "", address.port or 80)
        self._listener = _listen(0)
        self.port: int = self._listener.getsockname()[1]
        self.passed: list[Passed] = []
        self._mode = Mode.PASS
        self._armed: list[_Armed] = []
        self._always: WireFault | None = None
        self._released = threading.Event()
        self._over = threading.Event()
        self._state = threading.Condition()
        self._at_work = 0
        self._connections: set[_ProxiedConnection] = set()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> FaultProxy:
        """Start to listen."""
        self._start(self._accept, self._listener)
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection and wait for the threads."""
        self._over.set()
        self._released.set()
        self._stop_listening()
        self._reset_all()
        for thread in self._threads:
            thread.join(5)

    def arm(self, fault: WireFault, operation: str = ANY, *, times: int = 1) -> None:
        """Apply a fault to the next requests of an operation."""
        with self._state:
            self._armed.append(_Armed(fault, operation, times))

    def always(self, fault: WireFault | None) -> None:
        """Apply a fault to every request that has none of its own; None ends that."""
        self._always = fault

    def clear(self, *, release: bool = True) -> None:
        """Disarm every fault, and release what is held unless `release` is False."""
        with self._state:
            self._armed.clear()
        self._always = None
        if release:
            self.release()

    def release(self) -> None:
        """Release what is held; later messages are held again."""
        self._released.set()
        self._released = threading.Event()

    def switch(self, mode: Mode) -> None:
        """Start or end an outage. Open connections are reset, as by a host that went away."""
        before, self._mode = self._mode, mode
        if mode is before:
            return
        if mode is Mode.REFUSE:
            self._stop_listening()
        elif before is Mode.REFUSE:
            self._listener = _listen(self.port)
            self._start(self._accept, self._listener)
        self._reset_all()

    def drain(self, seconds: float = 10.0) -> bool:
        """Wait until every request is finished; return whether that was in time."""
        with self._state:
            return self._state.wait_for(lambda: self._at_work == 0, seconds)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name="fault-proxy", daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _stop_listening(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _reset_all(self) -> None:
        with self._state:
            connections = list(self._connections)
        for connection in connections:
            connection.reset()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        connection = _ProxiedConnection(client, self._upstream)
        with self._state:
            self._connections.add(connection)
        # a client that goes away ends its connection, not the proxy
        with suppress(OSError):
            reader = Reader(client)
            while (request := reader.message()) is not None and self._answer(request, connection):
                pass
        connection.close()
        with self._state:
            self._connections.discard(connection)

    def _answer(self, request: Message, connection: _ProxiedConnection) -> bool:
        fault = self._take(request)
        mode = self._mode
        with self._state:
            self._at_work += 1
        try:
            if mode is Mode.BLACKHOLE:
                return connection.discard()
            if mode is Mode.MUTE:
                connection.forward(request.raw)
                return connection.discard()
            if fault is None:
                connection.forward(request.raw)
                return connection.relay()
            return _FaultInjection(fault, connection, self._released, self._over).apply(request)
        finally:
            with self._state:
                self._at_work -= 1
                self._state.notify_all()

    def _take(self, request: Message) -> WireFault | None:
        operation = operation_of(request)
        attempt = request.header("x-retry-count")
        number = int(attempt) if attempt.isdecimal() else 0
        passed = Passed(operation, number, request.header("idempotency-key"), time.monotonic())
        with self._state:
            self.passed.append(passed)
            for armed in self._armed:
                if armed.operation in (operation, ANY) and armed.left > 0:
                    armed.left -= 1
                    return armed.fault
        return self._always


class _ProxiedConnection:
    """A client's connection and the one to the server that belongs to it."""

    def __init__(self, client: socket.socket, upstream: tuple[str, int]) -> None:
        self.client = client
        self._address = upstream
        self._server: socket.socket | None = None
        self._reader: Reader | None = None

    def forward(self, data: bytes) -> None:
        """Send to the server."""
        if self._server is None:
            self._server = socket.create_connection(self._address, timeout=LONGEST_HOLD)
            self._server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reader = Reader(self._server)
        self._server.sendall(data)

    def relay(self) -> bool:
        """Pass the answer on while the client is there; return whether the connection stays open."""
        assert self._reader is not None
        for piece in self._reader.pieces():
            if not self.send(piece):
                return False
        return bool(self._reader.head) and b"connection: close" not in self._reader.head.lower()

    def whole_answer(self) -> Message | None:
        """Read the server's whole answer; None where it ended early."""
        assert self._reader is not None
        return self._reader.message()

    def send(self, data: bytes) -> bool:
        """Send to the client; return whether it was still there."""
        try:
            self.client.sendall(data)
        except OSError:
            return False
        return True

    def discard(self) -> bool:
        """Discard what the client sends, and answer nothing, until it goes away."""
        while self.client.recv(65_536):
            pass
        return False

    def reset(self) -> None:
        """Reset both connections."""
        for sock in (self._server, self.client):
            if sock is not None:
                _reset(sock)

    def close(self) -> None:
        """Close both connections."""
        for sock in (self._server, self.client):
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()


@dataclass
class _FaultInjection:
    """Applies a fault to one request. Every method returns whether the connection stays open."""

    _fault: WireFault
    _connection: _ProxiedConnection
    _released: threading.Event
    _over: threading.Event

    def apply(self, request: Message) -> bool:
        match self._fault.position:
            case Position.BEFORE:
                return self._before(request)
            case Position.DURING:
                return self._during(request)
            case Position.AFTER:
                return self._after(request)

    def _before(self, request: Message) -> bool:
        data = request.raw
        size = self._fault.byte_of(data)
        match self._fault.effect:
            case Effect.CUT | Effect.RESET as effect:
                self._connection.forward(data[:size])
                if effect is Effect.RESET:
                    self._connection.reset()
                return False
            case Effect.DELAY:
                self._connection.forward(data[:size])
                self._hold()
                self._connection.forward(data[size:])
            case Effect.TRUNCATE:
                self._connection.forward(request.ending_at(self._fault.byte_of(request.body)).raw)
            case Effect.DRIP:
                for byte in data:
                    self._connection.forward(bytes((byte,)))
                    self._released.wait(DRIP_SECONDS)
            case Effect.FLOOD:
                self._connection.forward(data[:size])
                with suppress(OSError):
                    for _ in range(FLOODED_REQUEST // len(BLANKS)):
                        self._connection.forward(BLANKS)
                self._connection.relay()
                return False
            case Effect.INSTEAD:
                self._instead()
                return False
            case Effect.REWRITE:
                self._connection.forward(request.replace(self._fault.pieces).raw)
        return self._connection.relay()

    def _during(self, request: Message) -> bool:
        self._connection.forward(request.raw)
        if self._fault.effect is Effect.DELAY:
            self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._hold()
            return self._connection.relay()
        head, _, body = STAND_IN.partition(b"\r\n\r\n")
        self._send_altered(Message(head + b"\r\n\r\n", body))
        # the client has its answer; Carloop goes on
        with suppress(OSError):
            self._connection.whole_answer()
        return False

    def _after(self, request: Message) -> bool:
        self._connection.forward(request.raw)
        answer = self._connection.whole_answer()
        return answer is not None and self._send_altered(answer)

    def _send_altered(self, answer: Message) -> bool:
        data = answer.raw
        size = self._fault.byte_of(data)
        match self._fault.effect:
            case Effect.CUT:
                self._connection.send(data[:size])
                with suppress(OSError):
                    self._connection.client.shutdown(socket.SHUT_RDWR)
            case Effect.RESET:
                self._connection.send(data[:size])
                _reset(self._connection.client)
            case Effect.DELAY:
                self._connection.send(data[:size])
                self._hold()
                return self._connection.send(data[size:])
            case Effect.TRUNCATE:
                return self._connection.send(answer.ending_at(self._fault.byte_of(answer.body)).raw)
            case Effect.DRIP:
                return self._drip(data[:size], data[size:])
            case Effect.FLOOD:
                self._flood(data[:size])
            case Effect.INSTEAD:
                self._instead()
            case Effect.REWRITE:
                return self._connection.send(answer.replace(self._fault.pieces).raw)
        return False

    def _instead(self) -> None:
        self._connection.send(self._fault.answer[:-1])
        self._over.wait(self._fault.hold)
        self._connection.send(self._fault.answer[-1:])
        with suppress(OSError):
            self._connection.client.shutdown(socket.SHUT_WR)

    def _drip(self, whole: bytes, rest: bytes) -> bool:
        self._connection.send(whole)
        for byte in rest:
            if self._over.is_set() or not self._connection.send(bytes((byte,))):
                return False
            self._released.wait(DRIP_SECONDS)
        return True

    def _flood(self, start: bytes) -> None:
        is_there = self._connection.send(start)
        sent = 0
        while is_there and sent < FLOOD_BYTES and not self._over.is_set():
            is_there = self._connection.send(BLANKS)
            sent += len(BLANKS)

    def _hold(self) -> None:
        self._released.wait(LONGEST_HOLD)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _reset(sock: socket.socket) -> None:
    """Reset a connection, also under a thread that waits on it."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # close alone would wait for the thread that is reading; SHUT_RD wakes it without sending a FIN
        sock.shutdown(socket.SHUT_RD)
    sock.close()
