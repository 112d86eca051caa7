"""One call's clock and what is known of its present attempt.

httpx bounds each wait, never their sum: a server that drips a byte now and then held a time-out of 0.5 s open
for 3.8 s. So the sockets of `sockets.py` ask this object before every wait, whichever library drives them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from carloop_plugin.api.failures import Broken
from carloop_plugin.domain.failures import Reason

CONNECT_SECONDS = 3.0
HEADER_BYTES = 256 * 1024
# so small that parsing one read's worth of hostile header lines takes milliseconds
HEADER_READ_BYTES = 8 * 1024
BODY_BYTES = 2 * 1024 * 1024
BODY_READ_BYTES = 64 * 1024
# the framing of a chunked body comes on top; a body in one-byte chunks is no honest answer
RAW_BYTES = 2 * BODY_BYTES

DEADLINE = Reason("deadline_exceeded", "api.deadline")
TOO_LARGE = Reason("invalid_answer", "api.too_large")
CONNECT_TIMEOUT = Reason("unreachable", "api.connect_timeout")


class Call:
    """A call to Carloop with all its attempts: its deadline, and how far the present attempt has come.

    Belongs to one thread. `deadline` counts as `time.monotonic()` does.
    """

    __slots__ = (
        "_connect_left",
        "_received",
        "_until",
        "answered_at",
        "deadline",
        "ever_sent",
        "sent_at",
    )

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.ever_sent = False
        self._connect_left = CONNECT_SECONDS
        self.start_attempt()

    def start_attempt(self) -> None:
        """Forget what is known of the attempt before."""
        self.sent_at: float | None = None
        self.answered_at: float | None = None
        self._until = self.deadline
        self._received = 0

    def left(self) -> float:
        """Give the seconds until the deadline. Raise `Broken` once it has passed."""
        seconds = self._until - time.monotonic()
        if seconds > 0:
            return seconds
        raise Broken(DEADLINE if time.monotonic() >= self.deadline else CONNECT_TIMEOUT)

    def timed_out(self) -> Broken:
        """Say which limit a wait has just run into."""
        return Broken(CONNECT_TIMEOUT if self._until < self.deadline else DEADLINE)

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Hold what happens inside to what is left of the call's three seconds for connecting."""
        started = time.monotonic()
        self._until = min(self.deadline, started + self._connect_left)
        try:
            yield
        finally:
            self._connect_left -= time.monotonic() - started
            self._until = self.deadline

    def mark_sent(self) -> None:
        """Note that bytes of the request may have left this machine."""
        if self.sent_at is None:
            self.sent_at = time.monotonic()
            self.ever_sent = True

    def mark_answered(self) -> None:
        """Note that the answer's status and headers are here."""
        self.answered_at = time.monotonic()

    @property
    def sent(self) -> bool:
        """Tell whether the request may have reached Carloop."""
        return self.sent_at is not None

    @property
    def moment(self) -> float:
        """Give the middle between the request's first byte and the answer's headers, in monotonic seconds."""
        answered_at = time.monotonic() if self.answered_at is None else self.answered_at
        return answered_at if self.sent_at is None else (self.sent_at + answered_at) / 2

    def read_size(self) -> int:
        """Give how many bytes to read at once."""
        return HEADER_READ_BYTES if self.answered_at is None else BODY_READ_BYTES

    def count_received(self, size: int) -> None:
        """Count raw bytes as they arrive. Raise `Broken` where no honest answer is that long."""
        self._received += size
        if self._received > (HEADER_BYTES if self.answered_at is None else RAW_BYTES):
            raise Broken(TOO_LARGE)


CURRENT: ContextVar[Call] = ContextVar("carloop_call")
