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
        if not self._admitted.acquire(blocking=False):
            raise TooManyChecks
        try:
            if not self._hashing.acquire(timeout=LONGEST_WAIT_SECONDS):
                raise TooManyChecks
            try:
                yield
            finally:
                self._hashing.release()
        finally:
            self._admitted.release()


def draw_password() -> str:
    """Draw a password a person can type: four groups of four, some 80 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
