"""Which documents there are, and their schemas as the files hold them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

Schema = dict[str, object]

REQUESTS = frozenset({"appointment", "mobility_request", "rental_change", "erasure_subjects"})
"""What a host asks with: there a field that the contract does not know is a mistake, and refused."""

CARLOOP = "carloop/"
"""Starts the name of a component of Carloop's OpenAPI document."""


@cache
def contract_names() -> tuple[str, ...]:
    """List the document types of the contract, sorted."""
    names = (entry.name for entry in files("mobility_schemas").joinpath("contract").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def definitions(name: str) -> dict[str, Schema]:
    """Give the schemas that a document's schema may refer to, by name; its own is among them.

    Raises:
        LookupError: there is no document of that name.
    """
    found = _components() if name.startswith(CARLOOP) else _contract()
    if name not in found:
        raise LookupError(f"no document is named {name!r}")
    return found


@cache
def _contract() -> dict[str, Schema]:
    folder = files("mobility_schemas").joinpath("contract")
    return {name: _read(folder.joinpath(f"{name}.json").read_bytes()) for name in contract_names()}


@cache
def _components() -> dict[str, Schema]:
    document = _read(files("mobility_schemas").joinpath("carloop", "openapi.json").read_bytes())
    schemas = _part(_part(document, "components"), "schemas")
    return {CARLOOP + name: _part(schemas, name) for name in schemas}


def _part(schema: Schema, name: str) -> Schema:
    part = schema[name]
    if not isinstance(part, dict):
        raise TypeError(f"{name} is not a JSON object")
    return part


def _read(text: bytes) -> Schema:
    return _part({"file": json.loads(text)}, "file")
