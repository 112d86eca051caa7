"""Validate the bodies of writes against the interface's document."""

from typing import cast

from carloop_sandbox.problems import FieldError, Refused, invalid
from carloop_sandbox.times import Instant, read_time_or_none


def check_body(document: object, component: str) -> dict[str, object]:
    """Give the body as an object of a component, or refuse it with what is wrong, field by field."""
    from mobility_schemas import InvalidDocument, explain, validate

    try:
        validate(document, f"carloop/{component}")
    except InvalidDocument:
        findings = explain(document, f"carloop/{component}")
        errors = [FieldError(finding.pointer, finding.message) for finding in findings]
        raise Refused("validation_failed", "The body is not valid.", errors=errors) from None
    return cast("dict[str, object]", document)


def time_at(document: dict[str, object], name: str) -> Instant:
    """Read a time of a valid body; a day that does not exist is refused here at the latest."""
    instant = read_time_or_none(cast("str", document[name]))
    if instant is None:
        raise invalid(f"/{name}", "This is not a time that exists.")
    return instant
