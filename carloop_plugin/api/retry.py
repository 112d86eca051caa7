"""When to try again, and how long to wait before.

At most three attempts, all before the deadline; full jitter from 50 ms, so that planners that failed together
do not come back together; what Carloop asks for in `Retry-After` where it fits. None while the session's budget
(`budget.py`) is spent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from carloop_plugin.api.budget import RetryBudget
from carloop_plugin.api.verdict import Failure, T, Verdict
from carloop_plugin.domain.changes import NothingHappened, Refused, Unknown
from carloop_plugin.events import (
    REQUEST_BUDGET_SPENT,
    REQUEST_RETRIED,
    REQUEST_WAIT_TOO_LONG,
    Field,
    log_event,
)

MOST_ATTEMPTS = 3
FIRST_PAUSE = 0.05
_LONGEST_NUMBER = 9

Sleep = Callable[[float], None]
Now = Callable[[], datetime]


def persist(
    attempt: Callable[[int], Verdict[T]],
    *,
    deadline: float,
    budget: RetryBudget,
    random: Random,
    sleep: Sleep,
    now: Now,
    named: Mapping[str, str],
) -> Verdict[T]:
    """Try until there is an answer, or neither time nor budget left.

    `attempt` is called with 0, 1 and 2; `named` are the fields by which events name the request. Return the last
    verdict; where an earlier attempt may have been executed, a failure says so.
    """
    lost_before = False
    for count in range(MOST_ATTEMPTS):
        verdict = attempt(count)
        pause = pause_after(
            verdict, count, seconds_left=deadline - time.monotonic(), chance=random.random(), now=now
        )
        goes_on = pause is not None and budget.take()
        _tell(verdict, count, pause, goes_on=goes_on, now=now, named=named)
        if pause is None or not goes_on:
            break
        lost_before = lost_before or _is_lost(verdict)
        sleep(pause)
    if not isinstance(verdict, Failure):
        budget.reward(count)
        return verdict
    if isinstance(verdict.answer, Refused):
        budget.reward(count)
    return _after_lost_attempt(verdict) if lost_before else verdict


def _is_lost(verdict: Verdict[T]) -> bool:
    return isinstance(verdict, Failure) and isinstance(verdict.answer, Unknown)


def _after_lost_attempt(failure: Failure) -> Failure:
    """Return what a last failure says where an attempt before it may have been executed."""
    match failure.answer:
        case Refused(reason):
            return replace(failure, answer=Refused(reason, after_lost_attempt=True))
        case NothingHappened(reason):
            return replace(failure, answer=Unknown(reason))
        case Unknown():
            return failure


def pause_after(
    verdict: Verdict[T], count: int, *, seconds_left: float, chance: float, now: Now
) -> float | None:
    """Give the seconds to wait after attempt `count` (0, 1, 2); None where there is to be no other.

    `chance` lies in [0, 1) and spreads the waits.
    """
    if not isinstance(verdict, Failure) or not verdict.again or count + 1 >= MOST_ATTEMPTS:
        return None
    jitter = chance * FIRST_PAUSE * 2**count
    pause = max(jitter, asked_wait(verdict.wait, now))
    return pause if pause < seconds_left else None


def _tell(
    verdict: Verdict[T],
    count: int,
    pause: float | None,
    *,
    goes_on: bool,
    now: Now,
    named: Mapping[str, str],
) -> None:
    if not isinstance(verdict, Failure) or not verdict.again or count + 1 == MOST_ATTEMPTS:
        return
    asked = round(asked_wait(verdict.wait, now), 3)
    known: dict[str, Field] = {
        **named,
        "attempt": count + 1,
        "code": verdict.answer.reason.code,
        "asked_seconds": asked,
    }
    if pause is not None:
        log_event(REQUEST_RETRIED if goes_on else REQUEST_BUDGET_SPENT, **known, wait_seconds=round(pause, 3))
    elif asked:
        log_event(REQUEST_WAIT_TOO_LONG, **known)


def asked_wait(value: str | None, now: Now) -> float:
    """Read a `Retry-After`, in seconds or as a date, as seconds from now; 0 where it says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:_LONGEST_NUMBER])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # as other people's dates make it raise
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now()).total_seconds())
