"""Fork safety: what a child process must not share with its parent is replaced before the child uses it.

A child made by ``fork`` has one thread and a copy of everything else: locks held by threads that do not exist
there, connections whose other end still serves the parent. Code that keeps such things registers here. Before a
fork, in the parent, modules are imported and files closed that cannot cross it. In the child, before any other code
runs, locks and connections are replaced; nothing inherited is used or closed. Then threads are started again.

A server that forks in C (uWSGI) may run none of Python's handlers, so entry points call ``detect_fork`` first.
"""

from __future__ import annotations

import inspect
import logging  # its own handlers have to be registered before ours: threads started here may write to a log
import os
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TypeAlias

LOG = logging.getLogger("mobility_hookspecs")

LONGEST_WAIT = 10.0
"""Seconds that a fork waits for `delay_fork` blocks, at most."""

Callback: TypeAlias = Callable[[], object]


class _Callbacks:
    """Functions to call at a fork. A bound method is dropped together with its object."""

    def __init__(self) -> None:
        self._references: set[Callable[[], Callback | None]] = set()

    def add(self, callback: Callback) -> None:
        if inspect.ismethod(callback):
            self._references.add(weakref.WeakMethod(callback, self._references.discard))
        else:
            self._references.add(lambda: callback)

    def call(self) -> None:
        # Strong references first: a callback may drop the last reference to the owner of a later one.
        for callback in [reference() for reference in list(self._references)]:
            try:
                if callback is not None:
                    callback()
            except Exception as error:  # noqa: BLE001 - the other callbacks still have to run
                LOG.error("at a fork %s failed: %s", callback, type(error).__name__)  # noqa: TRY400 - no values


class _ForkDelay:
    """The threads that a fork has to wait for; new blocks wait while a fork takes place."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.blocks: Counter[int] = Counter()
        self.forking: int | None = None

    def before_fork(self) -> None:
        thread = threading.get_ident()
        with self.changed:
            self.changed.wait_for(lambda: self.forking is None)
            self.forking = thread
            self.changed.wait_for(lambda: not self.blocks.keys() - {thread}, LONGEST_WAIT)

    def after_fork(self) -> None:
        with self.changed:
            self.forking = None
            self.changed.notify_all()


_load, _close, _renew, _resume = (_Callbacks() for _ in range(4))
_fork_delay = _ForkDelay()
_renewing = threading.Lock()
_process = os.getpid()


load_before_fork = _load.add
"""Have modules that are imported at first use imported in the parent, before it forks.

A module that another thread is importing at the time of the fork could never be imported in the child: its import
lock is held by a thread that does not exist there.
"""

close_before_fork = _close.add
"""Have something closed in the parent before it forks, while no `delay_fork` block runs in another thread."""

renew_in_child = _renew.add
"""Have locks and connections replaced in every child, before any other code of it runs."""

resume_in_child = _resume.add
"""Have threads started again in every child, after everything is renewed."""


@contextmanager
def delay_fork() -> Iterator[None]:
    """Run a block that no fork may interrupt: the fork waits for its end, a block that begins waits for the fork's.

    For what a library does while it holds a lock of its own: a child that inherits that lock waits for ever.
    """
    delay, thread = _fork_delay, threading.get_ident()
    with delay.changed:
        # A thread that is inside already goes on: the fork waits for it.
        delay.changed.wait_for(lambda: delay.forking in (None, thread) or thread in delay.blocks)
        delay.blocks[thread] += 1
    try:
        yield
    finally:
        if delay is _fork_delay:  # else this thread has forked inside the block, and this is the child
            with delay.changed:
                delay.blocks -= Counter([thread])
                delay.changed.notify_all()


def load_modules(*names: str) -> None:
    """Import modules, those that are installed."""
    for name in names:
        with suppress(ImportError):
            import_module(name)


def detect_fork() -> None:
    """Renew what a child must not share, if this is one that was made without Python's handlers."""
    if _process == os.getpid():
        return
    with _renewing:
        if _process != os.getpid():
            _renew_all()


def _before() -> None:
    _load.call()
    _fork_delay.before_fork()
    _close.call()


def _after_in_parent() -> None:
    _fork_delay.after_fork()


def _after_in_child() -> None:
    global _renewing
    _renewing = threading.Lock()
    _renew_all()


def _renew_all() -> None:
    global _fork_delay, _process
    _fork_delay = _ForkDelay()
    _renew.call()
    _process = os.getpid()  # before threads start, which would take it for a fork of their own
    _resume.call()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
