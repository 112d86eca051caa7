"""What Carloop's OpenAPI document says there is: operations, problem codes, and the schema of each body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mobility_schemas

_METHODS = ("get", "post", "patch", "put", "delete")
_CODE = re.compile(r"`([a-z]+(?:_[a-z]+)*)`")
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the interface: `path` is a template, `document` its part of the OpenAPI document."""

    id: str
    method: str
    path: str
    document: dict[str, Any]

    def fits(self, method: str, path: str) -> bool:
        """Say whether a request, its path below the interface's address, is this call."""
        pattern = re.sub(r"\{\w+\}", "[^/]+", self.path)
        return self.method == method and re.fullmatch(pattern, path) is not None

    def answer(self, status: int) -> dict[str, Any]:
        """Give what is declared of an answer of this status, or of any other."""
        answers = self.document["responses"]
        return resolved(answers.get(str(status), answers["default"]))


@cache
def openapi() -> dict[str, Any]:
    """Read the document."""
    path = Path(mobility_schemas.__file__).parent / "carloop" / "openapi.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the document."""
    while "$ref" in node:
        place: Any = openapi()
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        node = place
    return node


@cache
def operations() -> tuple[Operation, ...]:
    """List every operation."""
    return tuple(
        Operation(item[method]["operationId"], method.upper(), path, item[method])
        for path, item in openapi()["paths"].items()
        for method in _METHODS
        if method in item
    )


def operation_of(method: str, path: str) -> Operation | None:
    """Find the operation of a request."""
    return next((each for each in operations() if each.fits(method, path)), None)


@cache
def problem_codes() -> frozenset[tuple[int, str]]:
    """List every status and code that a problem document may have, as its field `code` declares them."""
    prose = openapi()["components"]["schemas"]["Problem"]["properties"]["code"]["description"]
    return frozenset(_codes_in(prose))


def codes_of_answers() -> Iterator[tuple[int, str]]:
    """List every status and code that the operations' own answers name."""
    for operation in operations():
        for status in operation.document["responses"]:
            if status != "default" and int(status) >= 400:
                prose = operation.answer(int(status))["description"]
                yield from _codes_in(f"{status} {prose.partition(':')[0]}")


def _codes_in(prose: str) -> Iterator[tuple[int, str]]:
    # what stands in brackets are fields that come with a code
    for part in re.sub(r"\([^)]*\)", "", prose).split(";"):
        status = re.match(r"\s*(\d{3}) ", part)
        if status:
            yield from ((int(status[1]), code) for code in _CODE.findall(part))


def schema_of_answer(operation: Operation | None, status: int) -> tuple[str | None, str | None]:
    """Give the media type and the component's name of an answer's body; None where it has none or any."""
    if operation is None:
        return PROBLEM, "Problem"
    content = operation.answer(status).get("content")
    if content is None:
        return None, None
    ((media_type, body),) = content.items()
    return media_type, _component(body["schema"])


def schema_of_request(operation: Operation | None) -> str | None:
    """Give the component's name of a request's body; None where it has none."""
    body = operation.document.get("requestBody") if operation else None
    return _component(body["content"]["application/json"]["schema"]) if body else None


def _component(schema: dict[str, Any]) -> str | None:
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
