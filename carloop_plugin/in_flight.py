"""One change at a time: within this process nobody sends an intent that another thread is sending."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from carloop_plugin.model import ChangeId

_locks: dict[ChangeId, tuple[Lock, int]] = {}
_guard = Lock()


@contextmanager
def one_at_a_time(change_id: ChangeId, *, deadline: float) -> Iterator[bool]:
    """Wait until no other thread works on a change; False when the deadline comes first.

    :param deadline: monotonic seconds; one in the past asks without waiting.
    """
    with _guard:
        lock, holders = _locks.get(change_id, (Lock(), 0))
        _locks[change_id] = (lock, holders + 1)
    is_ours = lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    try:
        yield is_ours
    finally:
        if is_ours:
            lock.release()
        with _guard:
            lock, holders = _locks.pop(change_id)
            if holders > 1:
                _locks[change_id] = (lock, holders - 1)
