"""Read a request strictly: what is unknown, repeated or malformed is refused, never guessed."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NoReturn, cast
from urllib.parse import parse_qsl

from carloop_sandbox.interface.contract import Schema, header_pattern, query_parameters, resolve
from carloop_sandbox.refusals import CallRefused, FieldError, invalid
from carloop_sandbox.units import Instant, read_time_or_none

MAX_BODY: Final = 65_536
MAX_DIGITS: Final = 30


@dataclass(frozen=True, slots=True)
class Call:
    """One request; nothing in it has been validated yet."""

    operation: str
    method: str
    path: str
    path_template: str
    origin: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    rental_id: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """The query parameters of a call, each under its declared type."""

    times: dict[str, Instant] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_query(call: Call, *, required: tuple[str, ...] = ()) -> Query:
    """Read the query against what the interface declares; refuse unknown, repeated and wrong parameters.

    :param required: times that must be there.
    """
    declared = query_parameters(call.path_template, call.method.lower())
    given: dict[str, list[str]] = {}
    for name, value in _pairs(call.query):
        given.setdefault(name, []).append(value)
    query = Query()
    findings = [(_printable(name), "There is no such parameter.") for name in given if name not in declared]
    findings += [
        (name, message)
        for name, schema in declared.items()
        if (message := _take(name, schema, given.get(name, []), query))
    ]
    findings = findings or [(name, "This is required.") for name in required if name not in query.times]
    if findings:
        errors = [FieldError(f"/{name}", message, "query") for name, message in findings]
        raise CallRefused("validation_failed", "The query parameters are not valid.", errors=errors)
    return query


def read_json(call: Call) -> object:
    """Read the body as JSON."""
    return parse_json(call.body, call.headers.get("content-type", ""))


def parse_json(body: bytes, content_type: str) -> object:
    """Parse JSON; refuse other media types, repeated names, NaN, and what no one would send."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise CallRefused("unsupported_media_type", "Send the body as application/json.")
    try:
        document = json.loads(
            body.decode("utf-8", errors="strict"),
            parse_constant=_no_constant,
            parse_int=_short_int,
            parse_float=_finite,
            object_pairs_hook=_no_repeated_names,
        )
        # a lone surrogate is valid JSON, but no text: it could be neither stored nor sent
        json.dumps(document, ensure_ascii=False).encode("utf-8", errors="strict")
    except (ValueError, RecursionError):
        raise CallRefused("malformed_request", "The body is not valid JSON in UTF-8.") from None
    return document


def read_key(call: Call) -> str:
    """Read the header Idempotency-Key."""
    key = call.headers.get("idempotency-key", "").strip()
    if not key:
        detail = "Send a key that names the intent, the same for each attempt."
        raise CallRefused("idempotency_key_missing", detail)
    if not re.fullmatch(_key_pattern(), key):
        message = "The key is too long or holds other than ASCII characters."
        raise invalid("/Idempotency-Key", message, place="header")
    return key


def check_body(document: object, component: str) -> dict[str, object]:
    """Return the body as an object of a component, or refuse it with what is wrong, field by field."""
    from mobility_schemas import InvalidDocument, explain, validate

    try:
        validate(document, f"carloop/{component}")
    except InvalidDocument:
        findings = explain(document, f"carloop/{component}")
        errors = [FieldError(finding.pointer, finding.message) for finding in findings]
        raise CallRefused("validation_failed", "The body is not valid.", errors=errors) from None
    return cast("dict[str, object]", document)


def time_at(body: dict[str, object], name: str) -> Instant:
    """Read a time of a valid body; a day that does not exist is refused here at the latest."""
    instant = read_time_or_none(cast("str", body[name]))
    if instant is None:
        raise invalid(f"/{name}", "This is not a time that exists.")
    return instant


def check_accept(accept: str | None) -> None:
    """Refuse a caller that wants no JSON at all."""
    if accept is None or not accept.strip():
        return
    for part in accept.lower().split(","):
        name, *options = (piece.strip() for piece in part.split(";"))
        refused = any(re.fullmatch(r"q=0(\.0*)?", option) for option in options)
        if name in {"*/*", "application/*", "application/json", "application/problem+json"} and not refused:
            return
    raise CallRefused("not_acceptable", "The answer is JSON; accept application/json.")


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=500)
    except ValueError:
        raise CallRefused("validation_failed", "The query cannot be read.") from None


def _take(name: str, schema: Schema, values: list[str], query: Query) -> str | None:
    """Add the values of one parameter to the query; return what is wrong with them, or None."""
    if schema.get("type") == "array":
        items = resolve(cast("Schema", schema["items"]))
        if len(values) > cast("int", schema["maxItems"]):
            return "This is given too often."
        if not all(_fits(value, items) for value in values):
            return "This is not a valid id."
        query.lists[name] = tuple(dict.fromkeys(values))
        return None
    if len(values) > 1:
        return "This is given more than once."
    if not values:
        if "default" in schema:
            query.numbers[name] = cast("int", schema["default"])
        return None
    return _take_one(name, schema, values[0], query)


def _take_one(name: str, schema: Schema, value: str, query: Query) -> str | None:
    if schema.get("format") == "date-time":
        instant = read_time_or_none(value) if _fits(value, schema) else None
        if instant is None:
            return "This is not a time with an offset, such as 2031-03-03T08:30:00+01:00 (its + sent as %2B)."
        query.times[name] = instant
    elif schema.get("type") == "integer":
        low, high = cast("int", schema["minimum"]), cast("int", schema["maximum"])
        if not re.fullmatch("0|[1-9][0-9]{0,8}", value) or not low <= int(value) <= high:
            return f"This is not a whole number from {low} to {high}."
        query.numbers[name] = int(value)
    elif not _fits(value, schema):
        return "This has not the form it must have."
    else:
        query.texts[name] = value
    return None


def _fits(value: str, schema: Schema) -> bool:
    longest = cast("int", schema.get("maxLength", len(value)))
    return len(value) <= longest and re.fullmatch(cast("str", schema["pattern"]), value) is not None


def _printable(name: str) -> str:
    """Return a parameter's name if it looks like one: what a stranger typed is not repeated."""
    return name if re.fullmatch("[A-Za-z0-9_.-]{1,40}", name) else "(unreadable)"


@cache
def _key_pattern() -> str:
    return header_pattern("IdempotencyKey")


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _short_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("the number is too long")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number


def _no_repeated_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name occurs twice")
    return document
