"""When another attempt is made, how long is waited before it, and what it carries."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from types import SimpleNamespace

import pytest

from carloop_plugin.api.answers import Failure
from carloop_plugin.api.call import Call, Request
from carloop_plugin.api.client import asked_wait
from carloop_plugin.domain.changes import Done, NothingHappened, Unknown
from carloop_plugin.domain.failures import CallFailed, Reason

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
REASON = Reason("unreachable")


@pytest.mark.parametrize(
    ("failure", "count", "left", "chance", "expected"),
    [
        (Failure(Unknown(REASON)), 0, 10, 0.5, 0.025),
        (Failure(Unknown(REASON)), 0, 10, 0.0, 0.0),
        (Failure(Unknown(REASON)), 0, 10, 1.0, 0.05),
        (Failure(Unknown(REASON)), 1, 10, 0.5, 0.05),
        (Failure(Unknown(REASON)), 2, 10, 0.5, None),
        (Failure(NothingHappened(REASON)), 0, 10, 0.5, 0.025),
        (Failure(NothingHappened(REASON)), 1, 10, 0.5, 0.05),
        (Failure(NothingHappened(REASON)), 2, 10, 0.5, None),
        (Failure(NothingHappened(REASON), again=False), 0, 10, 0.5, None),
        (Failure(Unknown(REASON), again=False), 0, 10, 0.5, None),
        (Failure(Unknown(REASON)), 0, 0.025, 0.5, None),
        (Failure(Unknown(REASON)), 0, -1, 0.5, None),
        (Failure(NothingHappened(REASON), wait="2"), 0, 10, 0.5, 2.0),
        (Failure(NothingHappened(REASON), wait="2"), 0, 2.0, 0.5, None),
        (Failure(Unknown(REASON), wait="1"), 1, 10, 0.5, 1.0),
        (Failure(NothingHappened(REASON), wait="0"), 0, 10, 0.5, 0.025),
        (Failure(NothingHappened(REASON), wait="nonsense"), 0, 10, 0.5, 0.025),
    ],
)
def test_pause(failure, count, left, chance, expected, make_client, soon):
    """At most three attempts, full jitter from 50 ms that doubles, Retry-After where it fits."""
    client = make_client(random=SimpleNamespace(random=lambda: chance), now=lambda: NOW)
    pause = client._pause_after(failure, Request("GET", "/account"), Call(soon(left), attempt=count))
    assert pause == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", 0.0),
        ("3", 3.0),
        (" 3 ", 3.0),
        ("-3", 0.0),
        ("1.5", 0.0),
        ("²", 0.0),
        ("9" * 5000, 999_999_999.0),
        (format_datetime(NOW + timedelta(seconds=7), usegmt=True), 7.0),
        (format_datetime(NOW - timedelta(seconds=7), usegmt=True), 0.0),
        ("Mon, 01 Mar 2027 08:00:05 -0000", 5.0),
        ("Mon, 99 Foo 2027", 0.0),
        ("Mon, 01 Mar 99999 08:00:05 GMT", 0.0),
    ],
)
def test_asked_wait(value, expected):
    """Retry-After is read as seconds or as a date; anything else says nothing."""
    assert asked_wait(value, lambda: NOW) == expected


TRANSIENT = {
    "reset": lambda peer, _: peer.reset(),
    "closed": lambda *_: "close",
    "truncated": lambda peer, _: peer.send(b"HTTP/1.1 201 X\r\ncontent-length: 9\r\n\r\n{") or "close",
    "garbage": lambda peer, _: peer.answer(201, b"{{{"),
    "in progress": lambda peer, _: peer.answer(409, {**PROBLEM, "code": "request_in_progress"}),
    "rate limited": lambda peer, _: peer.answer(429, {**PROBLEM, "code": "rate_limited"}, retry_after="1"),
    "maintenance": lambda peer, _: peer.answer(503, {**PROBLEM, "code": "maintenance"}),
    "a proxy's 503": lambda peer, _: peer.answer(503, b"<html>"),
    "a 500": lambda peer, _: peer.answer(500, b""),
}
PROBLEM = {"title": "Title", "status": 409, "detail": "Detail."}


@pytest.mark.parametrize("first", TRANSIENT)
def test_write_is_sent_again_with_the_same_key(first, server, session, documents, soon):
    """What may pass is tried again: the same key and bytes, the attempts counted. So are reads, without a key."""
    server.does(TRANSIENT[first], lambda peer, _: peer.answer(201, documents.rental()))
    result = session.send(documents.booking(), deadline=soon(5))
    assert type(result) is Done
    assert attempts(server) == ["0", "1"]
    assert len({(seen.headers["idempotency-key"], seen.body, seen.target) for seen in server.seen}) == 1
    server.behaviours = [TRANSIENT[first]] * 3 + [lambda peer, _: peer.answer(200, documents.account())]
    assert session.read_account(deadline=soon(5)).id == "acc-1"
    assert attempts(server) == ["0", "1"] * 2


def attempts(server):
    return [seen.headers["x-retry-count"] for seen in server.seen]


LASTING = {
    "three attempts": (lambda *_: "close", "unreachable", 3),
    "a Retry-After beyond the deadline": (
        lambda peer, _: peer.answer(
            429, {**PROBLEM, "code": "rate_limited", "status": 429}, retry_after="60"
        ),
        "rate_limited",
        1,
    ),
    "a refusal": (
        lambda peer, _: peer.answer(401, {**PROBLEM, "code": "token_invalid", "status": 401}),
        "not_authorised",
        1,
    ),
}


@pytest.mark.parametrize("name", LASTING)
def test_attempts_end(name, server, session, soon):
    """After the third, and where another one could not help in time."""
    behaviour, code, most = LASTING[name]
    server.does(behaviour)
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    assert failed.value.reason.code == code
    assert attempts(server) == ["0", "1", "2"][:most]


def test_waits_are_spread_and_as_asked(server, make_session, documents, soon):
    """Between attempts the injected sleep gets what Carloop asks for, or else a random part of 50 ms."""
    waits = []
    session = make_session(server.url, sleep=waits.append, random=Random(7))
    server.does(
        lambda peer, _: peer.answer(429, documents.problem(429, "rate_limited"), retry_after="2"),
        lambda *_: "close",
        lambda peer, _: peer.answer(200, documents.account()),
    )
    session.read_account(deadline=soon(5))
    first, second = waits
    assert first == 2.0
    assert 0 <= second < 0.1
