"""From a raw answer to a verdict: bound what hostile JSON costs, validate it, and decide what it shows.

An attempt ends in `Success`, with the value that was read, or in `Failure`, with what it says about a change:

    Refused          it was not done and will not be: Carloop's own problem document says so. A read is also refused by
                     others' 4xx
    NothingHappened  it provably was not done, but may be later: no connection, or `rate_limited` or `maintenance`
    Unknown          it may have been done: anything else once bytes had left us, whatever the status
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any, Generic, TypeVar

import msgspec

from carloop_plugin.api.call import DEADLINE, TOO_LARGE, AttemptFailed, RawAnswer
from carloop_plugin.api.refusals import proves_nothing_done, reason_of_refusal, reason_on_the_way
from carloop_plugin.domain.changes import RENTING, Action, NothingHappened, Refused, Unknown
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.rentals import Unreadable
from mobility_schemas import InvalidDocument, validate

# brackets, braces and commas: a thousand vehicles have 25,000; 16 MiB of "[]," would grow to 430 MiB of lists
MOST_MARKS = 200_000
_MARKS = b"[{,"
# an account or a rental has a hundred; looking through more than it can have takes time from its deadline
_MOST_MARKS_OF_ONE = 20_000
# what a page holds at most (openapi.json); a longer one would cost 50 ms and more to be refused by its schema
MOST_ITEMS = 1_000
# what decoding, validating and converting take at most, here and now 0.35 µs; none of them can be interrupted
SECONDS_A_MARK = 0.5e-6
# to find out where a document is wrong takes a tenth of a second the first time
LONGEST_EXPLANATION = 0.25
_LONGEST_POINTER = 200
_PROBLEM_TYPE = "application/problem+json"
# the `Identifier` of openapi.json: what of a broken item may stand in a log
_IDENTIFIER = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,79}")
_LONGEST_REFERENCE = 255
_CARRIED_ALONG = frozenset({"conflict", "errors", "rental"})
# statuses by which whoever answered for Carloop asks for another try; a write is sent again after any
_ASKED_AGAIN = frozenset({408, 409, 421, 425, 429})

# what a conversion raises for a value that no calendar has: an offset may lead out of it, whatever a schema's format
# check thinks of that
NO_VALUE = (ValueError, ArithmeticError)
NOT_A_VALUE = Reason("invalid_answer", "api.not_a_value")

Checked = Mapping[str, Any]
"""A document that has passed its schema; the schema, not the type checker, knows its fields."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Reader = Callable[[RawAnswer, float], T]
"""Reads a good answer before a deadline. Raises `AttemptFailed` where it is none."""


@dataclass(frozen=True, slots=True)
class Success(Generic[T_co]):
    """Carloop did it. `replayed`: it had done it before."""

    value: T_co
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """No success. `answer` is what is known of a change then.

    `again`: another attempt may do better, unless this is a refusal. `wait` is the `Retry-After`, if any. `code` is
    that of a refusal by Carloop's own problem document.
    """

    answer: Refused | NothingHappened | Unknown
    again: bool = True
    wait: str = ""
    code: str | None = None


Verdict = Success[T] | Failure


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A page of a list: its items, and what names those that cannot be read. `fields` are the list's own."""

    fields: Checked
    items: tuple[T_co, ...]
    unreadable: tuple[Unreadable, ...] = ()


def judge(answer: RawAnswer, *, read: Reader[T], deadline: float, action: Action | None = None) -> Verdict[T]:
    """Decide what an answer shows, as far as there is time to read it.

    A good answer is one that `read` accepts, or else raises `AttemptFailed` for. `action` is None for a read.
    """
    if answer.status == 200 or (answer.status == 201 and action in RENTING):
        replayed = answer.idempotent_replay.strip().lower() == "true"
        return Success(read(answer, deadline), replayed=replayed)
    if 400 <= answer.status <= 599:
        return _judge_error(answer, action)
    return Failure(Unknown(Reason("invalid_answer", "api.odd_status", (("status", str(answer.status)),))))


def _judge_error(answer: RawAnswer, action: Action | None) -> Failure:
    problem = read_problem(answer) or {}
    code, wait = problem.get("code"), answer.retry_after
    if not proves_nothing_done(answer.status, code, action):
        reason = reason_on_the_way(answer.status, code, action)
        may_be_done = action is not None or answer.status >= 500 or answer.status in _ASKED_AGAIN
        return Failure(Unknown(reason) if may_be_done else Refused(reason), wait=wait)
    reason = reason_of_refusal(problem, action)
    if code in ("rate_limited", "maintenance"):
        return Failure(NothingHappened(reason), wait=wait)
    return Failure(Refused(reason), code=code)


def read_document(name: str, convert: Callable[[Checked], T], answer: RawAnswer, deadline: float) -> T:
    """Read an answer as the document `carloop/NAME`. Raise `AttemptFailed` where it is none, or too late to be read.

    Of a key that comes twice the last counts, for the schema and for us alike.
    """
    document = _decode(answer, most_marks=_MOST_MARKS_OF_ONE, deadline=deadline)
    try:
        validate(document, f"carloop/{name}", explained=deadline - time.monotonic() > LONGEST_EXPLANATION)
        return convert(document)
    except InvalidDocument as invalid:
        raise _not_of_schema(invalid) from None
    except NO_VALUE:
        raise AttemptFailed(NOT_A_VALUE) from None


def read_list(name: str, convert: Callable[[Checked], T], answer: RawAnswer, deadline: float) -> Page[T]:
    """Read an answer as the list `carloop/NAMEList`, item by item where not all are a `carloop/NAME`.

    Raise `AttemptFailed` where it is no list at all, or comes too late to be read.
    """
    document = _decode(answer, most_marks=MOST_MARKS, deadline=deadline)
    items = document.get("items") if isinstance(document, dict) else None
    if isinstance(items, list) and len(items) > MOST_ITEMS:
        raise AttemptFailed(TOO_LARGE)
    # one decision for the whole page is twenty times as fast as one for each item
    with suppress(*NO_VALUE):
        validate(document, f"carloop/{name}List", explained=False)
        return Page(document, tuple([convert(item) for item in document["items"]]))
    fields = {**document, "items": []} if isinstance(items, list) else document
    try:
        validate(fields, f"carloop/{name}List", explained=deadline - time.monotonic() > LONGEST_EXPLANATION)
    except InvalidDocument as invalid:
        raise _not_of_schema(invalid) from None
    return _read_items(fields, items or [], name, convert, deadline)


def _read_items(
    fields: Checked, items: list[Any], name: str, convert: Callable[[Checked], T], deadline: float
) -> Page[T]:
    readable: list[T] = []
    others: list[Unreadable] = []
    for item in items:
        if time.monotonic() > deadline:
            raise AttemptFailed(DEADLINE)
        try:
            validate(item, f"carloop/{name}", explained=False)
            readable.append(convert(item))
        except NO_VALUE:
            others.append(_unreadable(item))
    return Page(fields, tuple(readable), tuple(others))


def _unreadable(item: object) -> Unreadable:
    known = item if isinstance(item, dict) else {}
    named, reference = known.get("id"), known.get("external_reference")
    return Unreadable(
        named if isinstance(named, str) and _IDENTIFIER.fullmatch(named) else None,
        reference if isinstance(reference, str) and len(reference) <= _LONGEST_REFERENCE else None,
    )


def read_problem(answer: RawAnswer) -> Checked | None:
    """Read an answer as Carloop's problem document; None where it is none, or one of another status.

    What a problem carries along beside its code must not cost us the code.
    """
    if not answer.content_type.lower().startswith(_PROBLEM_TYPE):
        return None
    with suppress(AttemptFailed):
        whole = _decode(answer, most_marks=_MOST_MARKS_OF_ONE, deadline=inf)
        known = whole if isinstance(whole, dict) else {}
        for document in (known, {name: known[name] for name in known if name not in _CARRIED_ALONG}):
            with suppress(InvalidDocument):
                validate(document, "carloop/Problem", explained=False)
                return document if document["status"] == answer.status else None
    return None


def _not_of_schema(invalid: InvalidDocument) -> AttemptFailed:
    pointer = (invalid.pointer or "/")[:_LONGEST_POINTER]
    return AttemptFailed(Reason("invalid_answer", "api.not_of_schema", (("pointer", pointer),)))


def _decode(answer: RawAnswer, *, most_marks: int, deadline: float) -> Any:
    if answer.body.lstrip().startswith(b"<"):
        raise AttemptFailed(Reason("invalid_answer", "api.web_page"))
    marks = len(answer.body) - len(answer.body.translate(None, _MARKS))
    if marks > most_marks:
        raise AttemptFailed(TOO_LARGE)
    if time.monotonic() + marks * SECONDS_A_MARK > deadline:
        raise AttemptFailed(DEADLINE)
    try:
        return msgspec.json.decode(answer.body)
    # UTF-8 that is none and numbers out of range are ValueErrors; depth is bounded by the recursion limit
    except (ValueError, RecursionError):
        raise AttemptFailed(Reason("invalid_answer", "api.not_json")) from None
