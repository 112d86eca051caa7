"""Who uses a records' file: every call shares a lock beside it, a rebuild has it alone.

SQLite's own locks do not serve: a damaged file has none, and a call holds none while it waits for Carloop.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from carloop_plugin.domain.failures import Reason, StoreFailed

LONGEST_WAIT = 1.0
"""Seconds for which a rebuild waits until no call uses the records, and a call until no rebuild looks at them."""

_PAUSE = 0.02
_held: set[int] = set()


def _forget_all() -> None:
    # A forked process would hold its parent's locks while it lives. Closing a copy takes none from the parent.
    for descriptor in _held:
        with suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=_forget_all)


def lock_file(path: Path) -> Path:
    """Name the file beside a store that the lock is on."""
    return path.with_name(path.name + ".lock")


@contextmanager
def in_use(path: Path, *, deadline: float) -> Iterator[None]:
    """Use the records for a block.

    :raises StoreFailed: they are being rebuilt just now.
    """
    with _locked(path, Reason("busy", "store.rebuilding"), alone=False, deadline=deadline):
        yield


@contextmanager
def kept_to_ourselves(path: Path, *, deadline: float) -> Iterator[None]:
    """Have the records alone for a block: no other call of this or another process uses them.

    :raises StoreFailed: others go on using them.
    """
    with _locked(path, in_use_by_others(path), alone=True, deadline=deadline):
        yield


@contextmanager
def _locked(path: Path, otherwise: Reason, *, alone: bool, deadline: float) -> Iterator[None]:
    until = min(deadline, time.monotonic() + LONGEST_WAIT)
    while (descriptor := _lock(path, alone=alone)) is None:
        if time.monotonic() >= until:
            raise StoreFailed(otherwise)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        _unlock(descriptor)


def in_use_by_others(path: Path) -> Reason:
    """Say why records that are in use cannot be rebuilt, and what to do."""
    return Reason("busy", "store.rebuild_in_use", (("path", str(path)),))


def _lock(path: Path, *, alone: bool) -> int | None:
    """Lock the file; None where that has to wait, a negative number where no such lock can be had."""
    if (
        sys.platform == "win32"
    ):  # pragma: no cover - there nobody can move a file that another process has open
        return -1
    import fcntl

    lock = lock_file(path)
    while True:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:  # where nothing can be made, nothing can be written to the records either
            return -1
        _held.add(descriptor)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            _unlock(descriptor)
            return None
        except OSError:  # a file system without such locks
            _unlock(descriptor)
            return -1
        if _is_still(lock, descriptor):
            return descriptor
        _unlock(descriptor)


def _is_still(lock: Path, descriptor: int) -> bool:
    """Return whether the file that was locked has not been deleted or replaced meanwhile."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _unlock(descriptor: int) -> None:
    if descriptor in _held:
        _held.remove(descriptor)
        # Not only closed: a process that was forked meanwhile may have a copy.
        _release(descriptor)
        os.close(descriptor)


def _release(descriptor: int) -> None:
    if sys.platform == "win32":  # pragma: no cover
        return
    import fcntl

    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
