"""The two engines, built once a document: jsonschema-rs decides, jsonschema explains.

Both must read a schema alike, also where they do not by themselves: formats are checked by neither unless asked, and
"the end" of a text is written so that Python's `re` and Rust's `regex` mean the same place.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from mobility_schemas.bundle import END_OF_TEXT, bundle, rewritten
from mobility_schemas.catalogue import Schema

if TYPE_CHECKING:
    import jsonschema  # type: ignore[import-untyped]
    import jsonschema_rs

_TIME: Schema = {"type": "string", "format": "date-time"}
_NO_SUCH_DAY = "2026-02-30T08:00:00Z"
_NO_LINE_FEED: Schema = {"pattern": "\n"}
# A pattern of printable characters and classes that name such as their members: it admits no line feed.
_SPELT_OUT = re.compile(r"\^(?:[A-Za-z0-9_{},*+?-]|\[[ -\[_-~]+\])+\$")


@cache
def decider(name: str, closed: bool) -> jsonschema_rs.Draft202012Validator:
    """Give the validator that decides; safe to share among threads.

    Raises:
        LookupError: there is no document of that name.
        RuntimeError: the self-test failed.
    """
    return _decider(bundle(name, closed))


@cache
def voucher(name: str) -> jsonschema_rs.Draft202012Validator:
    """Give a validator whose yes can be relied on without a look at what the document is made of.

    It knows no unknown field, so there is no part that it does not look at; what JSON does not have it refuses, but
    that it takes NaN for null and a member of any enum, or a Decimal, for its value. Its no means nothing.
    """
    return _decider(rewritten(bundle(name, True), _without_huge))


def explainer(schema: Schema) -> jsonschema.Draft202012Validator:
    """Give jsonschema's validator of a schema, formats checked.

    Raises:
        RuntimeError: the self-test failed.
    """
    _prove_explainer()
    return _explainer(schema)


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


def _decider(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    prove_formats()
    import jsonschema_rs

    for_rust = rewritten(schema, _for_rust)
    return jsonschema_rs.Draft202012Validator(for_rust, validate_formats=True, mask="…", offline=True)


def _explainer(schema: Schema) -> jsonschema.Draft202012Validator:
    import jsonschema

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(rewritten(schema, _for_python), format_checker=checker)


def _for_rust(schema: Schema) -> Schema:
    """Write a schema so that jsonschema-rs means by it what JSON Schema does, and is quick about it."""
    if isinstance(pattern := schema.get("pattern"), str):
        # A look-ahead sends its regex to the slow path (3.7 ms instead of 1.2 for 1,000 options); `$` is the very end.
        schema = schema | {"pattern": pattern.replace(END_OF_TEXT, "$")}
        # For engines whose `$` also matches before a last line feed; here it is a second regex for nothing.
        if schema.get("not") == _NO_LINE_FEED and _SPELT_OUT.fullmatch(pattern):
            del schema["not"]
    return schema


def _without_huge(schema: Schema) -> Schema:
    """Refuse integers of over 4,300 digits: `type: integer` admits them, all other keywords take them for null."""
    return schema | {"allOf": [{"type": "number"}]} if schema.get("type") == "integer" else schema


def _for_python(schema: Schema) -> Schema:
    """Write a pattern's last `$` so that Python's `re` means the very end by it, as JSON Schema does."""
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and pattern.endswith("$") and not pattern.endswith(r"\$"):
        return schema | {"pattern": pattern[:-1] + END_OF_TEXT}
    return schema


def _unfit(package: str) -> RuntimeError:
    return RuntimeError(
        f"A time that does not exist would be accepted: the package {package} is missing or does not check formats. "
        "Install mobility-schemas with its dependencies."
    )
