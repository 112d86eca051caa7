"""Compare the contract's schemas with the released ones: a minor version must not break who speaks an earlier one.

    python schemas/compare_releases.py              fails, and lists what breaks whom
    python schemas/compare_releases.py --release    keeps the schemas as those of a release, in `released/`

The rules in words, with their reasons: docs/reference/contract-versions.md.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from mobility_schemas import REQUESTS
from schema_files import Schema, contract_schemas

RELEASED = Path(__file__).parent / "released"

Difference: TypeAlias = tuple[str, str]
"""In which way a place differs (one of the four below), and the place."""

GONE = "is gone"
NARROWER = "no longer accepts what the release accepts"
WIDER = "accepts what an earlier host refuses in an answer"
CHANGED = "is not what it is in the release"

_PROSE = frozenset({"$schema", "$id", "$comment", "title", "description", "examples"})
_VERSION = re.compile(r"/(\d+\.\d+)/[^/]+\.json$")
_REFERENCE = re.compile(r'"\$ref": "(\w+)\.json"')


def main(arguments: list[str]) -> int:
    """Compare with each release, or write one (`--release`); 1 when something breaks."""
    if "--release" in arguments:
        write_release(RELEASED, contract_schemas())
        return 0
    found = findings(RELEASED, contract_schemas())
    sys.stderr.writelines(f"{each}\n" for each in found)
    return bool(found)


def write_release(folder: Path, schemas: Mapping[str, Schema]) -> None:
    """Write the schemas as those of the version in their ids: one file, a document a line."""
    (version,) = versions(schemas)
    lines = [
        f"{json.dumps(name)}: {json.dumps(schema, ensure_ascii=False, separators=(',', ':'))}"
        for name, schema in schemas.items()
    ]
    text = ",\n".join(lines)
    (folder / f"{version}.json").write_text(f"{{\n{text}\n}}\n", "utf-8")


def findings(folder: Path, schemas: Mapping[str, Schema]) -> list[str]:
    """List what breaks a release of the same major version, a sentence each."""
    if len(ours := versions(schemas)) != 1:
        return [f"the ids of the schemas name several versions: {', '.join(sorted(ours))}"]
    (version,) = ours
    rows = []
    for path in sorted(folder.glob(f"{version.split('.')[0]}.*.json")):
        released = json.loads(path.read_bytes())
        rows += [f"{path.stem}: {row}" for row in broken(released, schemas)]
        # A field more, seen from the other side, is a field that is gone.
        if path.stem == version and broken(schemas, released):
            rows.append(f"{version} is released: what it did not have needs the next version")
    return rows


def versions(schemas: Mapping[str, Schema]) -> set[str]:
    """Return the contract versions in the schemas' ids; one, when all is well."""
    return {found[1] for schema in schemas.values() if (found := _VERSION.search(str(schema["$id"])))}


def broken(released: Mapping[str, Schema], schemas: Mapping[str, Schema]) -> list[str]:
    """List what the schemas break of a release: the place and how, sorted."""
    answered = _answered(released)
    rows = [f"{name} {GONE}" for name in released.keys() - schemas.keys()]
    for name in released.keys() & schemas.keys():
        differences = _differences(released[name], schemas[name], name)
        rows += [f"{place} {how}" for how, place in differences if how != WIDER or name in answered]
    return sorted(rows)


def _answered(schemas: Mapping[str, Schema]) -> set[str]:
    """Return the documents that an answer is or holds: all but the requests and what these alone hold."""
    parts = {name: set(_REFERENCE.findall(json.dumps(schema))) for name, schema in schemas.items()}
    waiting = list(schemas.keys() - set().union(*parts.values()) - REQUESTS)
    found: set[str] = set()
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting.extend(parts[name])
    return found


def _differences(old: object, new: object, place: str) -> Iterator[Difference]:
    """Compare two schemas word by word; what only a person reads may change."""
    if not (isinstance(old, dict) and isinstance(new, dict)):  # true and false are schemas, too
        if old != new:
            yield CHANGED, place
        return
    for word in sorted((old.keys() | new.keys()) - _PROSE):
        before, after = old.get(word), new.get(word)
        if before != after:
            yield from _RULES.get(word, _assertion)(before, after, f"{place}/{word}")


def _assertion(before: object, after: object, place: str) -> Iterator[Difference]:
    """Compare a word of which nothing is known but that it refuses something."""
    yield NARROWER if before is None else WIDER if after is None else CHANGED, place


def _subschema(before: object, after: object, place: str) -> Iterator[Difference]:
    compare = _assertion if before is None or after is None else _differences
    yield from compare(before, after, place)


def _subschemas(before: Any, after: Any, place: str) -> Iterator[Difference]:
    if before is None or after is None or len(before) != len(after):
        yield from _assertion(before, after, place)
        return
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        yield from _differences(old, new, f"{place}/{number}")


def _fields(before: Any, after: Any, place: str) -> Iterator[Difference]:
    """Compare what is known of each field; one more is what a minor version is for."""
    for name, schema in (before or {}).items():
        if name in (after or {}):
            yield from _differences(schema, after[name], f"{place}/{name}")
        else:
            yield GONE, f"{place}/{name}"


def _values(before: Any, after: Any, place: str) -> Iterator[Difference]:
    """Compare which values or types are accepted: all, where there is no such word."""
    old, new = (_listed(words) for words in (before, after))
    if before is None or (after is not None and old - new):
        yield NARROWER, place
    if after is None or (before is not None and new - old):
        yield WIDER, place


def _required(before: Any, after: Any, place: str) -> Iterator[Difference]:
    old, new = set(before or ()), set(after or ())
    yield from ((NARROWER, f"{place}/{name}") for name in sorted(new - old))
    yield from ((WIDER, f"{place}/{name}") for name in sorted(old - new))


def _upper_limit(before: Any, after: Any, place: str) -> Iterator[Difference]:
    yield NARROWER if before is None or (after is not None and after < before) else WIDER, place


def _lower_limit(before: Any, after: Any, place: str) -> Iterator[Difference]:
    yield NARROWER if before is None or (after is not None and after > before) else WIDER, place


def _mark(before: object, _after: object, place: str) -> Iterator[Difference]:
    """Find a mark of personal data that is gone: who erases by it would miss the field."""
    if before:
        yield CHANGED, place


def _listed(words: Any) -> set[str]:
    return {json.dumps(word) for word in ([words] if isinstance(words, str) else words or ())}


_RULES: Mapping[str, Callable[[Any, Any, str], Iterator[Difference]]] = {
    "properties": _fields,
    **dict.fromkeys(("items", "then", "else", "additionalProperties"), _subschema),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _subschemas),
    **dict.fromkeys(("enum", "type"), _values),
    **dict.fromkeys(("maxLength", "maximum", "maxItems", "maxProperties"), _upper_limit),
    **dict.fromkeys(("minLength", "minimum", "minItems", "minProperties"), _lower_limit),
    "required": _required,
    "x-personal-data": _mark,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
