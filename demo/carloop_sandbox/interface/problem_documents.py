"""The problem documents of refusals (RFC 9457), and the one table of their codes."""

from collections.abc import Mapping
from typing import Final

from carloop_sandbox.interface.answers import PROBLEM_TYPE, Answer, write_json
from carloop_sandbox.refusals import CallRefused

CODES: Final[Mapping[str, tuple[int, str]]] = {
    "malformed_request": (400, "The request cannot be read."),
    "idempotency_key_missing": (400, "The header Idempotency-Key is missing."),
    "token_invalid": (401, "The token is not valid."),
    "forbidden": (403, "This is not allowed from here."),
    "not_found": (404, "There is nothing of this name."),
    "method_not_allowed": (405, "This method is not offered here."),
    "not_acceptable": (406, "Only JSON is spoken here."),
    "request_in_progress": (409, "A request with this key is still being worked on."),
    "vehicle_unavailable": (409, "The vehicle is not free in this period."),
    "reference_exists": (409, "A rental of this reference exists already."),
    "rental_closed": (409, "The rental can no longer be changed like this."),
    "wrong_status": (409, "The rental's status does not admit this."),
    "label_exists": (409, "A token of this label exists already."),
    "changed_elsewhere": (412, "The rental has been changed elsewhere."),
    "too_large": (413, "The request is too large."),
    "unsupported_media_type": (415, "The body is not JSON."),
    "validation_failed": (422, "The request is not valid."),
    "period_in_past": (422, "The period does not lie in the future."),
    "period_invalid": (422, "The period is not valid."),
    "rental_immutable": (422, "Only the end of a rental can be changed."),
    "idempotency_key_reused": (422, "This key was used with another body."),
    "precondition_required": (428, "The header If-Match is missing."),
    "rate_limited": (429, "Too many requests."),
    "internal_error": (500, "Something went wrong in Carloop."),
    "maintenance": (503, "Carloop is being maintained."),
}
"""Code to HTTP status and title. The first line of each status is what a bare status of that number means."""


def problem_answer(refused: CallRefused, *, status: int | None = None) -> Answer:
    """Answer with the problem document of a refusal, under its code's status unless another is given."""
    # a fault may ask for a code that we never use
    usual, title = CODES.get(refused.code, CODES["internal_error"])
    document: dict[str, object] = {
        "type": "about:blank",
        "code": refused.code,
        "title": title,
        "status": status or usual,
        "detail": refused.detail,
    }
    if refused.errors:
        document["errors"] = [
            {"pointer": each.pointer, "message": each.message, "in": each.place} for each in refused.errors
        ]
    return Answer(status or usual, write_json({**document, **refused.more}), refused.headers, PROBLEM_TYPE)


def code_of_status(status: int) -> str:
    """Return the problem code that a bare HTTP status stands for."""
    other = "internal_error" if status >= 500 else "malformed_request"
    return next((code for code, (usual, _) in CODES.items() if usual == status), other)
