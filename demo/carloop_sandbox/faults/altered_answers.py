"""Alter a finished answer, as a broken server or a proxy would."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from carloop_sandbox.interface.answers import Answer, write_json
from carloop_sandbox.interface.problem_documents import code_of_status, problem_answer
from carloop_sandbox.refusals import CallRefused

UNKNOWN_FIELD: Final = "field_of_a_later_version"
UNKNOWN_VALUE: Final = "value_of_a_later_version"

# neither JSON nor UTF-8
GARBAGE: Final = b'{"items": [\xff\xfe\x00' + bytes(range(128, 256))
HTML: Final = b"<!doctype html><html><head><title>Wartung</title></head><body><h1>Carloop</h1></body></html>"


class StatusPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """How a `status` fault answers; `after` answers so when all is done and stored."""

    status: Annotated[int, Meta(ge=200, le=599)] = 500
    code: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,59}\Z")] | None = None
    retry_after: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    after: bool = False


def status_answer(plan: StatusPlan) -> Answer:
    """Answer with a bare status and the problem document that belongs to it."""
    if plan.status < 400:
        # HTTP knows no body under these two
        return Answer(plan.status, b"" if plan.status in (204, 304) else b"{}")
    wait = 1 if plan.retry_after is None and plan.status in (429, 503) else plan.retry_after
    headers = {} if wait is None else {"Retry-After": str(wait)}
    code = plan.code or code_of_status(plan.status)
    return problem_answer(CallRefused(code, "A fault was asked for.", headers=headers), status=plan.status)


def with_unknown_field(answer: Answer) -> Answer:
    """Add an unknown field to every object of the answer."""
    return _altered(answer, lambda node: node.update({UNKNOWN_FIELD: {"nested": [1, "two", None]}}))


def with_unknown_value(answer: Answer, name: str) -> Answer:
    """Put an unknown value into the fields of this name, or into fuel and transmission where it is empty."""
    names = (name,) if name else ("fuel", "transmission")

    def change(node: dict[str, Any]) -> None:
        node.update({each: UNKNOWN_VALUE for each in names if isinstance(node.get(each), str)})

    return _altered(answer, change)


def _altered(answer: Answer, change: Callable[[dict[str, Any]], None]) -> Answer:
    """Return the answer with each object changed; one without a body (304) stays as it is."""
    if not answer.body:
        return answer

    # called for the inner objects first, so that what a change adds is not changed again
    def hook(node: dict[str, Any]) -> dict[str, Any]:
        change(node)
        return node

    return replace(answer, body=write_json(json.loads(answer.body, object_hook=hook)))
