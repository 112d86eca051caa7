"""Every fault of the matrix: who makes it, and where it can happen."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.wire_faults import Effect, Position

BEFORE, DURING, AFTER = Position.BEFORE, Position.DURING, Position.AFTER
EVERYWHERE = (BEFORE, DURING, AFTER)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by its name. `positions` are those it can have; `operations` those it can affect, all if empty.

    Either the proxy makes it (`effect`, with the `answer` that is sent instead, or a refused connection if there
    is none), or the sandbox does (`sandbox`, with its value; `then` is the status that answers the next attempt).
    `harmless`: the operation must succeed all the same. `wrong_result`: Carloop does something else than was asked
    for. `daily`: the short run has it too.
    """

    name: str
    positions: tuple[Position, ...] = EVERYWHERE
    effect: Effect | None = None
    answer: bytes = field(default=b"", repr=False)
    sandbox: str | None = None
    value: Any = None
    then: Any = None
    operations: tuple[str, ...] = ()
    harmless: bool = False
    wrong_result: bool = False
    daily: bool = True


def _answer(status: str, body: bytes, **headers: str) -> bytes:
    lines = {"content-length": str(len(body)), "connection": "close"} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
PAGE = b"<!doctype html><title>502</title><h1>Bad Gateway</h1>"
GATEWAYS: Mapping[str, bytes] = {
    "502 with a page": _answer("502 Bad Gateway", PAGE, content_type="text/html"),
    "504 without a word": _answer("504 Gateway Timeout", b""),
    "200 with a page": _answer("200 OK", PAGE, content_type="text/html"),
    "200 with garbage": _answer("200 OK", bytes(range(256)), content_type=JSON),
    "200 with nothing": _answer("200 OK", b"", content_type=JSON),
    "another's 200": _answer("200 OK", b'{"id": "ren-x", "status": "reserved"}', content_type=JSON),
    "a redirect": _answer("307 Temporary Redirect", b"", location="http://127.0.0.2:9/elsewhere"),
    "a gzip bomb": _answer("200 OK", gzip.compress(b" " * 2**26), content_type=JSON, content_encoding="gzip"),
    "empty arrays": _answer("200 OK", b"[" + b"[]," * 600_000 + b"[]]", content_type=JSON),
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.2\r\n",
}
"""What a gateway between the planner and Carloop may answer in its place."""

GATEWAY_STATUSES = (403, 404, 408, 413, 421, 425, 431, 499, 502)
DAILY_STATUS = 403
"""The one in the short run."""


def _gateway_answers() -> Iterator[tuple[int, str, bytes]]:
    """Return each status as a page, and as a problem document that is the gateway's own and not Carloop's."""
    for status in GATEWAY_STATUSES:
        problem = json.dumps({"type": "about:blank", "title": "Refused", "status": status}).encode()
        yield status, "with a page", _answer(f"{status} X", PAGE, content_type="text/html")
        yield status, "with a problem", _answer(f"{status} X", problem, content_type=PROBLEM_JSON)


# 429, 401 and `maintenance` state that Carloop did nothing: after the work they would be false, which the
# interface rules out. The same holds for a 404.
CARLOOP = (
    Fault("drop_before", (BEFORE,), sandbox="drop_before"),
    Fault("drop_after", (AFTER,), sandbox="drop_after"),
    Fault(
        "drop_after, then status 429", (AFTER,), sandbox="drop_after", then={"status": 429, "retry_after": 0}
    ),
    Fault(
        "drop_after, then maintenance", (AFTER,), sandbox="drop_after", then={"status": 503, "retry_after": 0}
    ),
    Fault("drop_after, then status 401", (AFTER,), sandbox="drop_after", then=401),
    Fault("at work for long", (DURING,), sandbox="delay", value=0.8),
    Fault("status 500, nothing done", (BEFORE,), sandbox="status", value=500),
    Fault("status 500, done", (AFTER,), sandbox="status", value={"status": 500, "after": True}),
    Fault("status 503 maintenance", (BEFORE,), sandbox="status", value={"status": 503, "retry_after": 0}),
    Fault("status 429", (BEFORE,), sandbox="status", value=429),
    Fault("status 429, at once again", (BEFORE,), sandbox="status", value={"status": 429, "retry_after": 0}),
    Fault("status 401", (BEFORE,), sandbox="status", value=401),
    Fault("status 409 in progress", (BEFORE,), sandbox="status", value={"status": 409, "retry_after": 0}),
    Fault("redirect", (BEFORE,), sandbox="redirect"),
    Fault("half an answer", (AFTER,), sandbox="truncate"),
    Fault("garbage", (AFTER,), sandbox="garbage"),
    Fault("html", (AFTER,), sandbox="html"),
    Fault("slow_drip", (AFTER,), sandbox="slow_drip", value=0.2),
    Fault("huge", (AFTER,), sandbox="huge"),
    Fault("unknown_field", (AFTER,), sandbox="unknown_field", harmless=True),
    Fault("unknown_enum", (AFTER,), sandbox="unknown_enum", harmless=True),
    Fault(
        "wrong_vehicle", (AFTER,), sandbox="wrong_vehicle", operations=("book", "rebook"), wrong_result=True
    ),
)
"""The faults that the sandbox makes."""

PROXY = (
    Fault("no connection", (BEFORE,)),
    *(
        Fault(effect.value, effect=effect)
        for effect in Effect
        if effect not in (Effect.INSTEAD, Effect.REWRITE)
    ),
    *(Fault(name, effect=Effect.INSTEAD, answer=answer) for name, answer in GATEWAYS.items()),
    *(
        Fault(
            f"a gateway's {status} {kind}",
            (BEFORE, AFTER),
            effect=Effect.INSTEAD,
            answer=answer,
            daily=status == DAILY_STATUS,
        )
        for status, kind, answer in _gateway_answers()
    ),
)
"""The faults that the proxy makes."""

FAULTS = (*PROXY, *CARLOOP)
