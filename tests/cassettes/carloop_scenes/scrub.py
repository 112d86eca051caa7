"""What of a conversation goes on the tape, and in which form.

Kept is what decides; addresses, tokens and the transport's own headers are not. JSON is laid out a field a line, so
that a difference between two recordings shows the field. Doing it twice changes nothing: a tape that is played passes
through here once more.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from vcr.request import Request

from carloop_scenes.stage import BASE_PATH

HOST = "https://carloop.example"
"""Where every recorded conversation took place; a reserved name (RFC 6761)."""

REQUEST_HEADERS = (
    "accept",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-retry-count",
)
RESPONSE_HEADERS = (
    "content-length",
    "content-type",
    "etag",
    "idempotent-replay",
    "location",
    "retry-after",
)
LONGEST_BODY = 16_384
"""Longer bodies of requests, sent to be refused for that, are kept as their size."""

Response = dict[str, Any]


def scrub_request(request: Request) -> Request | None:
    """Give a request as it goes on the tape; None for what is not the interface's, such as the sandbox's controls."""
    parts = urlsplit(request.uri)
    if not parts.path.startswith(f"{BASE_PATH}/"):
        return None
    place = urlsplit(HOST)
    request.uri = urlunsplit((place.scheme, place.netloc, parts.path, parts.query, ""))
    request.headers = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
    request.body = _body_of(request.body)
    return request


def scrub_response(response: Response, *, origin: str) -> Response:
    """Give an answer as it goes on the tape; `origin` is where it really came from."""
    headers = {name.lower(): values for name, values in response["headers"].items()}
    body = response["body"]["string"].replace(origin.encode(), HOST.encode())
    body = _laid_out(body)
    if body and "content-length" in headers:
        headers["content-length"] = [str(len(body))]
    return {
        # the phrase beside it says nothing more, and is another one with another version of Python
        "status": {"code": response["status"]["code"], "message": ""},
        "headers": {name: headers[name] for name in RESPONSE_HEADERS if name in headers},
        "body": {"string": body},
    }


def without_prose(node: object) -> object:
    """Leave out what a description of an interface says to people alone: it may change and nothing is different."""
    if isinstance(node, list):
        return [without_prose(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {name: without_prose(value) for name, value in node.items() if not _is_prose(name, value)}


def _is_prose(name: str, value: object) -> bool:
    if name in ("description", "summary", "title"):
        return isinstance(value, str)
    return name == "example" or (name == "examples" and isinstance(value, list))


def _body_of(body: bytes | str | None) -> bytes | None:
    if body is None:
        return None
    body = body.encode() if isinstance(body, str) else body
    return f"[{len(body)} bytes]".encode() if len(body) > LONGEST_BODY else _laid_out(body)


def _laid_out(body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:  # not JSON: as it is
        return body
    if isinstance(document, dict) and "openapi" in document:
        document = without_prose(document)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
