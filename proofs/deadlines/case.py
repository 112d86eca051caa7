"""A case: what stops a call, and the call that must end all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

MAX_OVERRUN = 0.05
"""Seconds after its deadline that a call may end."""

MAX_REPEATS = 2

Call = Callable[[float], tuple[str, float]]
"""Is given the seconds it has; gives the code that is told, or what else came, and the seconds it took too long."""


def measure_overrun(ask: Callable[[float], str], seconds: float) -> tuple[str, float]:
    """Ask with a deadline, monotonic seconds, and measure how long after it the call ended."""
    deadline = time.monotonic() + seconds
    return ask(deadline), time.monotonic() - deadline


@dataclass(frozen=True, slots=True)
class Case:
    """Something that stops a call: `stopped` sets it up and gives the call, which has so many seconds."""

    where: str
    what: str
    blocked: Callable[[], AbstractContextManager[Call]]
    seconds: float

    @property
    def name(self) -> str:
        """Name the case."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How the calls of a case ended: the seconds after the deadline of each, all that was told, and retries."""

    case: Case
    overruns: tuple[float, ...]
    codes: frozenset[str]
    repeats: int = 0

    @property
    def worst(self) -> float:
        """Return the seconds of the call that ended last."""
        return max(self.overruns)

    @property
    def is_late(self) -> bool:
        """Tell whether one ended too late."""
        return self.worst > MAX_OVERRUN

    @property
    def is_wrong_code(self) -> bool:
        """Tell whether anything but the deadline was told."""
        return self.codes != {"deadline_exceeded"}


def measure(case: Case, *, tries: int = 1) -> CaseResult:
    """Call so many times; all of it again, twice at most, where one was late: a busy machine only adds."""
    with case.blocked() as call:
        for repeats in range(MAX_REPEATS + 1):
            result = _try(case, call, tries, repeats)
            if not result.is_late:
                break
    return result


def _try(case: Case, call: Call, tries: int, repeats: int) -> CaseResult:
    codes, overruns = zip(*(call(case.seconds) for _ in range(tries)), strict=True)
    return CaseResult(case, overruns, frozenset(codes), repeats)
