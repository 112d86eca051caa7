"""The threads that one provider may hold, so that a hanging one takes no more than its share."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from mobility_hookspecs.authoring.forking import renew_in_child

THREADS_A_PROVIDER = 8
_IDLE_SECONDS = 10.0

Job: TypeAlias = Callable[[], None]


class Bulkhead:
    """Run jobs on at most eight daemon threads; further jobs wait until one is free or they are withdrawn.

    Daemon threads, and not ``concurrent.futures``, whose exit waits for every thread: a provider that
    hangs must not keep the interpreter from ending.
    """

    def __init__(self, name: str) -> None:
        """Start without a thread.

        :param name: the provider's, for the threads' names.
        """
        self._threads = _Threads(name, closed=False)
        renew_in_child(self._renew)

    def submit(self, job: Job) -> None:
        """Run a job as soon as a thread is free. It must not raise.

        After ``close`` nothing is run any more: the job waits to be withdrawn.
        """
        self._threads.submit(job)

    def withdraw(self, job: Job) -> bool:
        """Take back a job that still waits, and tell whether it did: then it will never run."""
        return self._threads.withdraw(job)

    def close(self) -> None:
        """Start no job any more; idle threads end now, others when their job ends."""
        self._threads.close()

    def _renew(self) -> None:
        # What waits is the parent's, and so are the threads.
        self._threads = _Threads(self._threads.name, closed=self._threads.closed)


class _Threads:
    """The threads of one process, and the jobs that wait for them."""

    def __init__(self, name: str, *, closed: bool) -> None:
        self.name = name
        self.closed = closed
        self._process = os.getpid()
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running = 0
        self._idle = 0

    def submit(self, job: Job) -> None:
        with self._changed:
            self._waiting.append(job)
            if self.closed:
                return
            if self._idle >= len(self._waiting):
                self._changed.notify()
            elif self._running < THREADS_A_PROVIDER:
                self._start_one()

    def withdraw(self, job: Job) -> bool:
        with self._changed:
            try:
                self._waiting.remove(job)
            except ValueError:
                return False
            return True

    def close(self) -> None:
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _start_one(self) -> None:
        thread = threading.Thread(target=self._work, name=f"mobility-{self.name}", daemon=True)
        self._running += 1
        try:
            thread.start()
        except RuntimeError:  # the machine gives no more threads; the job waits for one of ours
            self._running -= 1

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            try:
                job()
            except BaseException:
                with self._changed:
                    self._running -= 1
                raise
            del job  # a waiting thread must not keep the last call's documents alive
            if os.getpid() != self._process:
                return  # the job has forked, and this is the child: the lock may be held for ever

    def _next_job(self) -> Job | None:
        with self._changed:
            while not self.closed:
                if self._waiting:
                    return self._waiting.popleft()
                self._idle += 1
                woken = self._changed.wait(_IDLE_SECONDS)
                self._idle -= 1
                if not woken and not self._waiting:
                    break
            self._running -= 1
            return None
