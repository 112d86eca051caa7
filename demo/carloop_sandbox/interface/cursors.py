"""Cursors of pages: opaque, signed, and good for the query alone that they come from."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final, cast

from carloop_sandbox.refusals import invalid

Position = list[str] | list[int]

_MAC_LENGTH: Final = 16


def seal_cursor(position: Position, asked: list[object], *, key: bytes) -> str:
    """Write a cursor that goes on after a position of the list that was asked for."""
    text = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(text, asked, key) + text).decode().rstrip("=")


def open_cursor(cursor: str | None, asked: list[object], *, key: bytes) -> Position | None:
    """Read a cursor; refuse one that was not sealed here, or for another query."""
    if cursor is None:
        return None
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        sealed = b""  # which nobody sealed
    mac, text = sealed[:_MAC_LENGTH], sealed[_MAC_LENGTH:]
    if not hmac.compare_digest(mac, _mac(text, asked, key)):
        raise invalid("/cursor", "This is no cursor of this list.", place="query")
    return cast("Position", json.loads(text))


def _mac(text: bytes, asked: list[object], key: bytes) -> bytes:
    message = json.dumps(asked).encode() + b"\n" + text
    return hmac.digest(key, message, hashlib.sha256)[:_MAC_LENGTH]
