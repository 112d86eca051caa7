"""Requests to one Carloop with one token, each with its retries, over connections that all threads share.

At most three attempts, all before the deadline; full jitter from 50 ms, so that planners that failed together do not
come back together; what Carloop asks for in `Retry-After` where it fits. A budget keeps an outage of Carloop from being
made worse by those it has failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from carloop_plugin.api.answers import Failure, Page, Reader, Success, T, Verdict, judge
from carloop_plugin.api.call import MOST_ATTEMPTS, AttemptFailed, Call, Request
from carloop_plugin.domain.changes import NothingHappened, Refused, Unknown
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.events import (
    REQUEST_BUDGET_SPENT,
    REQUEST_RETRIED,
    REQUEST_WAIT_TOO_LONG,
    Field,
    log_event,
)
from mobility_hookspecs.authoring.forking import delay_fork

if TYPE_CHECKING:
    from carloop_plugin.api.transport import Transport

FIRST_PAUSE = 0.05
_LONGEST_NUMBER = 9

MOST_TOKENS = 20
"""Ten calls in a row that fail with all their attempts: more is no blip but an outage."""

# counted in tenths, since ten times a tenth is not one
_TOKEN = 10
_EARNED = 1

Sleep = Callable[[float], None]
Now = Callable[[], datetime]
Pairs = tuple[tuple[str, str | None], ...]
"""A query; pairs without a value are left out."""


@dataclass(slots=True)
class RetryBudget:
    """The retries of one session, shared by its reads and writes and by all threads: a bucket of tokens, as gRPC (A6).

    A retry takes a token; a call that is answered returns those it took and a tenth besides. So of n calls that were
    answered and any number that failed, the failed ones made `MOST_TOKENS + n / 10` retries at most.
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


class ReadRefused(CallFailed):
    """Carloop refused a read. `code` is the one of its problem document, None where it sent none."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.answer.reason)
        self.code = failure.code


@dataclass(eq=False)
class RetryingClient:
    """Sends requests to the interface at `url`. Opens its connections at the first one, and loads httpx then.

    `random`, `sleep` and `now` are for tests.
    """

    origin: str
    url: str
    token: str = field(repr=False)
    ca_file: str | None
    random: Random
    sleep: Sleep
    now: Now
    budget: RetryBudget = field(default_factory=RetryBudget)
    _transport: Transport | None = field(default=None, repr=False)
    _is_closed: bool = False
    _lock: Lock = field(default_factory=Lock, repr=False)

    def send(self, request: Request, read: Reader[T], call: Call) -> Verdict[T]:
        """Send a request, the same each time, until there is an answer or no time or retry left.

        Return the last verdict; where an earlier attempt may have been executed, a failure says so.
        """
        may_be_done: bool = False
        for count in range(call.most_attempts):
            call.attempt = count
            try:
                answer = self._open().exchange(request, call)
                verdict = judge(answer, read=read, deadline=call.deadline, action=request.action)
            except AttemptFailed as failed:
                unclear = Unknown(failed.reason) if failed.sent else NothingHappened(failed.reason)
                verdict = Failure(unclear, again=failed.again)
            if isinstance(verdict, Success) or isinstance(verdict.answer, Refused):
                self.budget.reward(count)
                break
            pause = self._pause_after(verdict, request, call)
            if pause is None:
                break
            may_be_done = may_be_done or isinstance(verdict.answer, Unknown)
            self.sleep(pause)
        if not may_be_done or isinstance(verdict, Success) or isinstance(verdict.answer, Unknown):
            return verdict
        return _after_lost_attempt(verdict)

    def read(
        self,
        path: str,
        pairs: Pairs,
        read: Reader[T],
        *,
        deadline: float,
        language: str | None = None,
        most_attempts: int = MOST_ATTEMPTS,
    ) -> T:
        """Read what is at a path, in a language. Raise `CallFailed` where that cannot be had in time."""
        query = urlencode([(name, value) for name, value in pairs if value is not None])
        logged = {"operation": path.split("/")[1]}
        headers = (("Accept-Language", language),) if language else ()
        request = Request("GET", f"{path}?{query}" if query else path, headers, logged=logged)
        verdict = self.send(request, read, Call(deadline, most_attempts))
        if isinstance(verdict, Success):
            return verdict.value
        if isinstance(verdict.answer, Refused):
            raise ReadRefused(verdict)
        raise CallFailed(verdict.answer.reason)

    def pages(
        self, path: str, pairs: Callable[[], Pairs], read: Reader[Page[T]], *, deadline: float
    ) -> Iterator[Page[T]]:
        """Read a list page by page; `pairs` is asked before each. Raise `CallFailed` for one without end."""
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            page = self.read(path, (*pairs(), ("cursor", cursor)), read, deadline=deadline)
            yield page
            cursor = page.fields["next_cursor"]
            if cursor is None:
                return
            if cursor in seen or not (page.items or page.unreadable):
                raise CallFailed(Reason("invalid_answer", "api.endless_list"))
            seen.add(cursor)

    def close(self) -> None:
        """Close the connections, each once no request uses it any more. A later request opens one for itself alone."""
        with self._lock:
            self._transport, self._is_closed = None, True

    def renew(self) -> None:
        """Forget the connections in a forked process, without closing any: they are its parent's."""
        if self._transport is not None:
            self._transport.close.detach()
        self._transport, self._lock = None, Lock()

    def _open(self) -> Transport:
        from carloop_plugin.api.transport import Transport

        with self._lock:
            if self._transport is not None:
                return self._transport
            # OpenSSL sets itself up, under locks of its own, when the first context is made
            with delay_fork():
                transport = Transport(self.origin, self.url, self.token, ca_file=self.ca_file)
            if not self._is_closed:
                self._transport = transport
            return transport

    def _pause_after(self, failure: Failure, request: Request, call: Call) -> float | None:
        """Decide on another attempt, log it, and return the seconds to wait before; None where there is to be none."""
        if not failure.again or call.attempt + 1 == call.most_attempts:
            return None
        asked = asked_wait(failure.wait, self.now) if failure.wait else 0.0
        pause = max(asked, self.random.random() * FIRST_PAUSE * 2**call.attempt)
        known: dict[str, Field] = {"attempt": call.attempt + 1, "code": failure.answer.reason.code}
        fields = {**request.logged, **known, "asked_seconds": asked}
        if pause >= call.deadline - time.monotonic():
            if asked:
                log_event(REQUEST_WAIT_TOO_LONG, **fields)
            return None
        goes_on = self.budget.take()
        log_event(REQUEST_RETRIED if goes_on else REQUEST_BUDGET_SPENT, **fields, wait_seconds=pause)
        return pause if goes_on else None


def _after_lost_attempt(failure: Failure) -> Failure:
    """Return what a last failure means where an attempt before it may have been executed."""
    reason = failure.answer.reason
    if isinstance(failure.answer, Refused):
        return replace(failure, answer=Refused(reason, after_lost_attempt=True))
    return replace(failure, answer=Unknown(reason))


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
