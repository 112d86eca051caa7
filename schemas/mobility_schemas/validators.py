"""Whether a document is valid: jsonschema-rs decides, jsonschema explains what it refused.

Both are built once a document, and have to read a schema alike where they do not by themselves: formats are checked by
neither unless asked, and Python's `$` also matches before a last line feed.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from mobility_schemas.plain import is_plain

if TYPE_CHECKING:
    import jsonschema  # type: ignore[import-untyped]
    import jsonschema_rs

Schema: TypeAlias = dict[str, object]
Variant: TypeAlias = Literal["open", "closed", "fast"]
"""Whether unknown fields are accepted. `fast` is closed, and there for documents with a long list alone."""

_LONG_LISTS = {"mobility_offer": "options", "carloop/VehicleList": "items"}
"""Documents of thousands of parts and the field that holds them: looking at each part in Python would cost more than
the decision itself."""

_TIME: Schema = {"type": "string", "format": "date-time"}
_NO_SUCH_DAY = "2026-02-30T08:00:00Z"
_END_OF_TEXT = r"(?![\s\S])"


class _Bundles(TypedDict):
    """`bundles.json`, which `schemas/generate_bundles.py` writes."""

    open: dict[str, Schema]
    closed: dict[str, Schema]
    fast: dict[str, Schema]
    needed: dict[str, list[str]]
    fields: dict[str, list[str]]


def is_valid(document: object, name: str, *, closed: bool) -> bool:
    """Return whether a document is valid, whatever objects it is made of.

    Raises:
        LookupError: there is no document of that name.
        RuntimeError: the self-test of the engine failed.
    """
    # Its no means nothing yet: an unknown field is accepted below where the document is not closed.
    if name in _LONG_LISTS and _is_valid_at_once(document, name):
        return True
    engine = validator(name, "closed" if closed else "open")
    try:
        return is_plain(document) and engine.is_valid(document)
    except Exception:  # noqa: BLE001 - whatever a foreign object makes the engine raise, the document is not valid
        return False


def _is_valid_at_once(document: object, name: str) -> bool:
    """Return whether a document can be accepted without looking at each part of its long list.

    The fast validator knows no unknown field, so there is no part that it does not look at; what JSON does not have it
    refuses, but that it takes NaN for null and a member of any enum, or a Decimal, for its value.
    """
    fast = validator(name, "fast")
    try:
        if not isinstance(document, dict) or not fast.is_valid(document):
            return False
        return is_plain({field: part for field, part in document.items() if field != _LONG_LISTS[name]})
    except Exception:  # noqa: BLE001 - what the engine or a foreign object raises here means no more than "look closer"
        return False


@cache
def validator(name: str, variant: Variant) -> jsonschema_rs.Draft202012Validator:
    """Return the validator that decides; it may be shared among threads.

    Raises:
        LookupError: there is no document of that name.
        RuntimeError: the self-test failed.
    """
    # The name before the engine: a name there is none of is the caller's mistake, whatever is installed.
    schema = bundle(name, variant)
    prove_formats()
    import jsonschema_rs

    # Its errors must not quote a value, and it must never fetch a reference.
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="…", offline=True)


def explainer(schema: Schema) -> jsonschema.Draft202012Validator:
    """Return jsonschema's validator of a schema, formats checked.

    Raises:
        RuntimeError: the self-test failed.
    """
    _prove_explainer()
    return _explainer(schema)


def bundle(name: str, variant: Variant) -> Schema:
    """Return a document's schema with everything it refers to below `$defs`.

    Raises:
        LookupError: there is no document of that name.
    """
    bundles = _bundles()
    if name not in bundles["needed"]:
        raise LookupError(f"no document is named {name!r}")
    needed = bundles["needed"][name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/$defs/{needed[0]}",
        "$defs": {key: bundles[variant][key] for key in needed},
    }


def document_names() -> tuple[str, ...]:
    """Return the names of all documents, those of the contract first."""
    return tuple(_bundles()["needed"])


@cache
def field_names(name: str) -> frozenset[str]:
    """Return every field name that the document's schema or one it refers to spells out."""
    return frozenset(_bundles()["fields"][name])


@cache
def prove_formats() -> None:
    """Prove that the engines refuse a time that does not exist, once a process.

    jsonschema itself is proved at its own first use: it takes 80 ms to import, and most processes never refuse a thing.

    Raises:
        RuntimeError: a package that checks formats is missing or does not do it.
    """
    try:
        import jsonschema_rs
    except ImportError as missing:
        raise _unfit("jsonschema-rs") from missing
    if jsonschema_rs.Draft202012Validator(_TIME, validate_formats=True).is_valid(_NO_SUCH_DAY):
        raise _unfit("jsonschema-rs")
    try:
        from rfc3339_validator import validate_rfc3339  # type: ignore[import-untyped]
    except ImportError as missing:
        raise _unfit("rfc3339-validator") from missing
    if validate_rfc3339(_NO_SUCH_DAY):
        raise _unfit("rfc3339-validator")


@cache
def _prove_explainer() -> None:
    try:
        refused = not _explainer(_TIME).is_valid(_NO_SUCH_DAY)
    except ImportError as missing:
        raise _unfit("jsonschema") from missing
    if not refused:  # jsonschema was imported while rfc3339-validator could not be
        raise _unfit("rfc3339-validator")


def _explainer(schema: Schema) -> jsonschema.Draft202012Validator:
    import jsonschema

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(_for_python(schema), format_checker=checker)


def _for_python(schema: object) -> object:
    """Write the last `$` of each pattern so that Python's `re` means the very end by it, as JSON Schema does."""
    if isinstance(schema, list):
        return [_for_python(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {word: _for_python(part) for word, part in schema.items()}
    pattern = copy.get("pattern")
    if isinstance(pattern, str) and pattern.endswith("$") and not pattern.endswith(r"\$"):
        copy["pattern"] = pattern[:-1] + _END_OF_TEXT
    return copy


@cache
def _bundles() -> _Bundles:
    bundles: _Bundles = json.loads(files("mobility_schemas").joinpath("bundles.json").read_bytes())
    return bundles


def _unfit(package: str) -> RuntimeError:
    return RuntimeError(
        f"A time that does not exist would be accepted: the package {package} is missing or does not check formats. "
        "Install mobility-schemas with its dependencies."
    )
