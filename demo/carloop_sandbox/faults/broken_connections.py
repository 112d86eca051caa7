"""Answer on the raw connection, below HTTP: drop it, truncate an answer, drip it, flood the caller.

uvicorn hands each request a copy of its connection's state; our protocol class puts the transport into it. What is
written here never passes uvicorn's own idea of the answer, so that the caller really sees a broken one.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.problems import problem_answer
from carloop_sandbox.refusals import CallRefused

CHUNK: Final = 65_536


class SandboxProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which also shows a request its connection, and refuses in JSON what is no HTTP."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the transport where the requests of this connection find it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
        # addresses hold references, and references hold an appointment's id: so no log may hold them
        self.access_log = False

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read as HTTP."""
        answer = problem_answer(CallRefused("malformed_request", msg))
        self.transport.write(_head(answer, len(answer.body)) + answer.body)
        self.transport.close()


class Connection:
    """The raw connection under a request, and the ASGI messages beside it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the connection that SandboxProtocol left in the scope."""
        self._transport = cast("asyncio.Transport", scope["state"]["transport"])
        self._receive = receive
        self.send = send

    @property
    def closed(self) -> bool:
        """Return whether the other side has gone, or we have closed."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._transport.write(data)

    async def abort(self) -> None:
        """Close at once, whatever was not sent yet, and wait until uvicorn has noticed."""
        self._transport.abort()
        await self._gone()

    async def close(self) -> None:
        """Send what was written, then close."""
        self._transport.close()
        await self._gone()

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


class Dropped:
    """No answer: the connection is dropped. Base of every broken answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer on the request's connection, as an ASGI application."""
        await self.answer_on(Connection(scope, receive, send))

    async def answer_on(self, connection: Connection) -> None:
        """Send nothing, and close."""
        await connection.abort()


@dataclass(frozen=True)
class Truncated(Dropped):
    """An answer that says how long it is, and ends half-way."""

    answer: Answer

    async def answer_on(self, connection: Connection) -> None:
        """Send the head and half of the body, and close."""
        body = self.answer.body
        connection.write(_head(self.answer, max(len(body), 2)) + body[: len(body) // 2])
        await connection.close()


@dataclass(frozen=True)
class Dripping(Dropped):
    """An answer that comes byte by byte, its head as well, with a pause in seconds before each."""

    answer: Answer
    pause: float
    stopping: asyncio.Event

    async def answer_on(self, connection: Connection) -> None:
        """Send byte after byte until all is sent, the caller gives up, or the server stops."""
        for byte in _head(self.answer, len(self.answer.body)) + self.answer.body:
            if connection.closed or await pause(self.pause, self.stopping):
                break
            connection.write(bytes((byte,)))
        await connection.close()


@dataclass(frozen=True)
class Flood(Dropped):
    """A body of `size` bytes, not announced: a list of empty lists, thirty times as large when it is decoded."""

    answer: Answer
    size: int

    async def answer_on(self, connection: Connection) -> None:
        """Send the flood until the caller has gone; uvicorn waits where the caller reads slowly."""
        head = {"status": self.answer.status, "headers": [(b"content-type", b"application/json")]}
        await connection.send({"type": "http.response.start", **head})
        body, chunk = b'{"items":[', b"[]," * (CHUNK // 3)
        sent = 0
        while sent < self.size and not connection.closed:
            await connection.send({"type": "http.response.body", "body": body, "more_body": True})
            sent += len(body)
            body = chunk
        await connection.send({"type": "http.response.body", "body": b"[]]}", "more_body": False})


async def pause(seconds: float, stopping: asyncio.Event) -> bool:
    """Wait, but no longer than the server runs; return whether it is stopping."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return False
    return True


def _head(answer: Answer, length: int) -> bytes:
    """Write the head of an answer that closes the connection."""
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"content-type: {answer.media_type}",
        *(f"{name.lower()}: {value}" for name, value in answer.headers.items()),
        f"content-length: {length}",
        "connection: close",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
