"""The hostile answers by name, each a fault that the proxy applies to every request."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.support.wire_faults import Effect, Position, WireFault

MEBIBYTE = 1024 * 1024
_HEAD = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n"
BOMB = gzip.compress(b" " * (512 * MEBIBYTE), 9)
"""512 MiB, compressed to half a MiB."""

FEW = (
    "a flood of 16 MiB in chunks",
    "a million empty arrays, in time to be read",
    "nested a million deep",
    "a gzip bomb",
    "a slow drip of the body",
)
"""One of each kind."""


def whole(body: bytes, *lines: str) -> bytes:
    """Return a 200 with a length."""
    head = _HEAD + "".join(f"{line}\r\n" for line in (f"content-length: {len(body)}", *lines))
    return head.encode() + b"\r\n" + body


def until_closed(body: bytes) -> bytes:
    """Return a 200 without a length."""
    return (_HEAD + "\r\n").encode() + body


def chunked(*chunks: bytes) -> bytes:
    """Return a 200 whose body is chunked."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return (_HEAD + "transfer-encoding: chunked\r\n\r\n").encode() + framed + b"0\r\n\r\n"


def _instead(answer: bytes, *, hold: float = 0.0) -> WireFault:
    return WireFault(Effect.INSTEAD, Position.BEFORE, answer=answer, hold=hold)


def _cars(count: int, **more: object) -> bytes:
    car = {
        "licence_plate": "KA-CL 1001",
        "make": "VW",
        "model": "Golf",
        "vehicle_class": "compact",
        "features": ["automatic", "navigation"],
        "seats": 5,
        "fuel": "petrol",
        "transmission": "automatic",
        "station": "karlsruhe",
        "daily_rate": {"amount": "49.90", "currency": "EUR", "tax_included": True},
    } | more
    page = {
        "items": [{"id": f"veh-{number}"} | car for number in range(count)],
        "next_cursor": None,
        "as_of": datetime.now(UTC).isoformat(),
        "matching": count,
        "busy": 0,
        "next_free": None,
    }
    return json.dumps(page, separators=(",", ":")).encode()


def hostile_answers(seconds: float) -> Mapping[str, WireFault]:
    """Return every hostile answer to calls that wait so many seconds."""
    flood = b" " * (16 * MEBIBYTE)
    arrays = b"[" + b"[]," * 999_999 + b"[]]"
    just_in_time = seconds * 0.94
    return {
        "a flood of 16 MiB that says so": _instead(whole(flood)),
        "a flood of 16 MiB in chunks": _instead(chunked(*[flood[:65_536]] * 256)),
        "a flood of 16 MiB in chunks of a byte": _instead(chunked(*[b" "] * 400_000)),
        "a flood that does not end": WireFault(Effect.FLOOD, Position.DURING, 0.9),
        "16 MiB of empty arrays": _instead(until_closed(b"[" + b"[]," * (16 * MEBIBYTE // 3) + b"[]]")),
        "a million empty arrays": _instead(whole(arrays)),
        "a million empty arrays, in time to be read": _instead(whole(arrays[: 2 * MEBIBYTE])),
        "nested a million deep": _instead(whole(b"[" * 1_000_000 + b"]" * 1_000_000)),
        "nested 9,000 deep": _instead(whole(b"[" * 9_000 + b"]" * 9_000)),
        "nested 9,000 deep in an unknown field": _instead(
            whole(_cars(1)[:-1] + b',"x":' + b"[" * 9_000 + b"]" * 9_000 + b"}")
        ),
        "a gzip bomb": _instead(whole(BOMB, "content-encoding: gzip")),
        "a gzip bomb that does not say so": _instead(whole(BOMB)),
        "a flood of headers": _instead(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 2_000_000),
        "one header without end": _instead(b"HTTP/1.1 200 OK\r\nx: " + b"y" * (16 * MEBIBYTE)),
        "an integer of two million digits": _instead(whole(b'{"matching":' + b"9" * 2_000_000 + b"}")),
        "a slow drip": WireFault(Effect.DRIP, Position.DURING, 0.0),
        "a slow drip of the body": WireFault(Effect.DRIP, Position.DURING, 0.7),
        "a page of cars, at the last moment": _instead(whole(_cars(1_000)), hold=just_in_time),
        "as many cars as fit 2 MiB, at the last moment": _instead(whole(_cars(7_000)), hold=just_in_time),
        "cars full of unknown fields, at the last moment": _instead(
            whole(_cars(1_000, x=[[0] * 40] * 4)), hold=just_in_time
        ),
        "a list of 2 MiB of wrong cars, at the last moment": _instead(
            whole(b'{"items":[' + b"{}," * 99_000 + b"{}]}"), hold=just_in_time
        ),
    }
