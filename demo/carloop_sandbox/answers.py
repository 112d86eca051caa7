"""Build what goes back to a caller."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: what the wire will carry, unless a fault garbles it."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = JSON_TYPE


def write_json(document: object) -> bytes:
    """Write a JSON document, compact and in UTF-8."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def json_answer(document: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a JSON document."""
    return Answer(status, write_json(document), headers or {})


def empty_answer(status: int, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer without a body."""
    return Answer(status, b"", headers or {}, None)
