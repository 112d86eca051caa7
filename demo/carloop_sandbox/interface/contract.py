"""Read the interface's OpenAPI document: the one place that says which parameters a call takes."""

import json
from functools import cache
from importlib.resources import files
from typing import Final, cast

BASE_PATH: Final = "/api/planner/v1"

Schema = dict[str, object]


@cache
def document_text() -> bytes:
    """Return the OpenAPI document as it is served."""
    return files("mobility_schemas").joinpath("carloop/openapi.json").read_bytes()


@cache
def document() -> dict[str, object]:
    """Return the OpenAPI document, parsed once."""
    return cast("dict[str, object]", json.loads(document_text()))


def resolve(schema: Schema) -> Schema:
    """Follow a `$ref` inside the document until a schema without one is reached."""
    while isinstance(target := schema.get("$ref"), str):
        node: object = document()
        for name in target.removeprefix("#/").split("/"):
            node = cast("dict[str, object]", node)[name]
        schema = cast("Schema", node)
    return schema


@cache
def query_parameters(path: str, method: str) -> dict[str, Schema]:
    """Return the query parameters of a call: name to schema, references resolved.

    `path` is the document's, such as `/rentals/{rental_id}`; `method` is in lower case.
    """
    item = cast("dict[str, dict[str, object]]", document()["paths"])[path]
    call = cast("dict[str, object]", item[method])
    parameters = [resolve(each) for each in cast("list[Schema]", call.get("parameters", []))]
    return {
        cast("str", each["name"]): resolve(cast("Schema", each["schema"]))
        for each in parameters
        if each["in"] == "query"
    }


def header_pattern(component: str) -> str:
    """Return the pattern that the value of a header parameter must match."""
    parameter = resolve({"$ref": f"#/components/parameters/{component}"})
    return cast("str", cast("Schema", parameter["schema"])["pattern"])
