"""One self-contained schema a document: what both engines are given.

References between files become references inside the bundle, so that no engine needs a registry, and the closed variant
is derived here, so that a file says each thing once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from mobility_schemas.catalogue import CARLOOP, Schema, definitions

END_OF_TEXT = r"(?![\s\S])"
"""How the schemas write "the end" in a pattern: `$` also matches before a last line feed in some languages' engines."""

_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
# Below these an object is described in part only, or alternatively: closing it there would refuse its other fields.
_CONDITIONS = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "contains", "dependentSchemas"}
)


@cache
def bundle(name: str, closed: bool) -> Schema:
    """Give a document's schema with everything it refers to below `$defs`.

    Args:
        name: the document's type.
        closed: whether objects that list their fields admit no others.
    """
    schemas = definitions(name)
    reached = {each: _derived(schemas[each], closed) for each in _reachable(name, schemas)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/$defs/{_key(name)}",
        "$defs": {_key(each): schema for each, schema in reached.items()},
    }


@cache
def field_names(name: str) -> frozenset[str]:
    """Give every field name that the document's schema or one it refers to spells out."""
    found: set[str] = set()
    for schema in _subschemas(bundle(name, False)):
        properties = schema.get("properties")
        found.update(properties if isinstance(properties, dict) else ())
    return frozenset(found)


def rewritten(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Give a schema in which it and every schema inside it went through a function, the inner ones first."""
    return change(_mapped(schema, lambda part, _: rewritten(part, change), open_below=False))


def _derived(schema: Schema, closed: bool) -> Schema:
    copy = _mapped(schema, _derived, open_below=closed)
    for word in ("$schema", "$id"):
        copy.pop(word, None)
    if isinstance(target := copy.get("$ref"), str):
        copy["$ref"] = f"#/$defs/{_key(_referred(target))}"
    if closed and "properties" in copy and "unevaluatedProperties" not in copy:
        copy.setdefault("additionalProperties", False)
    return copy


def _mapped(schema: Schema, change: Callable[[Schema, bool], Schema], *, open_below: bool) -> Schema:
    """Copy a schema, with each schema directly inside it changed; conditions are told False."""

    def one(part: object, closed: bool) -> object:
        return change(part, closed) if isinstance(part, dict) else part

    def inside(word: str, value: object) -> object:
        closed = open_below and word not in _CONDITIONS
        if word in _NAMED and isinstance(value, dict):
            return {key: one(part, closed) for key, part in value.items()}
        if word in _LISTED and isinstance(value, list):
            return [one(part, closed) for part in value]
        return one(value, closed) if word in _SINGLE else value

    return {word: inside(word, value) for word, value in schema.items()}


def _reachable(name: str, schemas: Mapping[str, Schema]) -> list[str]:
    found, waiting = [name], [name]
    while waiting:
        for schema in _subschemas(schemas[waiting.pop()]):
            target = schema.get("$ref")
            if isinstance(target, str) and (other := _referred(target)) not in found:
                found.append(other)
                waiting.append(other)
    return found


def _subschemas(schema: Schema) -> Iterator[Schema]:
    """Visit a schema and every schema inside it, references not followed."""
    waiting: list[object] = [schema]
    while waiting:
        if isinstance(current := waiting.pop(), dict):
            yield current
            waiting.extend(current.get(word) for word in _SINGLE)
            waiting.extend(part for word in _LISTED for part in current.get(word, ()))
            waiting.extend(part for word in _NAMED for part in current.get(word, {}).values())


def _referred(reference: str) -> str:
    """Name the document that a reference means: `period.json`, or `#/components/schemas/Rental`."""
    if reference.endswith(".json"):
        return reference.removesuffix(".json")
    return CARLOOP + reference.removeprefix("#/components/schemas/")


def _key(name: str) -> str:
    return name.replace("/", ".")
