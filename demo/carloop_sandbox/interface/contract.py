"""Read the interface's OpenAPI document: the one place that says what a call takes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

BASE_PATH: Final = "/api/planner/v1"

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the document.

    :ivar query: its query parameters by name, as the document describes them, references resolved.
    :ivar key_pattern: what its Idempotency-Key must match; None where it takes none.
    :ivar body: the component its body must be; None where it takes none.
    """

    id: str
    method: str
    path: str
    query: Mapping[str, Schema]
    key_pattern: str | None
    body: str | None
    body_required: bool


@cache
def document_text() -> bytes:
    """Return the OpenAPI document as it is served."""
    return files("mobility_schemas").joinpath("carloop/openapi.json").read_bytes()


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, parsed once."""
    return cast("dict[str, Any]", json.loads(document_text()))


def resolve(schema: Schema) -> Schema:
    """Follow a `$ref` inside the document until a schema without one is reached."""
    while isinstance(target := schema.get("$ref"), str):
        schema = document()
        for name in target.removeprefix("#/").split("/"):
            schema = schema[name]
    return schema


@cache
def operations() -> tuple[Operation, ...]:
    """Return every call of the document."""
    return tuple(
        _operation(path, method, call)
        for path, item in document()["paths"].items()
        for method, call in item.items()
        if "operationId" in call
    )


def _operation(path: str, method: str, call: Schema) -> Operation:
    parameters = [resolve(each) for each in call.get("parameters", [])]
    query = {
        each["name"]: each | {"schema": resolve(each["schema"])}
        for each in parameters
        if each["in"] == "query"
    }
    keys = [each["schema"]["pattern"] for each in parameters if each["name"] == "Idempotency-Key"]
    body = call.get("requestBody", {"required": False, "content": {}})
    components = [each["schema"]["$ref"].rpartition("/")[2] for each in body["content"].values()]
    return Operation(
        id=call["operationId"],
        method=method.upper(),
        path=path,
        query=query,
        key_pattern=next(iter(keys), None),
        body=next(iter(components), None),
        body_required=body["required"],
    )
