"""Read a request strictly: what is unknown, repeated or malformed is refused, never guessed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from carloop_sandbox.interface.contract import Operation, Schema, resolve
from carloop_sandbox.refusals import CallRefused, FieldError, invalid
from carloop_sandbox.units import NO_TIME, Instant, read_time
from mobility_schemas import explain
from web_base import forms

MAX_BODY: Final = 65_536


@dataclass(frozen=True, slots=True)
class Call:
    """A valid request, read as the OpenAPI document describes it.

    :ivar scope: its method and path, for which its key is good.
    """

    scope: str
    origin: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, Any] = field(repr=False)
    key: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)
    rental_id: str


async def read_body(request: Request) -> bytes:
    """Read the body of a request, but never more than MAX_BODY bytes of it."""
    try:
        body = await forms.read_body(request, most=MAX_BODY)
    except ClientDisconnect:
        raise CallRefused("malformed_request", "The body did not arrive.") from None
    if body is None:
        detail = f"A body has at most {MAX_BODY} bytes."
        raise CallRefused("too_large", detail, headers={"Connection": "close"})
    return body


def read_call(operation: Operation, request: Request, body: bytes) -> Call:
    """Read a request against what the document declares for its operation."""
    return Call(
        scope=f"{operation.method} {request.url.path}",
        origin=origin_of(request),
        headers=request.headers,
        query=_read_query(request.scope["query_string"].decode("latin-1"), operation.query),
        key=_read_key(request, operation.key_pattern),
        body=_read_document(operation, request, body),
        rental_id=request.path_params.get("rental_id", ""),
    )


def origin_of(request: Request) -> str:
    """Return the sandbox's own origin: as the caller named it if that is a plain host, else as it is bound."""
    host = request.headers.get("host", "")
    if not re.fullmatch(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?", host):
        address, port = request.scope["server"]
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{request.scope['scheme']}://{host}"


def check_accept(accept: str) -> None:
    """Refuse a caller that wants no JSON at all."""
    for part in (accept.strip() or "*/*").lower().split(","):
        name, *options = (piece.strip() for piece in part.split(";"))
        refused = any(re.fullmatch(r"q=0(\.0*)?", option) for option in options)
        if name in {"*/*", "application/*", "application/json", "application/problem+json"} and not refused:
            return
    raise CallRefused("not_acceptable", "The answer is JSON; accept application/json.")


def parse_json(body: bytes, content_type: str) -> object:
    """Parse JSON; refuse other media types, repeated names, NaN and what cannot be written again."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise CallRefused("unsupported_media_type", "Send the body as application/json.")
    try:
        document = json.loads(body.decode(), object_pairs_hook=_no_repeated_names)
        # NaN, 1e999 and half a character pass the parser, but could be neither stored nor sent
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise CallRefused("malformed_request", "The body is not valid JSON in UTF-8.") from None
    return document


def time_at(body: Mapping[str, Any], name: str) -> Instant:
    """Read a time of a valid body; a day that does not exist is refused here at the latest."""
    try:
        return read_time(body[name])
    except ValueError:
        raise invalid(f"/{name}", "This is not a time that exists.") from None


def _read_query(text: str, declared: Mapping[str, Schema]) -> dict[str, Any]:
    """Read the query; refuse unknown, repeated, missing and wrong parameters, all of them at once."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=500)
    except ValueError:
        raise CallRefused("validation_failed", "The query cannot be read.") from None
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        # what a caller made up is not repeated, unless it looks like a name
        shown = name if re.fullmatch("[A-Za-z0-9_.-]{1,40}", name) else "(unreadable)"
        given.setdefault(shown, []).append(value)
    errors = [
        FieldError(f"/{name}", "There is no such parameter.", "query")
        for name in given
        if name not in declared
    ]
    values = {}
    for name, parameter in declared.items():
        try:
            values[name] = _read_parameter(parameter, given.get(name, []))
        except ValueError as error:
            errors.append(FieldError(f"/{name}", str(error), "query"))
    if errors:
        raise CallRefused("validation_failed", "The query parameters are not valid.", errors=errors)
    return values


def _read_parameter(parameter: Schema, texts: list[str]) -> Any:
    """Return a parameter's value, its default where it is not given; ValueError with what is wrong."""
    schema = parameter["schema"]
    if schema.get("type") == "array":
        if len(texts) > schema["maxItems"]:
            raise ValueError("This is given too often.")
        return sorted({_read_text(text, resolve(schema["items"])) for text in texts})
    if len(texts) > 1:
        raise ValueError("This is given more than once.")
    if not texts and parameter.get("required"):
        raise ValueError("This is required.")
    return _read_text(texts[0], schema) if texts else schema.get("default")


def _read_text(text: str, schema: Schema) -> Any:
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        if not re.fullmatch("0|[1-9][0-9]{0,8}", text) or not low <= int(text) <= high:
            raise ValueError(f"This is not a whole number from {low} to {high}.")
        return int(text)
    is_time = schema.get("format") == "date-time"
    fits = len(text) <= schema.get("maxLength", len(text)) and re.fullmatch(schema["pattern"], text)
    if not fits:
        raise ValueError(NO_TIME if is_time else "This has not the form it must have.")
    return read_time(text) if is_time else text


def _read_key(request: Request, pattern: str | None) -> str:
    """Read the header Idempotency-Key; the empty text where the call takes none."""
    key = request.headers.get("idempotency-key", "").strip()
    if pattern is None:
        return ""
    if not key:
        detail = "Send a key that names the intent, the same for each attempt."
        raise CallRefused("idempotency_key_missing", detail)
    if not re.fullmatch(pattern, key):
        message = "The key is too long or holds other than ASCII characters."
        raise invalid("/Idempotency-Key", message, place="header")
    return key


def _read_document(operation: Operation, request: Request, body: bytes) -> dict[str, Any]:
    """Return the body as an object of the operation's component, or refuse it with what is wrong, field by field."""
    if operation.body is None or not (body or operation.body_required):
        return {}
    document = parse_json(body, request.headers.get("content-type", ""))
    if operation.body == "RentalEndChange" and isinstance(document, dict):
        _refuse_other_fields(document)
    findings = explain(document, f"carloop/{operation.body}")
    if findings:
        errors = [FieldError(finding.pointer, finding.message) for finding in findings]
        raise CallRefused("validation_failed", "The body is not valid.", errors=errors)
    assert isinstance(document, dict)  # noqa: S101  # every component is an object
    return document


def _refuse_other_fields(document: dict[str, Any]) -> None:
    """Refuse to change anything but the end, before the document is validated: this says what to do instead."""
    others = (name.replace("~", "~0").replace("/", "~1") for name in sorted(document.keys() - {"end"}))
    errors = [FieldError(f"/{name}", "This cannot be changed.") for name in others]
    if errors:
        raise CallRefused("rental_immutable", "Cancel the rental and book again.", errors=errors)


def _no_repeated_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name occurs twice")
    return document
