"""Forked processes that may be killed with SIGKILL: a planner's, for a moment's work, and Carloop's."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one the stores use

from carloop_sandbox.cli import LOCALE
from carloop_sandbox.serve_command import serve
from carloop_sandbox.store import Fleet, open_store
from carloop_sandbox.store.database import FILE_NAME
from web_base.program import Texts

LONGEST = 60
"""Seconds after which a process that does not end has hung."""

Document = dict[str, Any]
TOKEN = "tok_of_the_crashes"  # of Carloop

DURABLE = ("COMMIT", "VACUUM")
SENDING = ("send", "recv")


@dataclass(frozen=True, slots=True)
class AtStep:
    """Die at the n-th step: before or after a commit, a sending or a receiving."""

    number: int


@dataclass(frozen=True, slots=True)
class AtCall:
    """Die at the n-th call or return of any function."""

    number: int


@dataclass(frozen=True, slots=True)
class AfterSeconds:
    """Die after so long, wherever that is: in the middle of SQLite's own work as well."""

    seconds: float


Kill = AtStep | AtCall | AfterSeconds


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: killed, or with an answer, its calls, steps and seconds."""

    killed: bool
    answer: Any = None
    calls: int = 0
    steps: tuple[str, ...] = ()
    seconds: float = 0.0


def run_in_process(
    work: Callable[[], object],
    *,
    before: Callable[[], object] = lambda: None,
    kill: Kill | None = None,
    counted: bool = False,
) -> Ended:
    """Run `work` in a forked process, after `before`, during which it is not killed.

    :param counted: count calls and name steps even though it is not to be killed.
    :raises RuntimeError: it ended in another way than with an answer or by SIGKILL.
    """
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _work_and_leave(work, before, _CallCounter(kill) if counted or kill else None, sending)
    os.close(sending)
    with os.fdopen(receiving, "rb") as answers:
        # The first byte arrives when `before` has ended; without it the process died of something else.
        begun = answers.read(1)
        if begun and isinstance(kill, AfterSeconds):
            _kill_after(child, answers.fileno(), kill.seconds)
        received = answers.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ended(killed=True)
    if status != 0:
        raise RuntimeError(f"the process ended with {status:#x}")
    calls, steps, seconds, answer = json.loads(received)
    return Ended(False, answer, calls, tuple(steps), seconds)


@contextmanager
def running_beside(work: Callable[[], object]) -> Iterator[None]:
    """Repeat some work in a forked process while the block runs, then kill it wherever it is."""
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)
        try:
            while True:
                work()
        finally:
            os._exit(3)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _kill_after(child: int, pipe: int, seconds: float) -> None:
    ended, _, _ = select.select([pipe], [], [], seconds)
    if not ended:
        os.kill(child, signal.SIGKILL)


def _work_and_leave(
    work: Callable[[], object], before: Callable[[], object], counter: _CallCounter | None, sending: int
) -> None:
    signal.alarm(LONGEST)
    # Garbage collection would copy every page that this process shares with its parent.
    gc.disable()
    try:
        before()
        os.write(sending, b"!")
        began = time.perf_counter()
        if counter is not None and not isinstance(counter.kill, AfterSeconds):
            sys.setprofile(counter)
        answer = work()
        sys.setprofile(None)
        seconds = time.perf_counter() - began
        calls, steps = (counter.calls, counter.steps) if counter else (0, [])
        os.write(sending, json.dumps([calls, steps, seconds, answer]).encode())
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - the forked process must end here, whatever happened
        sys.setprofile(None)
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(3)


class _CallCounter:
    """Counts what a process does, and kills it at the chosen moment."""

    def __init__(self, kill: Kill | None) -> None:
        self.kill = kill
        self.calls = 0
        self.steps: list[str] = []

    def __call__(self, frame: Any, event: str, called: Any) -> None:
        """Count one call or return, as `sys.setprofile` reports it."""
        self.calls += 1
        if isinstance(self.kill, AtCall) and self.calls == self.kill.number:
            os.kill(os.getpid(), signal.SIGKILL)
        if event[0] == "c" and (step := _step(frame, event, called)):
            self.steps.append(step)
            if isinstance(self.kill, AtStep) and len(self.steps) == self.kill.number:
                os.kill(os.getpid(), signal.SIGKILL)


def _step(frame: Any, event: str, called: Any) -> str | None:
    """Return the step's name if a call of C code is one, else None."""
    name, owner = getattr(called, "__name__", ""), getattr(called, "__self__", None)
    when = "before" if event == "c_call" else "after"
    if name in SENDING and isinstance(owner, socket.socket):
        # Before something is received is after it was sent.
        return f"{when} {name}" if (when, name) != ("before", "recv") else None
    if name == "execute" and isinstance(owner, sqlite3.Connection):
        statement = str(frame.f_locals.get("sql", "")).upper()
        return f"{when} {statement}" if statement in DURABLE else None
    return None


class CarloopRental(NamedTuple):
    """A rental in Carloop's own database."""

    id: str
    change_id: str
    status: str
    end: str


class CarloopProcess:
    """The sandbox, served as `carloop-sandbox serve` does, in a forked process."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._database = data / FILE_NAME
        self.process = 0
        self.port = 0
        open_store(data, fleet=Fleet(vehicles=2, rentals=False)).close()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        receiving, sending = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(receiving)
            self._serve(sending)
        os.close(sending)
        with os.fdopen(receiving) as received:
            ready = received.readline().removeprefix("ready ").strip()
        self.port = urlsplit(ready).port or 0

    def stop(self) -> None:
        """Kill it, if it still runs, and wait for its end."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

    def vehicles(self) -> list[str]:
        """Return the ids of the vehicles."""
        return [str(id_) for (id_,) in self._rows("SELECT id FROM vehicles ORDER BY id")]

    def moments(self, appointment_id: str) -> list[int]:
        """Return how many rentals an appointment had from one transaction to the next."""
        sql = "SELECT active FROM active_after WHERE appointment LIKE ? ORDER BY transaction_number"
        return [active for (active,) in self._rows(sql, f"%/{appointment_id}")]

    def rentals(self, appointment_id: str) -> list[CarloopRental]:
        """Return the rentals of an appointment, the oldest first."""
        columns = "id, external_reference, status, end_us"
        sql = f"SELECT {columns} FROM rentals WHERE external_reference LIKE ? ORDER BY number"
        return [
            CarloopRental(id_, reference.rpartition("/")[2], status, _written(end))
            for id_, reference, status, end in self._rows(sql, f"%/{appointment_id}/%")
        ]

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self._database, timeout=10)) as db:
            return db.execute(sql, values).fetchall()

    def _serve(self, sending: int) -> None:
        try:
            os.dup2(sending, 1)
            sys.stdout = os.fdopen(1, "w")
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            serve(
                "127.0.0.1",
                0,
                data=self._data,
                token=TOKEN,
                fleet=Fleet(vehicles=2),
                allow_faults=False,
                texts=Texts("en", LOCALE),
                say=lambda _: None,
            )
        finally:
            os._exit(0)


def _written(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat()
