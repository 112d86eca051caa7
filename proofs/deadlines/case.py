"""A case: what blocks a call, and the call that must end at its deadline all the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

MAX_OVERRUN = 0.05
"""Seconds after its deadline that a call may end."""

MAX_REPEATS = 2

Call = Callable[[float], tuple[str, float]]
"""Takes the seconds of the call; returns its code or other answer, and the seconds past its deadline."""


def measure_overrun(ask: Callable[[float], str], seconds: float) -> tuple[str, float]:
    """Call with a deadline, and return the code and the seconds after the deadline at which the call ended."""
    deadline = time.monotonic() + seconds
    return ask(deadline), time.monotonic() - deadline


@dataclass(frozen=True, slots=True)
class Case:
    """Something that blocks a call: `blocked` sets it up and yields the call, which has so many seconds."""

    where: str
    what: str
    blocked: Callable[[], AbstractContextManager[Call]]
    seconds: float

    @property
    def name(self) -> str:
        """Return the case's name."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The results of a case: each call's seconds past its deadline, all codes, and how often it was repeated."""

    case: Case
    overruns: tuple[float, ...]
    codes: frozenset[str]
    repeats: int = 0

    @property
    def worst(self) -> float:
        """Return the longest overrun."""
        return max(self.overruns)

    @property
    def is_late(self) -> bool:
        """Return whether a call ended too late."""
        return self.worst > MAX_OVERRUN

    @property
    def is_wrong_code(self) -> bool:
        """Return whether there was another code than that of the deadline."""
        return self.codes != {"deadline_exceeded"}


def measure(case: Case, *, tries: int = 1) -> CaseResult:
    """Make so many calls; repeat them, twice at most, if one was late, since a busy machine only adds time."""
    with case.blocked() as call:
        for repeats in range(MAX_REPEATS + 1):
            result = _try(case, call, tries, repeats)
            if not result.is_late:
                break
    return result


def _try(case: Case, call: Call, tries: int, repeats: int) -> CaseResult:
    codes, overruns = zip(*(call(case.seconds) for _ in range(tries)), strict=True)
    return CaseResult(case, overruns, frozenset(codes), repeats)
