"""Answers before they are sent, and their entity tags (RFC 9110, section 8.8.3)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer, an ASGI application like any response; a fault may still alter it."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        media_type = {"Content-Type": self.media_type} if self.body else {}
        await Response(self.body, self.status, {**self.headers, **media_type})(scope, receive, send)


def write_json(document: object) -> bytes:
    """Write a JSON document, compact and in UTF-8."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def json_answer(document: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a JSON document."""
    return Answer(status, write_json(document), headers or {})


def etag_of_bytes(body: bytes) -> str:
    """Return the entity tag of a document that has no revision."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def etag_of_revision(revision: int) -> str:
    """Return the entity tag of a rental: its revision in quotation marks."""
    return f'"{revision}"'


def revision_is_named(if_match: str, revision: int) -> bool:
    """Return whether If-Match names a revision; compared strongly, so a weak tag never does.

    A number without its quotation marks is understood: it can mean one revision only.
    """
    tags = {tag.strip() for tag in if_match.split(",")}
    return bool({"*", etag_of_revision(revision), str(revision)} & tags)


def etag_is_known(if_none_match: str, etag: str) -> bool:
    """Return whether If-None-Match names an entity tag; compared weakly."""
    return bool({"*", etag} & {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")})
