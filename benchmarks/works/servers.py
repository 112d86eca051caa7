"""Whether planner servers that share a PostgreSQL slow each other down."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count

import httpx

from benchmarks.carloop import Carloop, sandbox
from benchmarks.measuring import WARM_UP_ROUNDS, alternate
from benchmarks.planner import environment
from benchmarks.postgres import run_postgres
from benchmarks.row import ProgressDisplay, Row, Scale

SERVERS = 4
BOOKINGS = 40
ANSWER_SECONDS = 0.05


class Server:
    """A planner server that does a piece of work at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Keep the process."""
        assert process.stdin is not None  # they were asked for
        assert process.stdout is not None
        self._orders, self._answers = process.stdin, process.stdout

    def begin(self, work: str, first: int, number: int) -> None:
        """Start a piece of work."""
        self._orders.write(f"{work} {first} {number}\n")
        self._orders.flush()

    def wait(self) -> None:
        """Wait until it is done."""
        if self._answers.readline() != "done\n":
            raise RuntimeError("a planner server failed")


def servers(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure the same bookings made by four processes and by one, Carloop answering after 50 ms."""
    rounds = scale.rounds(12)
    progress.preparing(f"{SERVERS} planner servers, {2 * BOOKINGS * (rounds + WARM_UP_ROUNDS)} appointments")
    with _running() as processes:
        firsts = iter(count(step=BOOKINGS))
        _do(processes, "save", 0, 2 * BOOKINGS * (rounds + WARM_UP_ROUNDS))
        ours, theirs = alternate(
            lambda: _do(processes, "book", next(firsts), BOOKINGS),
            lambda: _do(processes[:1], "book", next(firsts), BOOKINGS),
            rounds=progress.rounds("four planner servers against one", rounds),
        )
    yield Row(
        f"planner processes on one PostgreSQL, 1 → {SERVERS}, Carloop answering after 50 ms: {BOOKINGS} bookings",
        "one process",
        0.31, ours, theirs,
    )  # fmt: skip


def _do(servers: Sequence[Server], work: str, first: int, number: int) -> None:
    """Share a piece of work among servers."""
    share = number // len(servers)
    for position, server in enumerate(servers):
        server.begin(work, first + position * share, share)
    for server in servers:
        server.wait()


@contextmanager
def _running() -> Iterator[list[Server]]:
    with ExitStack() as stack:
        store = stack.enter_context(run_postgres()).new_database()
        carloop = stack.enter_context(sandbox(arguments=("--allow-faults",)))
        _slow_down(carloop)
        settings = {"CARLOOP_BASE_URL": carloop.url, "CARLOOP_TOKEN": carloop.token, "CARLOOP_STORE": store}
        with environment(settings):
            processes = [stack.enter_context(_process()) for _ in range(SERVERS)]
        yield [Server(process) for process in processes]


@contextmanager
def _process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.planner_process"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None  # as above
        process.stdin.close()
        process.wait()


def _slow_down(carloop: Carloop) -> None:
    delay = {"operation": "any", "fault": "delay", "value": ANSWER_SECONDS, "times": 1_000_000}
    httpx.post(f"{carloop.url}/sandbox/faults", json=delay).raise_for_status()
