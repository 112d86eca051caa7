"""The last requests to the interface, for whoever writes a client of it; without their bodies and queries."""

import time
from collections import deque
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carloop_sandbox.interface.contract import BASE_PATH
from carloop_sandbox.store.clock import machine_time
from carloop_sandbox.units import write_time

KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request that is over. Without a status it got no answer, or one that no client can read."""

    at: str
    method: str
    path: str
    status: int | None
    ms: float
    fault: str | None


def new_log() -> "deque[LoggedRequest]":
    """Make an empty log, which keeps the newest, newest first."""
    return deque(maxlen=KEPT)


@dataclass(frozen=True, slots=True)
class RequestLogger:
    """ASGI application that logs what another one is asked; the faults that are met stand in the request's state."""

    app: ASGIApp
    log: "deque[LoggedRequest]"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and log it where it is one to the interface."""
        if not scope.get("path", "").startswith(f"{BASE_PATH}/"):
            await self.app(scope, receive, send)
            return
        # by the machine's clock: one that is held for a test would show nothing
        at, started, statuses = write_time(machine_time(), "milliseconds"), time.perf_counter(), [None]

        async def sending(message: Message) -> None:
            statuses.append(message.get("status"))
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            status = next(filter(None, statuses), None)
            ms = round((time.perf_counter() - started) * 1000, 1)
            fault = scope.get("state", {}).get("fault")
            self.log.appendleft(LoggedRequest(at, scope["method"], scope["path"][:200], status, ms, fault))
