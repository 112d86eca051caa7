"""One change at a time: within this process nobody sends an intent that another thread is sending."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from carloop_plugin.domain.values import ChangeId
from mobility_hookspecs.authoring.forking import renew_in_child


@dataclass(eq=False, slots=True)
class _Changing:
    """The lock of one change, and how many threads hold it or wait for it."""

    lock: Lock = field(default_factory=Lock)
    threads: int = 0


_locks: dict[ChangeId, _Changing] = {}
_guard = Lock()


@contextmanager
def one_at_a_time(change_id: ChangeId, *, deadline: float) -> Iterator[bool]:
    """Wait until no other thread works on a change; False when the deadline comes first.

    :param deadline: monotonic seconds; one in the past asks without waiting.
    """
    with _guard:
        changing = _locks.setdefault(change_id, _Changing())
        changing.threads += 1
    is_ours = changing.lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    try:
        yield is_ours
    finally:
        if is_ours:
            changing.lock.release()
        with _guard:
            changing.threads -= 1
            if not changing.threads and _locks.get(change_id) is changing:
                del _locks[change_id]


def _renew() -> None:
    global _guard
    _guard = Lock()
    _locks.clear()


renew_in_child(_renew)
