"""What the endpoints of one application share: the data, the armed faults, the thread that works on the data."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

from carloop_sandbox.faults.armed import FaultList
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.request_log import LoggedRequest, new_log
from carloop_sandbox.store import Store

Result = TypeVar("Result")


class InFlight:
    """The idempotency keys of the requests that are being worked on: one key, one request at a time."""

    def __init__(self, *, timeout: float = 1.0) -> None:
        """Let a second request of a key wait `timeout` seconds for the first."""
        self._timeout = timeout
        # a lock lives as long as a request holds it or waits for it
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def holding(self, key: str) -> AsyncIterator[None]:
        """Hold a key; refuse when the request that has it takes too long."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout(self._timeout):
                await lock.acquire()
        except TimeoutError:
            headers = {"Retry-After": "1"}
            raise CallRefused(
                "request_in_progress", "Ask again with the same key.", headers=headers
            ) from None
        try:
            yield
        finally:
            lock.release()


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="carloop-sandbox")


@dataclass(slots=True)
class Service:
    """The state behind one running application; the pages are built on the same."""

    store: Store
    allow_faults: bool = False
    faults: FaultList = field(default_factory=FaultList)
    requests: "deque[LoggedRequest]" = field(default_factory=new_log)
    in_flight: InFlight = field(default_factory=InFlight)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    # one thread for all work on the database, so that the event loop never waits for a disk
    worker: ThreadPoolExecutor = field(default_factory=_one_thread)

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work on the worker; it is finished even when its caller has gone."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self.worker, work))

    def close(self) -> None:
        """Finish what has begun and end the worker; the store is closed by who opened it."""
        self.worker.shutdown(wait=True)
