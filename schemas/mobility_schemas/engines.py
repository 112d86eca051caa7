"""The two engines, built once a document: jsonschema-rs decides, jsonschema explains.

Both must read a schema alike, also where they do not by themselves: formats are checked by neither unless asked, and
"the end" of a text is written so that Python's `re` and Rust's `regex` mean the same place.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mobility_schemas.bundle import END_OF_TEXT, bundle, rewritten
from mobility_schemas.catalogue import Schema

if TYPE_CHECKING:
    import jsonschema  # type: ignore[import-untyped]
    import jsonschema_rs

_TIME: Schema = {"type": "string", "format": "date-time"}
_NO_SUCH_DAY = "2026-02-30T08:00:00Z"


@cache
def decider(name: str, closed: bool) -> jsonschema_rs.Draft202012Validator:
    """Give the validator that decides; safe to share among threads.

    Raises:
        LookupError: there is no document of that name.
        RuntimeError: the self-test failed.
    """
    schema = bundle(name, closed)
    prove_formats()
    import jsonschema_rs

    # A look-ahead would send Rust's engine to its slow path (3.7 ms instead of 1.2 for 1,000 options); there `$` alone
    # means the very end.
    quick = rewritten(schema, lambda pattern: pattern.replace(END_OF_TEXT, "$"))
    return jsonschema_rs.Draft202012Validator(quick, validate_formats=True, mask="…", offline=True)


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


def _explainer(schema: Schema) -> jsonschema.Draft202012Validator:
    import jsonschema

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(rewritten(schema, _portable), format_checker=checker)


def _portable(pattern: str) -> str:
    """Write a pattern's last `$` so that Python's `re` means the very end by it, as JSON Schema does."""
    ends = pattern.endswith("$") and not pattern.endswith(r"\$")
    return pattern[:-1] + END_OF_TEXT if ends else pattern


def _unfit(package: str) -> RuntimeError:
    return RuntimeError(
        f"A time that does not exist would be accepted: the package {package} is missing or does not check formats. "
        "Install mobility-schemas with its dependencies."
    )
