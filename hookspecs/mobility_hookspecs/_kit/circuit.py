"""The rest a hook of a provider takes after it failed too often in a row."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mobility_hookspecs.authoring.forking import renew_in_child

FAILURES_IN_A_ROW = 5
REST_SECONDS = 30.0


class Circuit:
    """Count the failures of one hook of one provider, and let it rest after five in a row.

    A call enters with a ticket and reports with it. What was begun before a rest tells nothing about the
    time after it, so the reports of older tickets are ignored.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start without a failure.

        :param clock: monotonic seconds.
        """
        self._clock = clock
        self._renew()
        renew_in_child(self._renew)
        self._failures = 0
        self._rests_until = 0.0
        self._round = 0

    def rests(self) -> bool:
        """Tell whether a call would be turned away now."""
        with self._lock:
            return self._is_open() and self._clock() < self._rests_until

    def enter(self) -> int | None:
        """Give a ticket to a call that begins now, or None while the hook rests.

        After a rest one call gets a ticket, as a probe; the rest starts again with it, and ends at once
        if the probe succeeds.
        """
        with self._lock:
            if not self._is_open():
                return self._round
            if self._clock() < self._rests_until:
                return None
            self._rest()
            return self._round

    def succeeded(self, ticket: int) -> None:
        """Report that the call with this ticket was answered."""
        with self._lock:
            if ticket == self._round:
                self._failures = 0

    def failed(self, ticket: int) -> None:
        """Report that the call with this ticket hung or met a bug."""
        with self._lock:
            if ticket != self._round:
                return
            self._failures += 1
            if self._is_open():
                self._rest()

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def _is_open(self) -> bool:
        return self._failures >= FAILURES_IN_A_ROW

    def _rest(self) -> None:
        self._rests_until = self._clock() + REST_SECONDS
        self._round += 1
