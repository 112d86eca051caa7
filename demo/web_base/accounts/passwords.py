"""Passwords: drawn for people, and how many are checked at the same time."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

HASHES_AT_ONCE: Final = 2
"""Passwords that are checked at the same time: each takes 64 MiB of memory."""
MOST_WAITING: Final = 16
"""Checks that wait for that; each holds a thread that pages need as well."""
LONGEST_WAIT_SECONDS: Final = 5.0


class TooManyChecks(Exception):
    """Too many passwords are being checked."""


class HashSlots:
    """Lets HASHES_AT_ONCE threads hash, and MOST_WAITING more wait for that."""

    def __init__(self) -> None:
        self._hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)
        self._admitted = threading.BoundedSemaphore(HASHES_AT_ONCE + MOST_WAITING)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot. Raise `TooManyChecks` where too many wait, or it takes too long."""
        with _held(self._admitted, 0), _held(self._hashing, LONGEST_WAIT_SECONDS):
            yield


@contextmanager
def _held(slots: threading.Semaphore, seconds: float) -> Iterator[None]:
    if not slots.acquire(timeout=seconds):
        raise TooManyChecks
    try:
        yield
    finally:
        slots.release()


def draw_password() -> str:
    """Draw a password a person can type: four groups of four, some 80 bits."""
    # No letter and no digit that looks like another one.
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
