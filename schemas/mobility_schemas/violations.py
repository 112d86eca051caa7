"""What one error of jsonschema means: the place below the element, the sentence for it, and what that mentions.

Only details of the schema are passed on to a sentence, and of a value of the document nothing but its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema import ValidationError  # type: ignore[import-untyped]

Path = list[str | int]

# In this order: a bool is an int, too.
_KINDS = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong: where below the element, which sentence describes it and its details."""

    path: Path
    key: str
    details: Mapping[str, object] = field(default_factory=dict)


def violations(error: ValidationError) -> Iterator[Violation]:
    """Turn an error into violations: one, but for several missing or unknown fields."""
    path, keyword, value = list(error.relative_path), str(error.validator), error.validator_value
    match keyword:
        case "required":
            yield from (Violation([*path, name], "required") for name in value if name not in error.instance)
        case "dependentRequired":
            wanted = [name for given, names in value.items() if given in error.instance for name in names]
            yield from (Violation([*path, name], "required") for name in wanted if name not in error.instance)
        case "additionalProperties":
            known = error.schema.get("properties", {})
            yield from (Violation([*path, name], "unknown") for name in error.instance if name not in known)
        case "type":
            names = [value] if isinstance(value, str) else list(value)
            yield Violation(path, "type", {"types": names, "found": _kind(error.instance)})
        case "enum" | "const":
            yield Violation(path, "enum", {"values": value if keyword == "enum" else [value]})
        case "anyOf" | "oneOf" if error.context:
            yield from _of_branches(path, error.context)
        case "pattern" | "format":
            yield _form(path, str(value), error.schema.get("examples"))
        case "minLength" | "minItems" if value == 1:
            yield Violation(path, "empty")
        case _:
            yield Violation(path, keyword, {"limit": value} if isinstance(value, int | float) else {})


def _form(path: Path, wanted: str, examples: object) -> Violation:
    if not wanted.startswith("^") and wanted.startswith("["):
        return Violation(path, "empty")  # asks for one visible character anywhere
    if wanted.startswith("^[^"):
        return Violation(path, "control_character")
    example = examples[0] if isinstance(examples, list) and examples else None
    return Violation(path, "form_like", {"example": example}) if example else Violation(path, "form")


def _of_branches(path: Path, context: Sequence[ValidationError]) -> Iterator[Violation]:
    """Explain a choice of which no branch fits, by the branch that came nearest to fitting."""
    branches: dict[object, list[Violation]] = {}
    for error in context:
        found = [replace(each, path=path + each.path) for each in violations(error)]
        branches.setdefault(error.schema_path[0], []).extend(found)
    # Where a field is missing or the type is another one, that branch was not the one that was meant.
    nearest = [found for found in branches.values() if found and found[0].key not in ("required", "type")]
    if nearest:
        yield nearest[0][0]
        return
    first = [found[0] for found in branches.values() if found]
    if first and all(each.key == "required" for each in first):
        yield Violation(first[0].path, "one_of", {"names": [each.path[-1] for each in first]})
    elif first and all(each.key == "type" for each in first):
        yield Violation(first[0].path, "type", _types_of(first))
    else:
        yield first[0] if first else Violation(path, "anyOf")


def _types_of(found: Sequence[Violation]) -> dict[str, object]:
    names: list[object] = []
    for each in found:
        types = each.details["types"]
        names.extend(types if isinstance(types, list) else ())
    return {"types": names, "found": found[0].details["found"]}


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "null")
