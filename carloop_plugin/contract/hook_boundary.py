"""The border to the host: documents are checked on their way in, failures become the contract's problems."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

from carloop_plugin.bootstrap import Wired, opened
from carloop_plugin.contract.problems import problem_document
from carloop_plugin.domain.failures import Failed
from carloop_plugin.domain.values import PROVIDER_ID
from carloop_plugin.events import (
    CALL_ANSWERED,
    CALL_FAILED,
    CHANGE_DONE,
    CHANGE_REFUSED,
    CHANGE_UNKNOWN,
    DOCUMENT_REFUSED,
    tell,
)
from mobility_hookspecs.problems import MobilityProblem, make_problem
from mobility_schemas import InvalidDocument, validate
from mobility_schemas.plain import plain_copy

if TYPE_CHECKING:
    from mobility_hookspecs import CallContext
    from mobility_schemas.documents import Problem, RentalChange, RentalOutcome


_ANSWERS = {"done": CHANGE_DONE, "refused": CHANGE_REFUSED, "unknown": CHANGE_UNKNOWN}


@contextmanager
def answering(hook: str, context: CallContext) -> Iterator[Wired]:
    """Open what a hook works with; raise `MobilityProblem` for everything that can be expected to fail."""
    begun = time.monotonic()
    try:
        with opened(deadline=context.deadline) as wired:
            yield wired
    except Failed as failure:
        code = failure.reason.code
        tell(CALL_FAILED, request_id=context.request_id, hook=hook, code=code, seconds=_since(begun))
        raise MobilityProblem(problem_document(failure.reason, context.locale)) from None
    tell(CALL_ANSWERED, request_id=context.request_id, hook=hook, seconds=_since(begun))


def tell_outcome(change: RentalChange, outcome: RentalOutcome, context: CallContext, *, begun: float) -> None:
    """Write a change's outcome to the log. What is not a valid change is named by nothing but its id."""
    code = outcome["problem"]["code"] if "problem" in outcome else None
    named = {} if code == "invalid_document" else dict(change)
    tell(
        _ANSWERS[outcome["status"]],
        **{name: str(named[name]) for name in ("action", "site", "appointment_id") if name in named},
        request_id=context.request_id,
        change_id=outcome["change_id"],
        rental_id=outcome["rental"]["id"] if "rental" in outcome else None,
        code=code,
        seconds=_since(begun),
    )


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)


Document = TypeVar("Document")


def checked(
    document: Document, name: str, context: CallContext, *, closed: bool | None = None, pointer: str = ""
) -> Document:
    """Give our own copy of a valid document, made of plain dicts and lists.

    :raises MobilityProblem: `invalid_document`, with the pointer to what is wrong.
    """
    problem = objection(document, name, context, closed=closed)
    if problem:
        tell(DOCUMENT_REFUSED, request_id=context.request_id, document=name)
        raise MobilityProblem({**problem, "pointer": pointer + problem.get("pointer", "")})
    return cast("Document", plain_copy(document))


def checked_ids(appointment_ids: list[str], context: CallContext) -> list[str]:
    """Give our own copy of a list of appointment ids; the pointer names the first that is none."""
    if not issubclass(type(appointment_ids), (list, tuple)):
        raise MobilityProblem(make_problem("invalid_document", locale=context.locale, pointer=""))
    return [
        checked(each, "appointment_id", context, pointer=f"/{index}")
        for index, each in enumerate(list.__iter__(list(appointment_ids)))
    ]


def objection(
    document: object, name: str, context: CallContext, *, closed: bool | None = None
) -> Problem | None:
    """Say what is wrong with a document; None where nothing is."""
    try:
        validate(document, name, closed=closed)
    except InvalidDocument as invalid:
        detail = invalid.in_language(context.locale)
        return make_problem("invalid_document", locale=context.locale, detail=detail, pointer=invalid.pointer)
    return None


def is_for_another(document: object) -> bool:
    """Tell whether a document names another provider. One whose provider cannot be read is for everybody."""
    provider = _member(document, "provider")
    if _readable(provider, "provider_id") is None:
        return False
    return provider != PROVIDER_ID


def refused(change: object, problem: Problem) -> RentalOutcome:
    """Answer a change that could not be carried out; what of it cannot be read is null."""
    provider = _readable(_member(change, "provider"), "provider_id")
    outcome = {
        "change_id": _readable(_member(change, "change_id"), "change_id"),
        "provider": PROVIDER_ID if provider == PROVIDER_ID else None,
        "status": "refused",
        "problem": problem,
    }
    return cast("RentalOutcome", outcome)


def _member(document: object, name: str) -> object:
    # The base type's own method, and type() instead of isinstance(): a subclass may say what it likes.
    return dict.get(document, name) if issubclass(type(document), dict) else None  # type: ignore[call-overload]


def _readable(value: object, name: str) -> object:
    try:
        validate(value, name)
    except InvalidDocument:
        return None
    return value
