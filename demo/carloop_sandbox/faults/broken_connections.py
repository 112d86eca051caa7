"""Answer on the raw connection, below HTTP: drop it, truncate an answer, drip it, flood the caller.

uvicorn hands each request a copy of its connection's state; our protocol class puts the transport into it. What is
written here never passes uvicorn's own idea of the answer, so that the caller really sees a broken one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.problem_documents import problem_answer
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

    async def close(self, *, at_once: bool = False) -> None:
        """Close when what was written is sent, or at once, and wait until uvicorn has noticed."""
        (self._transport.abort if at_once else self._transport.close)()
        while (await self._receive())["type"] != "http.disconnect":
            pass


@dataclass(frozen=True, slots=True)
class Broken:
    """ASGI application that answers on the raw connection."""

    answer_on: Callable[[Connection], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer on the request's connection."""
        await self.answer_on(Connection(scope, receive, send))


async def drop(connection: Connection) -> None:
    """Send nothing, and close."""
    await connection.close(at_once=True)


async def truncate(connection: Connection, answer: Answer) -> None:
    """Send the head, which says how long the answer is, and half of the body."""
    # of an empty body nothing could be missing: two bytes are announced
    connection.write(_head(answer, max(len(answer.body), 2)) + answer.body[: len(answer.body) // 2])
    await connection.close()


async def drip(connection: Connection, answer: Answer, seconds: float, stopping: asyncio.Event) -> None:
    """Send byte after byte, the head's too, with a pause before each, until the caller gives up or the server stops."""
    for byte in _head(answer, len(answer.body)) + answer.body:
        if connection.closed or await pause(seconds, stopping):
            break
        connection.write(bytes((byte,)))
    await connection.close()


async def flood(connection: Connection, answer: Answer, size: int) -> None:
    """Send `size` bytes that were not announced, until the caller has gone; uvicorn waits where it reads slowly.

    It is a list of empty lists, thirty times as large when it is decoded.
    """
    head = {"status": answer.status, "headers": [(b"content-type", b"application/json")]}
    await connection.send({"type": "http.response.start", **head})
    body, chunk = b'{"items":[', b"[]," * (CHUNK // 3)
    sent = 0
    while sent < size and not connection.closed:
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
