"""One thread that does all the work on the database, so that the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Worker:
    """Runs functions one after another on a thread of its own."""

    def __init__(self) -> None:
        """Start no thread before the first piece of work."""
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="carloop-sandbox")

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work and give its result; it is finished even when nobody waits for it any more."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._threads, work))

    def close(self) -> None:
        """Finish what has begun and end the thread."""
        self._threads.shutdown(wait=True)


class InFlight:
    """The keys of the requests that are being worked on: one key, one request at a time."""

    def __init__(self, *, patience: float = 1.0) -> None:
        """Let a second request of a key wait `patience` seconds for the first."""
        self._patience = patience
        self._busy: dict[tuple[str, str], asyncio.Event] = {}

    async def enter(self, name: tuple[str, str]) -> bool:
        """Take a key, waiting a little while for the request that has it; False when that goes on for longer."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while (event := self._busy.get(name)) is not None:
            try:
                async with asyncio.timeout_at(deadline):
                    await event.wait()
            except TimeoutError:
                return False
        self._busy[name] = asyncio.Event()
        return True

    def leave(self, name: tuple[str, str]) -> None:
        """Give a key back and wake who waits for it."""
        self._busy.pop(name).set()
