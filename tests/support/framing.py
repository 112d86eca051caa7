"""HTTP/1.1 messages on a socket, as bytes: as much of the framing as a proxy needs."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?im)^(content-length:[ \t]*)(\d+)")
_CHUNKED = re.compile(rb"(?im)^transfer-encoding:[ \t]*chunked")
_PLANNER = "/api/planner/v1"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its head with the empty line, and its body."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        """All of its bytes."""
        return self.head + self.body

    def header(self, name: str) -> str:
        """Return a header's value; empty where there is none."""
        found = re.search(rf"(?im)^{name}:[ \t]*([^\r\n]*)".encode(), self.head)
        return found[1].decode("latin-1") if found else ""

    def ending_at(self, size: int) -> Message:
        """Return the message with only the first bytes of its body, and with the length adjusted in its head."""
        return self._with(self.body[:size])

    def replace(self, pieces: Iterable[tuple[bytes, bytes]]) -> Message:
        """Return the message with pieces replaced, in its head too, and with the length it has then."""
        head, body = self.head, self.body
        for old, new in pieces:
            head, body = head.replace(old, new), body.replace(old, new)
        return Message(head, body)._with(body)

    def _with(self, body: bytes) -> Message:
        return Message(_LENGTH.sub(rb"\g<1>%d" % len(body), self.head), body)


class Reader:
    """Reads messages from a socket, one after the other. `head` is that of the message read last."""

    def __init__(self, sock: socket.socket) -> None:
        self.head = b""
        self._sock = sock
        self._buffer = b""

    def message(self) -> Message | None:
        """Read a whole message; None where the other side has closed before its end."""
        raw = b"".join(self.pieces())
        body = raw[len(self.head) :]
        is_whole = self.head.endswith(_END) and (is_chunked(self.head) or len(body) == length_of(self.head))
        return Message(self.head, body) if is_whole else None

    def pieces(self) -> Iterator[bytes]:
        """Yield a message's bytes as they come, to its end or to that of the connection."""
        self.head = b""
        while not self.head.endswith(_END):
            if not self._buffer and not self._more():
                return
            data = self.head + self._buffer
            start, end, _ = data.partition(_END)
            piece, self._buffer = data[len(self.head) : len(start + end)], data[len(start + end) :]
            self.head = start + end
            yield piece
        yield from self._body(self.head)

    def _body(self, head: bytes) -> Iterator[bytes]:
        left = None if is_chunked(head) else length_of(head)
        tail = b""
        while (left is None or left > 0) and (self._buffer or self._more()):
            piece = self._buffer[:left]
            self._buffer = self._buffer[len(piece) :]
            left = left if left is None else left - len(piece)
            yield piece
            tail = (tail + piece[-5:])[-5:]
            if left is None and tail == b"0\r\n\r\n":
                return

    def _more(self) -> bool:
        data = self._sock.recv(65_536)
        self._buffer += data
        return bool(data)


def length_of(head: bytes) -> int:
    """Return the length that a head states, 0 where it states none."""
    found = _LENGTH.search(head)
    return int(found[2]) if found else 0


def is_chunked(head: bytes) -> bool:
    """Return whether a body comes in chunks."""
    return _CHUNKED.search(head) is not None


def operation_of(request: Message) -> str:
    """Name what a request asks of Carloop, as the sandbox names its operations."""
    method, target, *_ = request.head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    path = target.partition("?")[0].removeprefix(_PLANNER)
    match method, path:
        case "GET", "/vehicles":
            return "search"
        case "POST", "/rentals":
            return "book"
        case "POST", _ if path.endswith("/cancellation"):
            return "cancel"
        case "PATCH", _:
            return "change_end"
        case "GET", "/account":
            return "account"
        case _:
            return "read"
