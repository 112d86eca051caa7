"""Alter a finished answer, as a broken server or a proxy would."""

import json
from dataclasses import replace
from typing import Annotated, Final, cast

from msgspec import Meta, Struct

from carloop_sandbox.faults.armed import Fault
from carloop_sandbox.interface.answers import Answer, write_json
from carloop_sandbox.interface.problems import CODES, code_of_status, problem_answer
from carloop_sandbox.refusals import CallRefused

MEBIBYTE: Final = 1_048_576
UNKNOWN_FIELD: Final = "field_of_a_later_version"
UNKNOWN_VALUE: Final = "value_of_a_later_version"
ELSEWHERE: Final = "http://127.0.0.2:9/elsewhere"

_HTML: Final = b"<!doctype html><html><head><title>Wartung</title></head><body><h1>Carloop</h1></body></html>"


class StatusPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """How a `status` fault answers; `after` answers so when all is done and stored."""

    status: Annotated[int, Meta(ge=200, le=599)] = 500
    code: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,59}\Z")] | None = None
    retry_after: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    after: bool = False


def status_plan(fault: Fault) -> StatusPlan:
    """Read the value of a `status` fault: a status, or an object with the fields of StatusPlan."""
    if isinstance(fault.value, dict):
        return StatusPlan(**fault.value)
    return StatusPlan(status=500 if fault.value is None else int(cast("int", fault.value)))


def status_answer(plan: StatusPlan) -> Answer:
    """Answer with a bare status and the problem document that belongs to it."""
    if plan.status < 400:
        return Answer(plan.status, b"" if plan.status in (204, 304) else b"{}")
    code = plan.code or code_of_status(plan.status)
    wait = 1 if plan.retry_after is None and plan.status in (429, 503) else plan.retry_after
    headers = {} if wait is None else {"Retry-After": str(wait)}
    known = code if code in CODES else "internal_error"
    answer = problem_answer(CallRefused(known, "A fault was asked for.", headers=headers), status=plan.status)
    if known == code:
        return answer
    return replace(answer, body=write_json({**json.loads(answer.body), "code": code}))


def garbage(answer: Answer) -> Answer:
    """Answer with bytes that are neither JSON nor UTF-8."""
    return replace(answer, body=b'{"items": [\xff\xfe\x00' + bytes(range(128, 256)))


def web_page(answer: Answer) -> Answer:
    """Answer 200 with a web page, as a captive portal does."""
    return replace(answer, status=200, body=_HTML, headers={}, media_type="text/html; charset=utf-8")


def redirect(fault: Fault) -> Answer:
    """Send the caller to another origin, or to the address given."""
    location = fault.value if isinstance(fault.value, str) else ELSEWHERE
    return Answer(302, b"", {"Location": location}, None)


def altered(answer: Answer, fault: Fault) -> Answer:
    """Add an unknown field to every object, or put an unknown value into some fields."""
    if not answer.body:
        return answer
    document = json.loads(answer.body)
    if fault.fault == "unknown_field":
        _add_field(document)
    else:
        names = (fault.value,) if isinstance(fault.value, str) else ("fuel", "transmission")
        _change_fields(document, names)
    return replace(answer, body=write_json(document))


def _add_field(node: object) -> None:
    for child in _children(node):
        _add_field(child)
    if isinstance(node, dict):
        node[UNKNOWN_FIELD] = {"nested": [1, "two", None]}


def _change_fields(node: object, names: tuple[str, ...]) -> None:
    if isinstance(node, dict):
        for name in names:
            if isinstance(node.get(name), str):
                node[name] = UNKNOWN_VALUE
    for child in _children(node):
        _change_fields(child, names)


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
