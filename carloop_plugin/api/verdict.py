"""What one attempt has shown: `Success`, with the document, or `Failure`, with what it says about a change.

    Refused          it was not done and will not be: Carloop's own problem document says so. A read is also refused by
                     others' 4xx
    NothingHappened  it provably was not done, but may be later: no connection, or `rate_limited` or `maintenance`
    Unknown          it may have been done: anything else once bytes had left us, whatever the status

Functions without effects: an attempt in, a verdict out. `retry.py` decides what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from carloop_plugin.api.decode import Document, read_problem
from carloop_plugin.api.failures import Broken, RawAnswer, Trouble
from carloop_plugin.api.refusals import proves_nothing_done, reason_of_refusal, reason_on_the_way
from carloop_plugin.domain.changes import Action, NothingHappened, Refused, Unknown
from carloop_plugin.domain.failures import Reason

# statuses by which whoever answered for Carloop asks for another try; a write is sent again after any
_ASKED_AGAIN = frozenset({408, 409, 421, 425, 429})

T = TypeVar("T")
Reader = Callable[[RawAnswer, float], T]
"""Reads a good answer before a deadline. Raises `Broken` where it is none."""

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Success(Generic[T_co]):
    """Carloop did it. `replayed`: it had done it before. `moment` as in `RawAnswer`."""

    value: T_co
    replayed: bool = False
    moment: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """No success. `answer` is what is known of a change then.

    `again`: another attempt may do better. `wait` is the `Retry-After`. `problem` is Carloop's own problem document.
    """

    answer: Refused | NothingHappened | Unknown
    again: bool = True
    wait: str | None = None
    problem: Document | None = field(default=None, repr=False)


Verdict = Success[T] | Failure


def judge(
    attempt: RawAnswer | Trouble,
    *,
    read: Reader[T],
    deadline: float,
    action: Action | None = None,
) -> Verdict[T]:
    """Decide what an attempt has shown, as far as there is time to read it.

    A good answer is one that `read` accepts, or else raises `Broken` for. `action` is None for a read.
    """
    if isinstance(attempt, Trouble):
        # a status whose body did not arrive may be anybody's
        answer = Unknown(attempt.reason) if attempt.sent else NothingHappened(attempt.reason)
        return Failure(answer, again=attempt.again)
    if attempt.status in _good_statuses(action):
        return _judge_success(attempt, read, deadline)
    if 400 <= attempt.status <= 599:
        return _judge_error(attempt, action)
    return Failure(Unknown(Reason("invalid_answer", "api.odd_status", (("status", str(attempt.status)),))))


def _good_statuses(action: Action | None) -> tuple[int, ...]:
    return (201, 200) if action is Action.BOOK else (200,)


def _judge_success(answer: RawAnswer, read: Reader[T], deadline: float) -> Verdict[T]:
    try:
        value = read(answer, deadline)
    except Broken as broken:
        return Failure(Unknown(broken.reason))
    replayed = answer.headers.get("idempotent-replay", "").strip().lower() == "true"
    return Success(value, replayed=replayed, moment=answer.moment)


def _judge_error(answer: RawAnswer, action: Action | None) -> Failure:
    problem = read_problem(answer)
    code = None if problem is None else str(problem["code"])
    wait = answer.headers.get("retry-after")
    if problem is None or not proves_nothing_done(answer.status, str(code), action):
        reason = reason_on_the_way(answer.status, code, action)
        may_be_done = action is not None or answer.status >= 500 or answer.status in _ASKED_AGAIN
        return Failure(Unknown(reason), wait=wait) if may_be_done else Failure(Refused(reason), again=False)
    reason = reason_of_refusal(problem, action)
    if code in ("rate_limited", "maintenance"):
        return Failure(NothingHappened(reason), wait=wait)
    return Failure(Refused(reason), again=False, problem=problem)
