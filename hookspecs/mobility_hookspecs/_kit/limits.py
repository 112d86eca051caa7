"""What bounds one provider: eight threads, and a pause for a hook that failed five times in a row."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from mobility_hookspecs.authoring.forking import renew_in_child

THREADS_A_PROVIDER = 8
FAILURES_IN_A_ROW = 5
PAUSE_SECONDS = 30.0
_IDLE_SECONDS = 10.0

Job: TypeAlias = Callable[[], None]


class ProviderThreads:
    """Run jobs on at most eight daemon threads; further jobs wait until one is free or they are withdrawn.

    Daemon threads, and not ``concurrent.futures``, whose exit waits for every thread: a provider that
    hangs must not keep the interpreter from ending.
    """

    def __init__(self, name: str) -> None:
        """Start without a thread.

        :param name: the provider's, for the threads' names.
        """
        self._name = name
        self._closed = False
        self._renew()
        renew_in_child(self._renew)

    def submit(self, job: Job) -> None:
        """Run a job as soon as a thread is free. It must not raise.

        After ``close`` no job is started any more: it waits to be withdrawn.
        """
        with self._changed:
            self._waiting.append(job)
            if self._closed:
                return
            # An idle thread counts until it wakes up: there must be one for each job that waits.
            if self._idle >= len(self._waiting):
                self._changed.notify()
            elif self._running < THREADS_A_PROVIDER:
                self._start_thread()

    def withdraw(self, job: Job) -> bool:
        """Remove a job that still waits, and return whether it did: then it will never run."""
        with self._changed:
            try:
                self._waiting.remove(job)
            except ValueError:
                return False
            return True

    def close(self) -> None:
        """Start no job any more; idle threads end now, others when their job ends."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _renew(self) -> None:
        # In a child of a fork, the jobs that wait are the parent's, and so are the threads.
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running = 0
        self._idle = 0

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=f"mobility-{self._name}", daemon=True)
        self._running += 1
        try:
            thread.start()
        except RuntimeError:  # the machine has no more threads; the job waits for one of ours
            self._running -= 1

    def _work(self) -> None:
        process = os.getpid()
        while (job := self._next_job()) is not None:
            try:
                job()
            except BaseException:
                if os.getpid() == process:
                    with self._changed:
                        self._running -= 1
                raise
            del job  # a waiting thread must not keep the last call's documents alive
            if os.getpid() != process:
                return  # the job has forked, and this is the child: the lock may be held for ever

    def _next_job(self) -> Job | None:
        with self._changed:
            while not self._closed:
                if self._waiting:
                    return self._waiting.popleft()
                self._idle += 1
                woken = self._changed.wait(_IDLE_SECONDS)
                self._idle -= 1
                if not woken and not self._waiting:
                    break
            self._running -= 1
            return None


class CircuitBreaker:
    """Count the failures of one hook of one provider, and open after five in a row: no call for 30 seconds.

    A call enters with a ticket and reports with it. The result of a call that began before the circuit
    opened means nothing afterwards, so the reports of older tickets are ignored.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start without a failure.

        :param clock: monotonic seconds.
        """
        self._clock = clock
        self._renew()
        renew_in_child(self._renew)
        self._failures = 0
        self._closes_at = 0.0
        self._round = 0

    def is_open(self) -> bool:
        """Return whether a call would be refused now."""
        with self._lock:
            return self._failures >= FAILURES_IN_A_ROW and self._clock() < self._closes_at

    def enter(self) -> int | None:
        """Return a ticket for a call that begins now, or None while the circuit is open.

        After the pause one call gets a ticket, as a probe; the pause starts again with it, and ends at once
        if the probe succeeds.
        """
        with self._lock:
            if self._failures < FAILURES_IN_A_ROW:
                return self._round
            if self._clock() < self._closes_at:
                return None
            # One probe alone: others are refused until it has been answered, or the pause is over again.
            self._open()
            return self._round

    def succeeded(self, ticket: int) -> None:
        """Report that the call with this ticket was answered."""
        with self._lock:
            if ticket == self._round:
                self._failures = 0

    def failed(self, ticket: int) -> None:
        """Report that the call with this ticket timed out or raised an unexpected exception."""
        with self._lock:
            if ticket != self._round:
                return
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self._open()

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def _open(self) -> None:
        self._closes_at = self._clock() + PAUSE_SECONDS
        self._round += 1  # makes the tickets of calls that still run invalid
