"""What one attempt has shown: done, refused, not now, or not known.

    Done      Carloop did it, here is its document
    Refused   it did not and will not, by its own word: a 4xx
    Delayed   it provably did not, but may do so later: no connection, 429, 503 `maintenance`
    Lost      it may or may not have done it: anything else once bytes had left us

Functions without effects: an attempt in, a verdict out. `retry.py` decides what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from carloop_plugin.api.decode import Document, read_document, read_problem
from carloop_plugin.api.refusals import reason_of_refusal, reason_of_status
from carloop_plugin.api.trouble import Answer, Broken, Trouble
from carloop_plugin.model import Action, Reason

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """Carloop did it. `replayed`: it had done it before. `moment` as in `Answer`."""

    value: T_co
    replayed: bool = False
    moment: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Carloop says no. `problem` is its problem document, None where the answer is none."""

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
    schema: str,
    convert: Callable[[Document], T],
    deadline: float,
    action: Action | None = None,
) -> Verdict[T]:
    """Say what an attempt has shown, as far as there is time to read it.

    A good answer is a `carloop/SCHEMA` that `convert` accepts, or else raises `Broken` for. `action` is None
    for a read.
    """
    if isinstance(attempt, Trouble):
        return _judge_trouble(attempt)
    if attempt.status in _good_statuses(action):
        return _judge_success(attempt, schema, convert, deadline)
    if 400 <= attempt.status <= 599:
        return _judge_error(attempt, action)
    return Lost(Reason("invalid_answer", "api.odd_status", (("status", str(attempt.status)),)))


def _good_statuses(action: Action | None) -> tuple[int, ...]:
    return (201, 200) if action is Action.BOOK else (200,)


def _judge_trouble(trouble: Trouble) -> _NotDone:
    if not trouble.sent:
        return Delayed(trouble.reason, again=trouble.again)
    if trouble.status is None or not 400 <= trouble.status <= 499 or trouble.status == 409:
        return Lost(trouble.reason, again=trouble.again)
    # the status came, the reason did not
    reason = reason_of_status(trouble.status) or trouble.reason
    return Delayed(reason) if trouble.status == 429 else Refused(reason)


def _judge_success(
    answer: Answer, schema: str, convert: Callable[[Document], T], deadline: float
) -> Done[T] | Lost:
    try:
        value = convert(read_document(answer, schema, deadline=deadline))
    except Broken as broken:
        return Lost(broken.reason)
    replayed = answer.headers.get("idempotent-replay", "").strip().lower() == "true"
    return Done(value, replayed=replayed, moment=answer.moment)


def _judge_error(answer: Answer, action: Action | None) -> _NotDone:
    problem = read_problem(answer)
    wait = answer.headers.get("retry-after")
    code = problem["code"] if problem is not None else None
    if answer.status == 503 and code == "maintenance":
        return Delayed(Reason("unreachable", "api.maintenance"), wait=wait)
    if answer.status >= 500:
        status = (("status", str(answer.status)),)
        return Lost(Reason("unreachable", "api.server_error", status), wait=wait)
    # without its problem document a 409 may be the one that says "still at it"
    if code == "request_in_progress" or (answer.status == 409 and problem is None):
        return Lost(Reason("busy", "api.in_progress"), wait=wait)
    reason = reason_of_refusal(answer.status, problem, action)
    return Delayed(reason, wait=wait) if answer.status == 429 else Refused(reason, problem)
