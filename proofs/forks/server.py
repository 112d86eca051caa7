"""One planner server: it makes a host, and forks while its threads use it.

    python -m proofs.forks.server FOLDER FIRST_ROUND LAST_ROUND

In the first round nothing of the provider has been used when the server forks, but its threads begin at that moment;
in the others the host has been in use. It forks from its main thread, from another one, and from inside a
hook. Children of the main thread end as programs do, the others at once.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost, hookimpl
from proofs.forks.advisor import THREADS, ClientThread, Plan, make_calls

ROUND_SECONDS = 180.0
FORKED_BY = ("main thread", "another thread", "hook")


class ForkingProvider:
    """A provider that forks when it is asked to test its connection."""

    def __init__(self) -> None:
        self.fork: Callable[[], None] = lambda: None

    @hookimpl
    def describe_mobility_provider(self) -> dict[str, object]:
        """Describe this provider."""
        described = {"id": "forker", "name": "Forker", "version": "1.0", "contract": ">=1.0,<2"}
        return {**described, "kinds": ["other"], "capabilities": []}

    @hookimpl
    def check_mobility_provider(self, site: str) -> dict[str, object]:
        """Fork."""
        self.fork()
        return {"provider": "forker", "site": site, "ok": True, "findings": []}


class Server:
    """A host made once, and the rounds in which it is used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = Plan.read(folder)
        self.forking_provider = ForkingProvider()
        self.host = MobilityHost.of(plugin, self.forking_provider, strict=True)
        self.children: dict[int, int] = {}

    def run_round(self, number: int) -> None:
        """Fork two to eight children while the server's own threads are at work."""
        rng = random.Random(f"{self.plan.seed}/{number}")
        children = range(1, rng.randint(2, 8) + 1)
        forked_by = FORKED_BY[number % len(FORKED_BY)]
        own = self.start_threads(number, 0)
        fork = partial(self.fork_all, number, children, rng, from_main_thread=forked_by == "main thread")
        if forked_by == "main thread":
            fork()
        elif forked_by == "hook":
            self.forking_provider.fork = fork
            self.host.check("forker", "main", timeout=ROUND_SECONDS)
        else:
            thread = threading.Thread(target=fork)
            thread.start()
            thread.join()
        for thread in own:
            thread.join(ROUND_SECONDS)
        self.wait_for_children(number)

    def start_threads(self, number: int, process: int) -> list[threading.Thread]:
        """Start the calls; each thread writes its own file."""
        threads = []
        for each in range(THREADS):
            path = self.folder / f"round-{number}-{process}-{each}.jsonl"
            arguments = (self.host, self.plan, ClientThread(number, process, each), path)
            threads.append(threading.Thread(target=make_calls, args=arguments, daemon=True))
        for thread in threads:
            thread.start()
        return threads

    def fork_all(self, number: int, children: range, rng: random.Random, *, from_main_thread: bool) -> None:
        """Fork one child after the other, at moments that differ."""
        for process in children:
            time.sleep(rng.uniform(0, 0.05))
            child = os.fork()
            if child == 0:
                self.run_child(number, process, from_main_thread=from_main_thread)
            self.children[child] = process

    def run_child(self, number: int, process: int, *, from_main_thread: bool) -> None:
        """Use the parent's host as if it were this process's own, close it, and end."""
        for thread in self.start_threads(number, process):
            thread.join()
        self.host.close()
        if from_main_thread:
            sys.exit()
        os._exit(0)

    def wait_for_children(self, number: int) -> None:
        """Wait for the children; one that does not end is killed, and its entries are missing."""
        until = time.monotonic() + ROUND_SECONDS
        while self.children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child:
                process = self.children.pop(child)
                if status:
                    print(f"round {number}: child {process} ended with {status}", file=sys.stderr, flush=True)
            elif time.monotonic() > until:
                for each in self.children:
                    os.kill(each, signal.SIGKILL)
            else:
                time.sleep(0.005)


def main() -> None:
    """Run the rounds."""
    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    server = Server(folder)
    server.host.keep_reconciling(every=30.0)  # as in production; each child begins with a round of its own
    for number in range(first, last):
        server.run_round(number)
    server.host.close()


if __name__ == "__main__":
    main()
