"""The host's own thread that has the providers reconcile, at once and then at an interval."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from mobility_hookspecs._kit.failure_log import log_exception
from mobility_hookspecs.authoring.forking import resume_in_child

_JOIN_SECONDS = 1.0
_CHILD_SECONDS = 1.0
"""Within which a child begins: not all children of a server at once, and none that only starts another program."""


class Reconciling:
    """Call something at once and then every ``every`` seconds, until it is stopped; in a forked child, too."""

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
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._start(after=0.0)
        resume_in_child(self._resume)

    def stop(self) -> None:
        """Start no further call, and wait a second at most for the one that runs."""
        self._stopped.set()
        if self._thread and self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    def _resume(self) -> None:
        if not self._stopped.is_set():
            self._stopped = threading.Event()
            longest = min(_CHILD_SECONDS, self._every)
            self._start(after=random.uniform(0, longest))  # noqa: S311 - no secret

    def _start(self, *, after: float) -> None:
        self._thread = threading.Thread(
            target=self._run, args=(self._stopped, after), name="mobility-reconciling", daemon=True
        )
        self._thread.start()

    def _run(self, stopped: threading.Event, after: float) -> None:
        stopped.wait(after)
        # In a child that this very thread has made, another one goes on.
        while self._thread is threading.current_thread() and not stopped.is_set():
            began = time.monotonic()
            try:
                self._reconcile()
            except BaseException as error:  # noqa: BLE001 - the next turn may succeed; this thread stays
                log_exception("-", "reconcile_rentals", error)
            stopped.wait(max(0.0, began + self._every - time.monotonic()))
