"""What Carloop's own words mean in the contract's: its problem documents and status codes.

An unknown vehicle of a booking is `vehicle_unavailable`, a 404 is
`rental_not_found`, other 400, 422 and 428 are `invalid_document`, the rest keep their names.
"""

from __future__ import annotations

from typing import Any

from carloop_plugin.api.decode import Document
from carloop_plugin.model import Action, Reason, format_instant, parse_instant

# Carloop's names that the contract knows too
_SAME_NAME = frozenset(
    {
        "changed_elsewhere",
        "period_in_past",
        "period_invalid",
        "reference_exists",
        "rental_closed",
        "rental_immutable",
        "vehicle_unavailable",
    }
)
_POINTERS = {
    "/vehicle_id": "/option_id",
    "/start": "/period/start",
    "/end": "/period/end",
}
# where Carloop names no field, these are what a person would correct
_FIELDS = {"period_in_past": "/period/start", "period_invalid": "/period"}
_BY_STATUS = {
    401: Reason("not_authorised", "api.token_refused"),
    403: Reason("not_authorised", "api.forbidden"),
    412: Reason("changed_elsewhere"),
    429: Reason("rate_limited", "api.rate_limited"),
}


def reason_of_refusal(status: int, problem: Document | None, action: Action | None) -> Reason:
    """Say why Carloop refused with a 4xx.

    `problem` is its problem document, None where the answer is none; `action` is None for a read.
    """
    code = str(problem["code"]) if problem is not None else ""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if code == "not_found":
        return _not_found(action)
    if status in (404, 405):
        return _no_interface(status)
    if problem is None:
        return Reason("unreachable", "api.refused_on_the_way", (("status", str(status)),))
    pointer = _pointer_of(problem, action)
    if code in _SAME_NAME:
        return Reason(code, None, _conflict(problem), pointer)
    if action is Action.BOOK and pointer == _POINTERS["/vehicle_id"]:
        return Reason("vehicle_unavailable", "api.unknown_vehicle", pointer=pointer)
    if status in (400, 422, 428):
        return _not_understood(code, pointer)
    return Reason("invalid_answer", "api.unknown_refusal", (("status", str(status)), ("code", code[:60])))


def reason_of_status(status: int) -> Reason | None:
    """Say why Carloop refused where its status alone tells; None where more is needed."""
    return _no_interface(status) if status in (404, 405) else _BY_STATUS.get(status)


def _not_found(action: Action | None) -> Reason:
    if action in (Action.CHANGE_END, Action.CANCEL):
        return Reason("rental_not_found")
    # what we booked with, or read, is a part of the interface itself
    return _no_interface(404)


def _no_interface(status: int) -> Reason:
    return Reason("unreachable", "api.no_interface", (("status", str(status)),))


def _not_understood(code: str, pointer: str | None) -> Reason:
    if code == "idempotency_key_reused":
        return Reason("invalid_document", "api.key_reused", pointer="/change_id")
    return Reason("invalid_document", "api.not_understood", (("code", code[:60]),), pointer)


def _pointer_of(problem: Document, action: Action | None) -> str | None:
    """Give the field of the contract's document that Carloop complains about first."""
    errors: list[dict[str, Any]] = problem.get("errors") or []  # type: ignore[assignment]  # by its schema
    named = str(errors[0]["pointer"]) if errors else ""
    if action in (Action.CHANGE_END, Action.CANCEL):
        about_end = problem["code"] in _FIELDS and action is Action.CHANGE_END
        return named if named in ("/end", "/reason") else "/end" if about_end else None
    if action is Action.BOOK and named.startswith("/customer"):
        return named
    return _POINTERS.get(named) or _FIELDS.get(str(problem["code"]))


def _conflict(problem: Document) -> tuple[tuple[str, str], ...]:
    """Give the period in which the vehicle is taken, where Carloop names it."""
    period: dict[str, str] = problem.get("conflict") or {}  # type: ignore[assignment]  # by its schema
    try:
        return tuple(
            (f"conflict_{edge}", format_instant(parse_instant(period[edge])))
            for edge in ("start", "end")
            if edge in period
        )
    except (ValueError, OverflowError):
        return ()
