"""What the proxy may do to a request or its answer, where, and at which byte."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BLANKS = b" " * 65_536
FLOOD_BYTES = 16 * 1024 * 1024
"""How much a flood brings; whoever is flooded seldom waits for all of it."""

STAND_IN = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 64\r\n\r\n" + b'{"id":' + b" " * 58
)
"""What a gateway may begin to answer while Carloop is still at work."""


class Position(StrEnum):
    """Where a strike meets the work of Carloop: before it, while it goes on, or after it."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Effect(StrEnum):
    """What a strike does at its byte.

    cut        both sides are closed there, as if by a farewell
    reset      both sides are reset there
    delay      nothing goes on there until it is released; then everything does, whoever has gone meanwhile
    truncate   the message ends there, and says that this is all of it
    drip       from there on a byte comes now and then
    flood      there blanks come without end
    instead    somebody else answers, and Carloop's answer is thrown away
    rewrite    the answer is whole, but pieces of it are others
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
class Strike:
    """One strike. `at` says where in the message, 0 its first byte and 1 its end.

    `answer` is what comes instead, its last byte after `hold` seconds; `pieces` are what is rewritten, and to what.
    Before Carloop's work it meets the request, afterwards Carloop's whole answer, and during it what a gateway
    would begin to answer.
    """

    effect: Effect
    position: Position
    at: float = 0.5
    answer: bytes = b""
    hold: float = 0.0
    pieces: tuple[tuple[bytes, bytes], ...] = ()

    def byte_of(self, message: bytes) -> int:
        """Give the number of bytes of a message that pass unharmed; never all of them."""
        return max(0, min(int(self.at * len(message)), len(message) - 1))
