"""What the endpoints of one application share: the data, the armed faults, the worker thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from carloop_sandbox.faults.armed import FaultList
from carloop_sandbox.store import Store

Result = TypeVar("Result")


class Worker:
    """One thread for all work on the database, so that the event loop never waits for a disk."""

    def __init__(self) -> None:
        """Start no thread before the first piece of work."""
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="carloop-sandbox")

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work and return its result; it is finished even when its caller has gone."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._threads, work))

    def close(self) -> None:
        """Finish what has begun and end the thread."""
        self._threads.shutdown(wait=True)


class InFlight:
    """The idempotency keys of the requests that are being worked on: one key, one request at a time."""

    def __init__(self, *, timeout: float = 1.0) -> None:
        """Let a second request of a key wait `timeout` seconds for the first."""
        self._timeout = timeout
        self._busy: dict[tuple[str, str], asyncio.Event] = {}

    async def acquire(self, key: tuple[str, str]) -> bool:
        """Take a key, waiting a little for the request that has it; False when that takes too long."""
        deadline = asyncio.get_running_loop().time() + self._timeout
        while (released := self._busy.get(key)) is not None:
            try:
                async with asyncio.timeout_at(deadline):
                    await released.wait()
            except TimeoutError:
                return False
        self._busy[key] = asyncio.Event()
        return True

    def release(self, key: tuple[str, str]) -> None:
        """Release a key, so that a request that waits for it goes on."""
        self._busy.pop(key).set()


@dataclass(slots=True)
class Service:
    """The state behind one running application; the pages are built on the same."""

    store: Store
    allow_faults: bool = False
    faults: FaultList = field(default_factory=FaultList)
    worker: Worker = field(default_factory=Worker)
    in_flight: InFlight = field(default_factory=InFlight)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        """End the worker; the store is closed by who opened it."""
        self.worker.close()
