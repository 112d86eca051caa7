"""Alter a finished answer, as a broken server or somebody between would."""

import json
from dataclasses import dataclass, replace
from typing import Final, cast

from carloop_sandbox.answers import Answer, write_json
from carloop_sandbox.faults import Fault
from carloop_sandbox.problems import CODES, Refused, code_of_status, problem_answer

MEBIBYTE: Final = 1_048_576
UNKNOWN_FIELD: Final = "field_of_a_later_version"
UNKNOWN_VALUE: Final = "value_of_a_later_version"
ELSEWHERE: Final = "http://127.0.0.2:9/elsewhere"

_HTML: Final = b"<!doctype html><html><head><title>Wartung</title></head><body><h1>Carloop</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a `status` fault answers."""

    status: int = 500
    code: str | None = None
    retry_after: int | None = None
    after: bool = False


def plan_of(fault: Fault) -> Plan:
    """Read the value of a `status` fault: a status, or an object of Plan's fields."""
    if isinstance(fault.value, dict):
        return Plan(**fault.value)
    return Plan(status=500 if fault.value is None else int(cast("int", fault.value)))


def status_answer(plan: Plan) -> Answer:
    """Answer with a bare status and the problem document that belongs to it."""
    if plan.status < 400:
        return Answer(plan.status, b"" if plan.status in (204, 304) else b"{}")
    code = plan.code or code_of_status(plan.status)
    wait = plan.retry_after
    if wait is None and plan.status in (429, 503):
        wait = 1
    headers = {} if wait is None else {"Retry-After": str(wait)}
    known = code if code in CODES else "internal_error"
    answer = problem_answer(Refused(known, "A fault was asked for.", headers=headers), status=plan.status)
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
    """Add a field nobody knows everywhere, or put a value nobody knows into a field."""
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
    if isinstance(node, dict):
        for child in list(node.values()):
            _add_field(child)
        node[UNKNOWN_FIELD] = {"nested": [1, "two", None]}
    elif isinstance(node, list):
        for child in node:
            _add_field(child)


def _change_fields(node: object, names: tuple[str, ...]) -> None:
    if isinstance(node, dict):
        for name, child in list(node.items()):
            if name in names and isinstance(child, str):
                node[name] = UNKNOWN_VALUE
            else:
                _change_fields(child, names)
    elif isinstance(node, list):
        for child in node:
            _change_fields(child, names)
