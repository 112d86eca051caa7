"""The host's own thread that has the providers settle what is pending, at once and then every so often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .fault_log import log_fault

_JOIN_SECONDS = 1.0


class Reconciling:
    """Call something at once and then every ``every`` seconds, until it is stopped."""

    def __init__(self, reconcile: Callable[[], object], *, every: float) -> None:
        """Prepare the thread; ``start`` starts it.

        :param every: seconds from one call's beginning to the next; a longer call delays it.
        :raises ValueError: ``every`` is not positive.
        """
        if not every > 0:
            raise ValueError("every must be a positive number of seconds")
        self._reconcile = reconcile
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mobility-reconciling", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further call, and wait a second at most for the one that runs."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._reconcile()
            except BaseException as error:  # noqa: BLE001 - the next turn may fare better; this thread stays
                log_fault("-", "reconcile_rentals", error)
            self._stopped.wait(max(0.0, began + self._every - time.monotonic()))
