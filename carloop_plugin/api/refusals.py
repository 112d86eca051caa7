"""What Carloop's problem documents and status codes mean in the contract's codes.

An unknown vehicle of a booking is `vehicle_unavailable`, a 404 is
`rental_not_found`, other 400, 422 and 428 are `invalid_document`, the rest keep their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carloop_plugin.domain.changes import RENTING, Action
from carloop_plugin.domain.failures import Reason

_IMPOSSIBLE = frozenset({"period_in_past", "period_invalid", "rental_immutable"})
NOTHING_DONE: Mapping[int, frozenset[str]] = {
    400: frozenset({"idempotency_key_missing", "malformed_request"}),
    401: frozenset({"token_invalid"}),
    404: frozenset({"not_found"}),
    406: frozenset({"not_acceptable"}),
    409: frozenset({"vehicle_unavailable", "reference_exists", "rental_closed"}),
    412: frozenset({"changed_elsewhere"}),
    413: frozenset({"too_large"}),
    415: frozenset({"unsupported_media_type"}),
    422: frozenset({*_IMPOSSIBLE, "idempotency_key_reused", "validation_failed"}),
    428: frozenset({"precondition_required"}),
    429: frozenset({"rate_limited"}),
    503: frozenset({"maintenance"}),
}
"""The codes by which Carloop proves, under their status alone, that the request it answers did nothing (openapi.json).

Whatever else arrives proves nothing about a write: a gateway may answer with any status, before or after Carloop has
done the work, and may speak RFC 9457 itself.
"""

# Carloop's names that the contract knows too
_SAME_NAME = NOTHING_DONE[409] | NOTHING_DONE[412] | _IMPOSSIBLE
_POINTERS = {
    "/vehicle_id": "/option_id",
    "/start": "/period/start",
    "/end": "/period/end",
}
# where Carloop names no field, these are what a person would correct
_FIELDS = {"period_in_past": "/period/start", "period_invalid": "/period"}
_BY_CODE = {
    "token_invalid": Reason("not_authorised", "api.token_refused"),
    "rate_limited": Reason("rate_limited", "api.rate_limited"),
    "maintenance": Reason("unreachable", "api.maintenance"),
}


def proves_nothing_done(status: int, code: str | None, action: Action | None) -> bool:
    """Return whether a problem document of Carloop's with this code proves that its request did nothing.

    A booking names no rental that could be missing: a 404 to it comes from somewhere else than the interface.
    """
    return code in NOTHING_DONE.get(status, ()) and not (code == "not_found" and action is Action.BOOK)


def reason_of_refusal(problem: Mapping[str, Any], action: Action | None) -> Reason:
    """Return why Carloop refused, from its problem document. `action` is None for a read."""
    code = str(problem["code"])
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code == "not_found":
        # what we read is a part of the interface itself; whoever reads a rental looks at the code
        return _no_interface(404) if action is None else Reason("rental_not_found")
    pointer = _pointer_of(problem, action)
    if code in _SAME_NAME:
        return Reason(code, pointer=pointer)
    if action in RENTING and pointer == _POINTERS["/vehicle_id"]:
        return Reason("vehicle_unavailable", "api.unknown_vehicle", pointer=pointer)
    if code == "idempotency_key_reused":
        return Reason("invalid_document", "api.key_reused", pointer="/change_id")
    return Reason("invalid_document", "api.not_understood", (("code", code),), pointer)


def reason_on_the_way(status: int, code: str | None, action: Action | None) -> Reason:
    """Return what to say of an error that Carloop has not, or not provably, answered itself.

    `code` is that of a problem document, None where there is none. The reason of a write is one of those that say
    nothing about the change.
    """
    params = (("status", str(status)),)
    if status >= 500:
        return Reason("unreachable", "api.server_error", params)
    if code == "request_in_progress":
        return Reason("busy", "api.in_progress")
    if status == 429:
        return _BY_CODE["rate_limited"]
    if status in (401, 403):
        return Reason("unreachable" if action else "not_authorised", "api.forbidden_on_the_way", params)
    if code is not None and status != 404:
        return Reason("invalid_answer", "api.unknown_refusal", (*params, ("code", code)))
    if status in (404, 405):
        return _no_interface(status)
    return Reason("unreachable", "api.refused_on_the_way", params)


def _no_interface(status: int) -> Reason:
    return Reason("unreachable", "api.no_interface", (("status", str(status)),))


def _pointer_of(problem: Mapping[str, Any], action: Action | None) -> str | None:
    """Return the field of the contract's document that Carloop complains about first."""
    errors: list[dict[str, Any]] = problem.get("errors") or []
    named = str(errors[0]["pointer"]) if errors else ""
    if action in (Action.CHANGE_END, Action.CANCEL):
        about_end = problem["code"] in _FIELDS and action is Action.CHANGE_END
        return named if named in ("/end", "/reason") else "/end" if about_end else None
    if action in RENTING and named.startswith("/customer"):
        return named
    return _POINTERS.get(named) or _FIELDS.get(str(problem["code"]))
