"""A proxy between the plugin and Carloop: a process that forwards everything and records every write.

For each write it notes, before it is forwarded, whether the records have its intent by then. It keeps the key and a
digest of each, so that afterwards one can check that an intent had one key and one content. It also kills a process at
a chosen point of a sending.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

POINTS = ("head", "request", "forwarded", "answer", "half")
"""Where a sending can be interrupted: its head was received; all of it; it was forwarded; the answer was received; half
of the answer was forwarded."""

LONGEST_LATENCY = 0.004

KEY = b"\r\nidempotency-key:"
"""The header that only a write has."""


@dataclass(frozen=True, slots=True)
class Write:
    """One sending of a write. `is_recorded`: its intent was in the records before it was forwarded."""

    key: str
    digest: str
    revision: str
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class Interruption:
    """What happens at a point of the next write: a process is killed (0: none), or the records are locked."""

    point: str
    process: int = 0
    lock: str = ""


class RecordingProxy:
    """The proxy, as the processes that use it see it."""

    def __init__(self, process: int, port: int, commands: Listener) -> None:
        self._process = process
        # Kept as long as the proxy: a listener that is collected removes its address.
        self._commands = commands
        self.url = f"http://127.0.0.1:{port}"

    def forward_to(self, port: int) -> None:
        """Forward to another port from now on."""
        self._ask("forward_to", port)

    def start_round(self, store: Path) -> None:
        """Start a round with these records."""
        self._ask("start_round", str(store))

    def interrupt_next(self, interruption: Interruption) -> None:
        """Interrupt the next write."""
        self._ask("interrupt_next", interruption)

    def cancel_interruption(self) -> int:
        """Interrupt no more writes, wait for an interruption in progress, and return the killed process or 0."""
        return int(self._ask("cancel_interruption", None))

    def lock(self, how: str) -> None:
        """Lock the records, as another process might, until `unlock`."""
        self._ask("lock", how)

    def unlock(self) -> None:
        """Unlock the records."""
        self._ask("unlock", None)

    def writes(self) -> list[Write]:
        """Return the writes of the round so far."""
        return list(self._ask("writes", None))

    def stop(self) -> None:
        """Kill the proxy's process."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._commands.close()

    def _ask(self, what: str, argument: object) -> Any:
        with Client(str(self._commands.address), "AF_UNIX") as connection:
            connection.send((what, argument))
            answer = connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def start_proxy(folder: Path) -> RecordingProxy:
    """Fork the proxy's process, while its parent has no other thread."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    commands = Listener(str(folder / "proxy"), "AF_UNIX", backlog=16)
    process = os.fork()
    if process == 0:
        _run(listener, commands)
    port = listener.getsockname()[1]
    listener.close()
    return RecordingProxy(process, port, commands)


def _run(listener: socket.socket, commands: Listener) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = _ProxyServer()
    threading.Thread(target=server.accept, args=(listener,), daemon=True).start()
    while True:
        with suppress(OSError, EOFError), commands.accept() as connection:
            what, argument = connection.recv()
            try:
                connection.send(getattr(server, what)(argument))
            except Exception as error:  # noqa: BLE001 - the caller raises it
                connection.send(error)


class _ProxyServer:
    """The proxy's threads, and what they share."""

    def __init__(self) -> None:
        self._upstream = 0
        self._store = Path()
        self._next_interruption: Interruption | None = None
        self._killed = 0
        # Held while a write with an interruption is forwarded.
        self._interrupting = threading.Lock()
        self._writes: list[Write] = []
        self._locked: sqlite3.Connection | None = None
        self._rng = random.Random(1)

    # commands

    def forward_to(self, port: int) -> None:
        self._upstream = port

    def start_round(self, store: str) -> None:
        self._store, self._next_interruption, self._writes = Path(store), None, []

    def interrupt_next(self, interruption: Interruption) -> None:
        self._next_interruption = interruption

    def lock(self, how: str) -> None:
        self._locked = sqlite3.connect(self._store, isolation_level=None, check_same_thread=False, timeout=10)
        self._locked.execute(f"BEGIN {how}")

    def cancel_interruption(self, _: object) -> int:
        with self._interrupting:
            killed_process, self._killed, self._next_interruption = self._killed, 0, None
            return killed_process

    def unlock(self, _: object) -> None:
        if self._locked is not None:
            self._locked.close()
            self._locked = None

    def writes(self, _: object) -> list[Write]:
        return self._writes

    # connections

    def accept(self, listener: socket.socket) -> None:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # When one side closes its connection, the other one is closed too.
        with suppress(OSError, EOFError), closing(client):
            client.settimeout(60)
            with socket.create_connection(("127.0.0.1", self._upstream), timeout=30) as carloop:
                asking, answering = client.makefile("rb"), carloop.makefile("rb")
                while self._forward(asking, client, answering, carloop):
                    pass

    def _forward(
        self, asking: BinaryIO, client: socket.socket, answering: BinaryIO, carloop: socket.socket
    ) -> bool:
        head = _read_head(asking)
        if KEY not in head.lower() or self._next_interruption is None:
            return self._exchange(head, None, asking, client, answering, carloop)
        with self._interrupting:
            interruption, self._next_interruption = self._next_interruption, None
            return self._exchange(head, interruption, asking, client, answering, carloop)

    def _exchange(
        self,
        head: bytes,
        interruption: Interruption | None,
        asking: BinaryIO,
        client: socket.socket,
        answering: BinaryIO,
        carloop: socket.socket,
    ) -> bool:
        self._interrupt(interruption, "head")
        request = head + _read_body(asking, head)
        if KEY in head.lower():
            self._writes.append(self._describe(request))
        self._interrupt(interruption, "request")
        carloop.sendall(request)
        if interruption and interruption.point == "forwarded":
            time.sleep(self._rng.random() * LONGEST_LATENCY)
        self._interrupt(interruption, "forwarded", and_wait_for=answering.readline)
        head = _read_head(answering)
        answer = head + _read_body(answering, head)
        self._interrupt(interruption, "answer")
        middle = len(answer) // 2 if interruption and interruption.point == "half" else len(answer)
        client.sendall(answer[:middle])
        self._interrupt(interruption, "half")
        client.sendall(answer[middle:])
        return b"\r\nconnection: close" not in head.lower()

    def _interrupt(
        self,
        interruption: Interruption | None,
        point: str,
        *,
        and_wait_for: Callable[[], object] = lambda: None,
    ) -> None:
        if interruption is None or interruption.point != point:
            return
        if interruption.lock:
            self.lock(interruption.lock)
            return
        os.kill(interruption.process, signal.SIGKILL)
        self._killed = interruption.process
        # The killed process may have been the sender; its request is processed all the same.
        and_wait_for()
        raise EOFError

    def _describe(self, request: bytes) -> Write:
        head, _, body = request.partition(b"\r\n\r\n")
        target, _, rest = head.decode("latin-1").partition(" HTTP/1.1\r\n")
        headers = dict(line.lower().split(": ", 1) for line in rest.split("\r\n"))
        key = headers["idempotency-key"]
        digest = hashlib.sha256(target.encode() + body).hexdigest()
        return Write(key, digest, headers.get("if-match", ""), has_intent(self._store, key))


def has_intent(store: Path, change_id: str) -> bool:
    """Return whether the records have an intent, as any other process would see them now."""
    if not store.exists():
        return False
    with suppress(sqlite3.Error), closing(sqlite3.connect(store, timeout=10)) as db:
        return bool(db.execute("SELECT 1 FROM intents WHERE change_id = ?", [change_id]).fetchone())
    return False


def _read_head(side: BinaryIO) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = side.readline()
        if not line:
            raise EOFError
        head += line
    return head


def _read_body(side: BinaryIO, head: bytes) -> bytes:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    size = int(rest.partition(b"\r\n")[0]) if found else 0
    body = side.read(size)
    if len(body) < size:
        raise EOFError
    return body
