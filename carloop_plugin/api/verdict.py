"""What one attempt has shown: done, refused, not now, or not known.

    Done      Carloop did it, here is its document
    Refused   it did not and will not: its own problem document says so. A read is also refused by others' 4xx
    Delayed   it provably did not, but may do so later: no connection, or its own `rate_limited` or `maintenance`
    Lost      it may or may not have done it: anything else once bytes had left us, whatever its status

Functions without effects: an attempt in, a verdict out. `retry.py` decides what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from carloop_plugin.api.decode import Document, read_problem
from carloop_plugin.api.failures import Answer, Broken, Trouble
from carloop_plugin.api.refusals import proves_nothing_done, reason_of_refusal, reason_on_the_way
from carloop_plugin.domain.changes import Action
from carloop_plugin.domain.failures import Reason

# statuses by which whoever answered for Carloop asks for another try; a write is sent again after any
_ASKED_AGAIN = frozenset({408, 409, 421, 425, 429})

T = TypeVar("T")
Reader = Callable[[Answer, float], T]
"""Reads a good answer before a deadline. Raises `Broken` where it is none."""

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """Carloop did it. `replayed`: it had done it before. `moment` as in `Answer`."""

    value: T_co
    replayed: bool = False
    moment: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Carloop says no. `problem` is its problem document; None for a read that somebody else refused."""

    reason: Reason
    problem: Document | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delayed:
    """Nothing was done, by proof. `again`: another attempt may do better; `wait` is what Carloop asks for."""

    reason: Reason
    again: bool = True
    wait: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """It may have been done. `again` and `wait` as in `Delayed`."""

    reason: Reason
    again: bool = True
    wait: str | None = None


_NotDone = Refused | Delayed | Lost
Verdict = Done[T] | Refused | Delayed | Lost


def judge(
    attempt: Answer | Trouble,
    *,
    read: Reader[T],
    deadline: float,
    action: Action | None = None,
) -> Verdict[T]:
    """Say what an attempt has shown, as far as there is time to read it.

    A good answer is one that `read` accepts, or else raises `Broken` for. `action` is None for a read.
    """
    if isinstance(attempt, Trouble):
        return _judge_trouble(attempt)
    if attempt.status in _good_statuses(action):
        return _judge_success(attempt, read, deadline)
    if 400 <= attempt.status <= 599:
        return _judge_error(attempt, action)
    return Lost(Reason("invalid_answer", "api.odd_status", (("status", str(attempt.status)),)))


def _good_statuses(action: Action | None) -> tuple[int, ...]:
    return (201, 200) if action is Action.BOOK else (200,)


def _judge_trouble(trouble: Trouble) -> _NotDone:
    # a status whose body did not arrive may be anybody's
    verdict = Lost if trouble.sent else Delayed
    return verdict(trouble.reason, again=trouble.again)


def _judge_success(answer: Answer, read: Reader[T], deadline: float) -> Done[T] | Lost:
    try:
        value = read(answer, deadline)
    except Broken as broken:
        return Lost(broken.reason)
    replayed = answer.headers.get("idempotent-replay", "").strip().lower() == "true"
    return Done(value, replayed=replayed, moment=answer.moment)


def _judge_error(answer: Answer, action: Action | None) -> _NotDone:
    problem = read_problem(answer)
    code = None if problem is None else str(problem["code"])
    wait = answer.headers.get("retry-after")
    if problem is None or not proves_nothing_done(answer.status, str(code), action):
        reason = reason_on_the_way(answer.status, code, action)
        may_be_done = action is not None or answer.status >= 500 or answer.status in _ASKED_AGAIN
        return Lost(reason, wait=wait) if may_be_done else Refused(reason)
    reason = reason_of_refusal(problem, action)
    is_for_now = code in ("rate_limited", "maintenance")
    return Delayed(reason, wait=wait) if is_for_now else Refused(reason, problem)
