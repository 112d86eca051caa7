"""What of a request and an answer is kept on a cassette, and in which form.

Kept is what decides; addresses, tokens and the transport's own headers are not. JSON is laid out a field a line, so
that a difference between two recordings shows the field. Doing it twice changes nothing: on replay a request and an
answer pass through here once more.
"""

import json
from urllib.parse import urlsplit, urlunsplit

from carloop_sandbox.interface.contract import BASE_PATH

HOST = "https://carloop.example"
"""The origin in every cassette; a reserved name (RFC 6761)."""

REQUEST_HEADERS = (
    *("accept", "accept-language", "content-type", "idempotency-key", "if-match"),
    *("if-none-match", "x-retry-count"),
)
RESPONSE_HEADERS = (
    *("content-language", "content-length", "content-type", "etag", "idempotent-replay"),
    *("location", "retry-after", "vary"),
)
LONGEST_BODY = 16_384
"""Longer bodies of requests, sent to be refused for that, are kept as their size."""


def scrub_request(request):
    """Return a request as it is kept; None for what is not the interface's, such as the sandbox's controls."""
    parts = urlsplit(request.uri)
    if not parts.path.startswith(f"{BASE_PATH}/"):
        return None
    request.uri = HOST + urlunsplit(("", "", parts.path, parts.query, ""))
    request.headers = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
    body = request.body
    if body is not None:
        request.body = f"[{len(body)} bytes]".encode() if len(body) > LONGEST_BODY else _laid_out(body)
    return request


def scrub_response(response, *, origin):
    """Return an answer as it is kept; `origin` is where it really came from."""
    headers = {name.lower(): values for name, values in response["headers"].items()}
    body = _laid_out(response["body"]["string"].replace(origin.encode(), HOST.encode()))
    if body and "content-length" in headers:
        headers["content-length"] = [str(len(body))]
    return {
        # the reason phrase differs between versions of Python
        "status": {"code": response["status"]["code"], "message": ""},
        "headers": {name: headers[name] for name in RESPONSE_HEADERS if name in headers},
        "body": {"string": body},
    }


def without_prose(node):
    """Remove the prose of an interface description, which may change without a new recording."""
    if isinstance(node, list):
        return [without_prose(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {name: without_prose(value) for name, value in node.items() if not _is_prose(name, value)}


def _is_prose(name, value):
    if name in ("description", "summary", "title"):
        return isinstance(value, str)
    return name == "example" or (name == "examples" and isinstance(value, list))


def _laid_out(body):
    try:
        document = json.loads(body)
    except ValueError:  # not JSON: as it is
        return body
    if isinstance(document, dict) and "openapi" in document:
        document = without_prose(document)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
