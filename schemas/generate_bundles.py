"""Write `mobility_schemas/bundles.json`, what the validators are made of, from the schema files.

    python schemas/generate_bundles.py            writes the file
    python schemas/generate_bundles.py --check    fails when the file is not what it would write

References between files become references inside one bundle, so that no validator needs a registry, and the closed
schemas, which refuse unknown fields, are derived, so that a schema file needs each rule once.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from schema_files import CARLOOP, PACKAGE, Schema, carloop_schemas, contract_schemas

TARGET = PACKAGE / "bundles.json"

LONG_LISTS = ("mobility_offer", "carloop/VehicleList")
"""Documents of thousands of parts, which have a bundle that decides without a look at each part in Python."""

END_OF_TEXT = r"(?![\s\S])"
"""How the schema files write "the end" in a pattern: `$` also matches before a last line feed in some engines."""

_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
# Below these an object is described in part only, or alternatively: closing it there would refuse its other fields.
_CONDITIONS = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "contains", "dependentSchemas"}
)
_FOR_READERS = ("$schema", "$id", "title", "description", "x-personal-data", "default")
_NO_LINE_FEED: Schema = {"pattern": "\n"}
# A pattern of printable characters and classes that name such as their members: it admits no line feed.
_SPELT_OUT = re.compile(r"\^(?:[A-Za-z0-9_{},*+?-]|\[[ -\[_-~]+\])+\$")


def main(arguments: list[str]) -> int:
    """Write the bundles, or compare them with the file there is (`--check`); 1 when they differ."""
    wanted = json.dumps(generated(), ensure_ascii=True, indent=1) + "\n"
    if "--check" not in arguments:
        TARGET.write_text(wanted, "utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text("utf-8") == wanted:
        return 0
    sys.stderr.write("bundles.json is out of date: run python schemas/generate_bundles.py\n")
    return 1


def generated() -> dict[str, object]:
    """Return the schemas in each variant, and for each document which of them it needs and its field names."""
    schemas = contract_schemas() | carloop_schemas()
    needed = {name: _reachable(name, schemas) for name in schemas}
    closed = {_key(name): _variant(schema, closed=True) for name, schema in schemas.items()}
    fast = {_key(name) for document in LONG_LISTS for name in needed[document]}
    return {
        "open": {_key(name): _variant(schema, closed=False) for name, schema in schemas.items()},
        "closed": closed,
        "fast": {key: _rewritten(closed[key], _without_huge_integers) for key in sorted(fast)},
        "needed": {name: [_key(each) for each in names] for name, names in needed.items()},
        "fields": {name: _field_names(names, schemas) for name, names in needed.items()},
    }


def _variant(schema: Schema, *, closed: bool) -> Schema:
    return _rewritten(_bundled(schema, closed), _for_rust)


def _bundled(schema: Schema, closed: bool) -> Schema:
    copy = _mapped(schema, _bundled, closed_below=closed)
    for keyword in _FOR_READERS:
        copy.pop(keyword, None)
    if "pattern" not in copy and "format" not in copy:
        copy.pop("examples", None)  # the others are shown to nobody
    if isinstance(target := copy.get("$ref"), str):
        copy["$ref"] = f"#/$defs/{_key(_referred(target))}"
    if closed and "properties" in copy and "unevaluatedProperties" not in copy:
        copy.setdefault("additionalProperties", False)
    return copy


def _for_rust(schema: Schema) -> Schema:
    """Write a schema so that jsonschema-rs means by it what JSON Schema does, and is quick about it."""
    if isinstance(pattern := schema.get("pattern"), str):
        # A look-ahead sends its regex to the slow path (3.7 ms instead of 1.2 for 1,000 options); `$` is the very end.
        schema = schema | {"pattern": pattern.replace(END_OF_TEXT, "$")}
        # For engines whose `$` also matches before a last line feed; here it is a second regex for nothing.
        if schema.get("not") == _NO_LINE_FEED and _SPELT_OUT.fullmatch(pattern):
            del schema["not"]
    return schema


def _without_huge_integers(schema: Schema) -> Schema:
    """Refuse integers of over 4,300 digits: `type: integer` admits them, all other keywords take them for null."""
    return schema | {"allOf": [{"type": "number"}]} if schema.get("type") == "integer" else schema


def _rewritten(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Return a schema in which it and every schema inside it went through a function, the inner ones first."""
    return change(_mapped(schema, lambda part, _: _rewritten(part, change), closed_below=False))


def _mapped(schema: Schema, change: Callable[[Schema, bool], Schema], *, closed_below: bool) -> Schema:
    """Copy a schema, with each schema directly inside it changed; those in conditions are never closed."""
    return {word: _mapped_value(word, value, change, closed_below) for word, value in schema.items()}


def _mapped_value(
    word: str, value: object, change: Callable[[Schema, bool], Schema], closed_below: bool
) -> object:
    one = partial(_mapped_part, change, closed_below and word not in _CONDITIONS)
    if word in _NAMED and isinstance(value, dict):
        return {key: one(part) for key, part in value.items()}
    if word in _LISTED and isinstance(value, list):
        return [one(part) for part in value]
    return one(value) if word in _SINGLE else value


def _mapped_part(change: Callable[[Schema, bool], Schema], closed: bool, part: object) -> object:
    return change(part, closed) if isinstance(part, dict) else part


def _reachable(name: str, schemas: Mapping[str, Schema]) -> list[str]:
    found, waiting = [name], [name]
    while waiting:
        for schema in _subschemas(schemas[waiting.pop()]):
            target = schema.get("$ref")
            if isinstance(target, str) and (other := _referred(target)) not in found:
                found.append(other)
                waiting.append(other)
    return found


def _field_names(names: list[str], schemas: Mapping[str, Schema]) -> list[str]:
    found: set[str] = set()
    for name in names:
        for schema in _subschemas(schemas[name]):
            properties = schema.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
    return sorted(found)


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
    """Return the name of the document that a reference means: `period.json`, `#/components/schemas/Rental`."""
    if reference.endswith(".json"):
        return reference.removesuffix(".json")
    return CARLOOP + reference.removeprefix("#/components/schemas/")


def _key(name: str) -> str:
    return name.replace("/", ".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
