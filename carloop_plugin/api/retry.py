"""When to try again, how long to wait before, and how many retries a session may spend.

At most three attempts, all before the deadline; full jitter from 50 ms, so that planners that failed together do not
come back together; what Carloop asks for in `Retry-After` where it fits. The budget keeps an outage of Carloop from
being made worse by those it has failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from threading import Lock

from carloop_plugin.api.answers import Failure, Success, T, Verdict
from carloop_plugin.api.call import AttemptFailed
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

MOST_TOKENS = 20
"""Ten calls in a row that fail with all their attempts: more is no blip but an outage."""

# counted in tenths, since ten times a tenth is not one
_TOKEN = 10
_EARNED = 1

Sleep = Callable[[float], None]
Now = Callable[[], datetime]


@dataclass(slots=True)
class RetryBudget:
    """The retries of one session, shared by its reads and writes and by all threads: a bucket of tokens, as gRPC (A6).

    A retry takes a token; a call that is answered returns those it took and a tenth besides. While Carloop answers,
    retries are free; where it does not, they run out, and each call is tried once until it answers again. So of n
    calls that were answered and any number that failed, the failed ones made `MOST_TOKENS + n / 10` retries at most.
    """

    _tenths: int = MOST_TOKENS * _TOKEN
    _lock: Lock = field(default_factory=Lock)

    def take(self) -> bool:
        """Take a token for a retry; False where none is left, and the retry is not to be made."""
        with self._lock:
            if self._tenths < _TOKEN:
                return False
            self._tenths -= _TOKEN
            return True

    def reward(self, retries: int) -> None:
        """Return the tokens of a call that was answered, and a tenth of one besides."""
        with self._lock:
            self._tenths = min(self._tenths + retries * _TOKEN + _EARNED, MOST_TOKENS * _TOKEN)


@dataclass(frozen=True, slots=True)
class Retries:
    """The retries of a session. `random`, `sleep` and `now` are for tests."""

    random: Random
    sleep: Sleep
    now: Now
    budget: RetryBudget = field(default_factory=RetryBudget)

    def run(
        self, attempt: Callable[[int], Verdict[T]], *, deadline: float, logged: Mapping[str, str]
    ) -> Verdict[T]:
        """Call `attempt` with 0, 1 and 2, until there is an answer or neither time nor budget left.

        Return the last verdict; where an earlier attempt may have been executed, a failure says so.
        """
        may_be_done = False
        for count in range(MOST_ATTEMPTS):
            try:
                verdict = attempt(count)
            except AttemptFailed as failed:
                answer = Unknown(failed.reason) if failed.sent else NothingHappened(failed.reason)
                verdict = Failure(answer, again=failed.again)
            if isinstance(verdict, Success) or isinstance(verdict.answer, Refused):
                self.budget.reward(count)
                break
            left = deadline - time.monotonic()
            pause = pause_after(verdict, count, seconds_left=left, chance=self.random.random(), now=self.now)
            goes_on = pause is not None and self.budget.take()
            _log(verdict, count, pause, goes_on=goes_on, now=self.now, logged=logged)
            if pause is None or not goes_on:
                break
            may_be_done = may_be_done or isinstance(verdict.answer, Unknown)
            self.sleep(pause)
        return after_lost_attempt(verdict) if may_be_done else verdict


def after_lost_attempt(verdict: Verdict[T]) -> Verdict[T]:
    """Return what a last verdict means where an attempt before it may have been executed."""
    match verdict:
        case Failure(Refused(reason)):
            return replace(verdict, answer=Refused(reason, after_lost_attempt=True))
        case Failure(NothingHappened(reason)):
            return replace(verdict, answer=Unknown(reason))
        case _:
            return verdict


def pause_after(
    failure: Failure, count: int, *, seconds_left: float, chance: float, now: Now
) -> float | None:
    """Return the seconds to wait after attempt `count` (0, 1, 2); None where there is to be no other.

    `chance` lies in [0, 1) and spreads the waits.
    """
    if not failure.again or count + 1 >= MOST_ATTEMPTS:
        return None
    jitter = chance * FIRST_PAUSE * 2**count
    pause = max(jitter, asked_wait(failure.wait, now) if failure.wait else 0.0)
    return pause if pause < seconds_left else None


def asked_wait(value: str, now: Now) -> float:
    """Read a `Retry-After`, in seconds or as a date, as seconds from now; 0 where it says nothing."""
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:_LONGEST_NUMBER])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # as other people's dates make it raise
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now()).total_seconds())


def _log(
    failure: Failure,
    count: int,
    pause: float | None,
    *,
    goes_on: bool,
    now: Now,
    logged: Mapping[str, str],
) -> None:
    if not failure.again or count + 1 == MOST_ATTEMPTS:
        return
    asked = round(asked_wait(failure.wait, now), 3) if failure.wait else 0.0
    code = failure.answer.reason.code
    fields: dict[str, Field] = {**logged, "attempt": count + 1, "code": code, "asked_seconds": asked}
    if pause is not None:
        log_event(
            REQUEST_RETRIED if goes_on else REQUEST_BUDGET_SPENT, **fields, wait_seconds=round(pause, 3)
        )
    elif asked:
        log_event(REQUEST_WAIT_TOO_LONG, **fields)
