"""What happens when the process forks: the one place that knows what a child must not share with its parent.

A child made by ``fork`` has one thread and a copy of everything else: locks that a thread held which is not there,
connections whose other end believes to speak to the parent. Whoever keeps such things registers here. Before a fork,
in the parent, modules are loaded and files closed that cannot cross it. In the child, before any other code runs,
locks and connections are replaced; nothing that was inherited is used or closed. Then threads are started again.

A server that forks in C (uWSGI) may run none of Python's handlers, so whoever is called first calls ``notice_fork``.
"""

from __future__ import annotations

import inspect
import logging  # its own handlers have to be registered before ours: threads started here may write to a log
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TypeAlias

LOG = logging.getLogger("mobility_hookspecs")

LONGEST_WAIT = 10.0
"""Seconds that a fork waits for what is `undivided`, at most."""

Callback: TypeAlias = Callable[[], None]


class _Callbacks:
    """Functions to call at a fork. A bound method goes with its object."""

    def __init__(self) -> None:
        self._references: set[Callable[[], Callback | None]] = set()

    def add(self, callback: Callback) -> None:
        if inspect.ismethod(callback):
            self._references.add(weakref.WeakMethod(callback, self._references.discard))
        else:
            self._references.add(lambda: callback)

    def call(self) -> None:
        # All are held before the first is called: what one lets go of is not gone before its own turn has come.
        for callback in [reference() for reference in list(self._references)]:
            try:
                if callback is not None:
                    callback()
            except Exception as error:  # noqa: BLE001 - one that fails must not keep the others from their turn
                LOG.error("at a fork %s failed: %s", callback, type(error).__name__)  # noqa: TRY400 - no values


class _Gate:
    """Count the threads that a fork has to wait for, and hold up others while it takes place."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[int, int] = {}
        self._forking: int | None = None

    def enter(self) -> None:
        me = threading.get_ident()
        with self._changed:
            # Who is inside already goes on: the fork waits for it.
            self._changed.wait_for(lambda: self._forking in (None, me) or me in self._inside)
            self._inside[me] = self._inside.get(me, 0) + 1

    def leave(self) -> None:
        me = threading.get_ident()
        with self._changed:
            self._inside[me] -= 1
            if not self._inside[me]:
                del self._inside[me]
            self._changed.notify_all()

    def shut(self) -> None:
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._forking is None)
            self._forking = me
            self._changed.wait_for(lambda: not self._inside.keys() - {me}, LONGEST_WAIT)

    def open(self) -> None:
        with self._changed:
            self._forking = None
            self._changed.notify_all()


_load, _close, _renew, _resume = (_Callbacks() for _ in range(4))
_gate = _Gate()
_renewing = threading.Lock()
_process = os.getpid()


def load_before_fork(load: Callback) -> None:
    """Have modules loaded in the parent before it forks, all that are imported at first use.

    One that another thread is importing at the time of the fork could never be imported in the child: its lock is
    held by a thread that is not there.
    """
    _load.add(load)


def load_modules(*names: str) -> None:
    """Load modules, those that are installed."""
    for name in names:
        with suppress(ImportError):
            import_module(name)


def close_before_fork(close: Callback) -> None:
    """Have something closed in the parent before it forks, while nothing `undivided` runs in another thread."""
    _close.add(close)


def renew_in_child(renew: Callback) -> None:
    """Have locks and connections replaced in every child, before any other code of it runs."""
    _renew.add(renew)


def resume_in_child(resume: Callback) -> None:
    """Have threads started again in every child, after everything is renewed."""
    _resume.add(resume)


@contextmanager
def undivided() -> Iterator[None]:
    """Run a block that no fork may fall into: the fork waits for its end, a block that begins waits for the fork's.

    For what a library does while it holds a lock of its own: a child that inherits that lock waits for ever.
    """
    gate = _gate
    gate.enter()
    try:
        yield
    finally:
        if gate is _gate:  # else this thread has forked itself, and this is the child
            gate.leave()


def notice_fork() -> None:
    """Renew what a child must not share, if this is one that was made without Python's handlers."""
    if _process == os.getpid():
        return
    with _renewing:
        if _process != os.getpid():
            _renew_all()


def _before() -> None:
    _load.call()
    _gate.shut()
    _close.call()


def _after_in_parent() -> None:
    _gate.open()


def _after_in_child() -> None:
    global _renewing
    _renewing = threading.Lock()
    _renew_all()


def _renew_all() -> None:
    global _gate, _process
    _gate = _Gate()
    _renew.call()
    _process = os.getpid()  # before threads begin, which would take it for a fork of their own
    _resume.call()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
