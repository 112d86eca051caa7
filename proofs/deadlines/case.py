"""A case: what stops a call, and the call that must end all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

MOST_OVERRUN = 0.05
"""Seconds after its deadline that a call may end."""

MOST_AGAIN = 2

Call = Callable[[float], tuple[str, float]]
"""Is given the seconds it has; gives the code that is told, or what else came, and the seconds it took too long."""


def timed(ask: Callable[[float], str], seconds: float) -> tuple[str, float]:
    """Ask with a deadline, monotonic seconds, and measure how long after it the call ended."""
    deadline = time.monotonic() + seconds
    return ask(deadline), time.monotonic() - deadline


@dataclass(frozen=True, slots=True)
class Case:
    """Something that stops a call: `stopped` sets it up and gives the call, which has so many seconds."""

    where: str
    what: str
    stopped: Callable[[], AbstractContextManager[Call]]
    seconds: float

    @property
    def name(self) -> str:
        """Name the case."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the calls of a case ended: the seconds after the deadline of each, all that was told, and retries."""

    case: Case
    overruns: tuple[float, ...]
    told: frozenset[str]
    again: int = 0

    @property
    def worst(self) -> float:
        """Return the seconds of the call that ended last."""
        return max(self.overruns)

    @property
    def is_late(self) -> bool:
        """Tell whether one ended too late."""
        return self.worst > MOST_OVERRUN

    @property
    def is_astray(self) -> bool:
        """Tell whether anything but the deadline was told."""
        return self.told != {"deadline_exceeded"}


def measure(case: Case, *, tries: int = 1) -> Ended:
    """Call so many times; all of it again, twice at most, where one was late: a busy machine only adds."""
    with case.stopped() as call:
        for again in range(MOST_AGAIN + 1):
            ended = _try(case, call, tries, again)
            if not ended.is_late:
                break
    return ended


def _try(case: Case, call: Call, tries: int, again: int) -> Ended:
    told, overruns = zip(*(call(case.seconds) for _ in range(tries)), strict=True)
    return Ended(case, overruns, frozenset(told), again)
