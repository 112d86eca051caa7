"""Answer on the raw connection, below HTTP: drop it, truncate an answer, drip it, flood the caller.

uvicorn hands each request a copy of its connection's state; our protocol class puts the transport into it. What is
written here never passes uvicorn's own idea of the answer, so that the caller really sees a broken one.
"""

import asyncio
from http import HTTPStatus
from typing import Final, cast

from starlette.responses import Response
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
        # addresses hold references, and references hold an appointment's id: whoever turns logging on gets none
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


class RawResponse(Response):
    """No answer, and what every broken answer is based on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer on the request's connection."""
        await self.answer_on(Connection(scope, receive, send))

    async def answer_on(self, connection: Connection) -> None:
        """Send nothing: the connection is dropped."""
        await connection.abort()


class Truncated(RawResponse):
    """An answer that says how long it is, and ends half-way."""

    def __init__(self, answer: Answer) -> None:
        """Prepare to cut an answer short."""
        super().__init__()
        self._answer = answer

    async def answer_on(self, connection: Connection) -> None:
        """Send the head and half of the body, and close."""
        body = self._answer.body
        connection.write(_head(self._answer, max(len(body), 2)) + body[: len(body) // 2])
        await connection.close()


class Dripping(RawResponse):
    """An answer that comes byte by byte, its head as well."""

    def __init__(self, answer: Answer, *, pause: float, stopping: asyncio.Event) -> None:
        """Prepare to drip an answer, `pause` seconds between two bytes."""
        super().__init__()
        self._answer, self._pause, self._stopping = answer, pause, stopping

    async def answer_on(self, connection: Connection) -> None:
        """Send byte after byte until all is sent, the caller gives up, or the server stops."""
        for byte in _head(self._answer, len(self._answer.body)) + self._answer.body:
            if connection.closed or await pause(self._pause, self._stopping):
                break
            connection.write(bytes((byte,)))
        await connection.close()


class Flood(RawResponse):
    """A body without an announced length: a list of empty lists, which grows thirty-fold when it is decoded."""

    def __init__(self, answer: Answer, *, size: int) -> None:
        """Prepare to send `size` bytes."""
        super().__init__()
        self._answer, self._size = answer, size

    async def answer_on(self, connection: Connection) -> None:
        """Send the flood until the caller has gone; uvicorn waits where the caller reads slowly."""
        headers = [(b"content-type", b"application/json")]
        await connection.send(
            {"type": "http.response.start", "status": self._answer.status, "headers": headers}
        )
        body, chunk = b'{"items":[', b"[]," * (CHUNK // 3)
        sent = 0
        while sent < self._size and not connection.closed:
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
