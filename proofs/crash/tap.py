"""A tap on the wire between the plugin and Carloop: a process that passes everything on and looks at every write.

What it asks of each write, at the moment it arrives and before it is passed on: do the records know the intent by now?
It keeps the key and a digest of each, so that afterwards one can say that one intent had one key and one content. And
it is the hand that kills at a chosen point of a sending.
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
"""Where a sending can be cut: its first bytes are here; all of it is; it was passed on; the answer is here; half of
the answer was passed on."""

LONGEST_LATENCY = 0.004

KEY = b"\r\nidempotency-key:"
"""What only a write has in its head."""


@dataclass(frozen=True, slots=True)
class Write:
    """One sending of a write, as it went over the wire. `is_recorded`: the records knew it before it was passed on."""

    key: str
    digest: str
    revision: str
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """What to do to the next write: at a point kill a process (0 kills nobody), or lock the records."""

    point: str
    victim: int = 0
    lock: str = ""


class Tap:
    """The tap, seen from the processes that use it."""

    def __init__(self, process: int, port: int, commands: Listener) -> None:
        self._process = process
        # Kept as long as the tap: a listener that goes takes its address with it.
        self._commands = commands
        self.url = f"http://127.0.0.1:{port}"

    def lead_to(self, port: int) -> None:
        """Pass on to another port from now on."""
        self._ask("lead_to", port)

    def watch(self, store: Path) -> None:
        """Begin a round, with the records to look into."""
        self._ask("watch", str(store))

    def arm(self, arm: Arm) -> None:
        """Do something to the next write."""
        self._ask("arm", arm)

    def disarm(self) -> int:
        """Do nothing more to any write; what was begun is over when this is answered. Give who was killed, or 0."""
        return int(self._ask("disarm", None))

    def lock(self, how: str) -> None:
        """Lock the records, as another process in trouble might, until `unlock`."""
        self._ask("lock", how)

    def unlock(self) -> None:
        """Let the records go."""
        self._ask("unlock", None)

    def writes(self) -> list[Write]:
        """Return the writes of the round so far."""
        return list(self._ask("writes", None))

    def stop(self) -> None:
        """End the tap's process."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._commands.close()

    def _ask(self, what: str, argument: object) -> Any:
        with Client(str(self._commands.address), "AF_UNIX") as line:
            line.send((what, argument))
            answer = line.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def start_tap(folder: Path) -> Tap:
    """Start the tap's process; forked while its parent has no thread."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    commands = Listener(str(folder / "tap"), "AF_UNIX", backlog=16)
    process = os.fork()
    if process == 0:
        _run(listener, commands)
    port = listener.getsockname()[1]
    listener.close()
    return Tap(process, port, commands)


def _run(listener: socket.socket, commands: Listener) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wire = _Wire()
    threading.Thread(target=wire.accept, args=(listener,), daemon=True).start()
    while True:
        with suppress(OSError, EOFError), commands.accept() as line:
            what, argument = line.recv()
            try:
                line.send(getattr(wire, what)(argument))
            except Exception as error:  # noqa: BLE001 - whoever asked gets it
                line.send(error)


class _Wire:
    """What the tap's threads share."""

    def __init__(self) -> None:
        self._upstream = 0
        self._store = Path()
        self._armed: Arm | None = None
        self._struck = 0
        # Held while an armed write is passed on.
        self._hand = threading.Lock()
        self._writes: list[Write] = []
        self._locked: sqlite3.Connection | None = None
        self._chance = random.Random(1)

    # commands

    def lead_to(self, port: int) -> None:
        self._upstream = port

    def watch(self, store: str) -> None:
        self._store, self._armed, self._writes = Path(store), None, []

    def arm(self, arm: Arm) -> None:
        self._armed = arm

    def lock(self, how: str) -> None:
        self._locked = sqlite3.connect(self._store, isolation_level=None, check_same_thread=False, timeout=10)
        self._locked.execute(f"BEGIN {how}")

    def disarm(self, _: object) -> int:
        with self._hand:
            struck, self._struck, self._armed = self._struck, 0, None
            return struck

    def unlock(self, _: object) -> None:
        if self._locked is not None:
            self._locked.close()
            self._locked = None

    def writes(self, _: object) -> list[Write]:
        return self._writes

    # the wire

    def accept(self, listener: socket.socket) -> None:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # A side that is gone ends the conversation: the other one sees its connection closed.
        with suppress(OSError, EOFError), closing(client):
            client.settimeout(60)
            with socket.create_connection(("127.0.0.1", self._upstream), timeout=30) as carloop:
                asking, answering = client.makefile("rb"), carloop.makefile("rb")
                while self._pass_on(asking, client, answering, carloop):
                    pass

    def _pass_on(
        self, asking: BinaryIO, client: socket.socket, answering: BinaryIO, carloop: socket.socket
    ) -> bool:
        head = _read_head(asking)
        if KEY not in head.lower() or self._armed is None:
            return self._exchange(head, None, asking, client, answering, carloop)
        with self._hand:
            armed, self._armed = self._armed, None
            return self._exchange(head, armed, asking, client, answering, carloop)

    def _exchange(
        self,
        head: bytes,
        armed: Arm | None,
        asking: BinaryIO,
        client: socket.socket,
        answering: BinaryIO,
        carloop: socket.socket,
    ) -> bool:
        self._strike(armed, "head")
        request = head + _read_body(asking, head)
        if KEY in head.lower():
            self._writes.append(self._look_at(request))
        self._strike(armed, "request")
        carloop.sendall(request)
        if armed and armed.point == "forwarded":
            time.sleep(self._chance.random() * LONGEST_LATENCY)
        self._strike(armed, "forwarded", and_wait_for=answering.readline)
        head = _read_head(answering)
        answer = head + _read_body(answering, head)
        self._strike(armed, "answer")
        middle = len(answer) // 2 if armed and armed.point == "half" else len(answer)
        client.sendall(answer[:middle])
        self._strike(armed, "half")
        client.sendall(answer[middle:])
        return b"\r\nconnection: close" not in head.lower()

    def _strike(
        self, armed: Arm | None, point: str, *, and_wait_for: Callable[[], object] = lambda: None
    ) -> None:
        if armed is None or armed.point != point:
            return
        if armed.lock:
            self.lock(armed.lock)
            return
        os.kill(armed.victim, signal.SIGKILL)
        self._struck = armed.victim
        # The killed one may have been the sender; what it sent goes its way all the same.
        and_wait_for()
        raise EOFError

    def _look_at(self, request: bytes) -> Write:
        head, _, body = request.partition(b"\r\n\r\n")
        target, _, rest = head.decode("latin-1").partition(" HTTP/1.1\r\n")
        headers = dict(line.lower().split(": ", 1) for line in rest.split("\r\n"))
        key = headers["idempotency-key"]
        digest = hashlib.sha256(target.encode() + body).hexdigest()
        return Write(key, digest, headers.get("if-match", ""), knows(self._store, key))


def knows(store: Path, change_id: str) -> bool:
    """Tell whether the records hold an intent, as any other process would see them now."""
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
