"""What crosses the boundary to the host: documents are validated on their way in, failures become problems."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

from carloop_plugin.domain.failures import Failed, Reason
from carloop_plugin.domain.values import PROVIDER_ID, AppointmentId
from carloop_plugin.events import (
    CALL_ANSWERED,
    CALL_FAILED,
    CHANGE_DONE,
    CHANGE_REFUSED,
    CHANGE_UNKNOWN,
    DOCUMENT_REFUSED,
    log_event,
)
from carloop_plugin.messages import advice
from mobility_hookspecs.problems import MobilityProblem, make_problem
from mobility_schemas import InvalidDocument, validate
from mobility_schemas.plain import plain_copy

if TYPE_CHECKING:
    from mobility_hookspecs import CallContext
    from mobility_schemas.documents import Problem, RentalOutcome

_OUTCOME_EVENTS = {"done": CHANGE_DONE, "refused": CHANGE_REFUSED, "unknown": CHANGE_UNKNOWN}

Document = TypeVar("Document")


@contextmanager
def answering(hook: str, context: CallContext) -> Iterator[None]:
    """Log how a hook ends. Raise `MobilityProblem` for everything that can be expected to fail in it."""
    begun = time.monotonic()
    try:
        yield
    except Failed as failure:
        code = failure.reason.code
        log_event(CALL_FAILED, begun, request_id=context.request_id, hook=hook, code=code)
        raise MobilityProblem(problem_document(failure.reason, context.locale)) from None
    log_event(CALL_ANSWERED, begun, request_id=context.request_id, hook=hook)


def problem_document(reason: Reason, locale: str) -> Problem:
    """Return the problem that a person reads and a program decides by."""
    detail = advice(reason.text, locale, dict(reason.params)) if reason.text else None
    return make_problem(reason.code, locale=locale, detail=detail, pointer=reason.pointer)


def receive(
    document: Document, name: str, context: CallContext, *, closed: bool | None = None, pointer: str = ""
) -> Document:
    """Return our own copy of a valid document, made of plain dicts and lists.

    :raises MobilityProblem: `invalid_document`, with the pointer to what is wrong.
    """
    try:
        validate(document, name, closed=closed)
    except InvalidDocument as invalid:
        log_event(DOCUMENT_REFUSED, request_id=context.request_id, document=name)
        detail, place = invalid.in_language(context.locale), pointer + invalid.pointer
        problem = make_problem("invalid_document", locale=context.locale, detail=detail, pointer=place)
        raise MobilityProblem(problem) from None
    return cast("Document", plain_copy(document))


def receive_ids(appointment_ids: list[str], context: CallContext) -> list[AppointmentId]:
    """Return our own copy of a list of appointment ids; the problem's pointer names the first that is none."""
    if not issubclass(type(appointment_ids), (list, tuple)):
        raise MobilityProblem(make_problem("invalid_document", locale=context.locale, pointer=""))
    return [
        AppointmentId(receive(each, "appointment_id", context, pointer=f"/{index}"))
        for index, each in enumerate(list.__iter__(list(appointment_ids)))
    ]


def is_for_another(document: object) -> bool:
    """Return whether a document names another provider. One whose provider cannot be read is for everybody."""
    provider = _readable(document, "provider", "provider_id")
    return provider is not None and provider != PROVIDER_ID


def refuse_change(change: object, problem: Problem) -> RentalOutcome:
    """Return the outcome of a change that could not be carried out; what of it cannot be read is null."""
    named = {
        "change_id": _readable(change, "change_id", "change_id"),
        "provider": _readable(change, "provider", "provider_id"),
    }
    return cast("RentalOutcome", {**named, "status": "refused", "problem": problem})


def log_outcome(
    change: Mapping[str, object], outcome: RentalOutcome, context: CallContext, *, begun: float
) -> None:
    """Log a change's outcome. What is not a valid change is named by nothing but its id."""
    code = outcome["problem"]["code"] if "problem" in outcome else None
    named = {} if code == "invalid_document" else dict(change)
    log_event(
        _OUTCOME_EVENTS[outcome["status"]],
        begun,
        **{name: str(named[name]) for name in ("action", "site", "appointment_id") if name in named},
        request_id=context.request_id,
        change_id=outcome["change_id"],
        rental_id=outcome["rental"]["id"] if "rental" in outcome else None,
        code=code,
    )


def _readable(document: object, field: str, name: str) -> object:
    """Return a field of a document that may not be valid; None where it is no document `name`."""
    # The base type's own method, and type() instead of isinstance(): a subclass may answer what it likes.
    if not issubclass(type(document), dict):
        return None
    value: object = dict.get(document, field)  # type: ignore[call-overload]
    try:
        validate(value, name)
    except InvalidDocument:
        return None
    return value
