"""A server on a real socket whose answers a test writes, down to the byte."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


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
        """Send nothing until the test ends, then close."""
        self.server.over.wait(30)
        return "close"

    def reset(self) -> None:
        """Reset the connection (RST) instead of closing it."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()


Behaviour = Callable[[Peer, Seen], object]


@dataclass
class Server:
    """Answers each request with the next of its behaviours; the last one is repeated."""

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


@contextmanager
def run_server() -> Iterator[Server]:
    """Run a server on a free port until the block is left."""
    server = Server(socket.create_server(("127.0.0.1", 0), backlog=64))
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.close()
