"""How many retries a session may spend, so that an outage of Carloop is not made worse by those it has failed.

A bucket of tokens, as gRPC (A6) and AWS's clients keep it: a retry takes one, a call that is answered gives back
those it took and a tenth besides. While Carloop answers, retries are free; where it does not, they run out, and
each call is tried once until it answers again. So of n calls that were answered and any number that failed, the
failed ones made `MOST_TOKENS + n / 10` retries at most.
"""

from __future__ import annotations

from threading import Lock

MOST_TOKENS = 20
"""Ten calls in a row that fail with all their attempts: more is no blip but an outage."""

# counted in tenths, since ten times a tenth is not one
_TOKEN = 10
_EARNED = 1


class RetryBudget:
    """The tokens of one session, shared by its reads and writes and by all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tenths = MOST_TOKENS * _TOKEN

    def take(self) -> bool:
        """Take a token for a retry; False where none is left, and the retry is not to be made."""
        with self._lock:
            if self._tenths < _TOKEN:
                return False
            self._tenths -= _TOKEN
            return True

    def reward(self, retries: int) -> None:
        """Note a call that was answered: give back what its retries took, and a tenth besides."""
        with self._lock:
            self._tenths = min(self._tenths + retries * _TOKEN + _EARNED, MOST_TOKENS * _TOKEN)
