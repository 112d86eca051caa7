"""Faults that the proxy can apply to a request or its answer: what, where, and at which byte."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BLANKS = b" " * 65_536
FLOOD_BYTES = 16 * 1024 * 1024
"""The size of a flood; clients seldom read all of it."""

STAND_IN = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 64\r\n\r\n" + b'{"id":' + b" " * 58
)
"""What a gateway may begin to answer while Carloop is still working."""


class Position(StrEnum):
    """When a fault happens: before Carloop does the work, during it, or after it."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Effect(StrEnum):
    """What a fault does at its byte.

    cut        both connections are closed there, in order (FIN)
    reset      both connections are reset there (RST)
    delay      the message stops there until it is released; then the rest is sent, even if the receiver has gone
    truncate   the message ends there, with its length adjusted
    drip       from there on the bytes come one at a time, slowly
    flood      from there on blanks are sent without end
    instead    another server's answer is sent, and Carloop's is dropped
    rewrite    the message is whole, but pieces of it are replaced
    """

    CUT = "cut"
    RESET = "reset"
    DELAY = "delay"
    TRUNCATE = "truncate"
    DRIP = "drip"
    FLOOD = "flood"
    INSTEAD = "instead"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class WireFault:
    """One fault. `at` says where in the message, 0 its first byte and 1 its end.

    `answer` is what comes instead, its last byte after `hold` seconds; `pieces` are what is rewritten, and to what.
    Before Carloop's work it is done to the request, afterwards to Carloop's whole answer, and during it to what a
    gateway would begin to answer.
    """

    effect: Effect
    position: Position
    at: float = 0.5
    answer: bytes = b""
    hold: float = 0.0
    pieces: tuple[tuple[bytes, bytes], ...] = ()

    def byte_of(self, message: bytes) -> int:
        """Return the number of bytes of a message that are passed on first; never all of them."""
        return max(0, min(int(self.at * len(message)), len(message) - 1))
