"""Hostile answers end at a limit, and none in a raw exception; their time and memory are measured in proofs."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files

import pytest

from carloop_plugin.api import answers
from carloop_plugin.api.answers import MOST_ITEMS, read_document, read_list
from carloop_plugin.api.call import AttemptFailed, RawAnswer
from carloop_plugin.domain.changes import Unknown
from carloop_plugin.domain.failures import CallFailed
from carloop_plugin.domain.values import Period
from carloop_plugin.domain.vehicles import VehicleQuery

MEGABYTE = 1024 * 1024
NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
BOMB = gzip.compress(b" " * (64 * MEGABYTE))


def whole(body, *lines):
    """Return a behaviour that sends a 200 with a body and some more header lines."""

    def behave(peer, _):
        head = "".join(f"{line}\r\n" for line in (f"content-length: {len(body)}", *lines))
        peer.send(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body)

    return behave


def endless(start, block):
    """Return a behaviour that sends a block again and again until the client goes."""

    def behave(peer, _):
        peer.send(start)
        while not peer.server.over.is_set():
            peer.send(block)

    return behave


JSON = "content-type: application/json"
HOSTILE = {
    "a gzip bomb": (whole(BOMB, JSON, "content-encoding: gzip"), "api.encoded"),
    "brotli, or so it says": (whole(b"x", JSON, "Content-Encoding: br"), "api.encoded"),
    "larger than it may be, and says so": (whole(b" " * (3 * MEGABYTE), JSON), "api.too_large"),
    "a flood in chunks": (
        endless(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"
        ),
        "api.too_large",
    ),
    "a byte too many, in chunks": (
        lambda peer, _: peer.send(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n200001\r\n"
            + b" " * 0x200001
            + b"\r\n0\r\n\r\n"
        ),
        "api.too_large",
    ),
    "nested deeply": (whole(b"[" * 15_000, JSON), "api.not_json"),
    # Python 3.11 refuses the depth in decoding it, later versions in judging it.
    "nested deeply and closed": (whole(b"[" * 9_000 + b"]" * 9_000, JSON), None),
    "garbage": (whole(b"\x00\xff\xfe{{{{", JSON), "api.not_json"),
    "nothing": (whole(b"", JSON), "api.not_json"),
    "not a number": (whole(b'{"id": NaN}', JSON), "api.not_json"),
    "a number without end": (whole(b'{"id": ' + b"9" * 10_000 + b"}", JSON), "api.not_json"),
    "half a surrogate": (whole(b'{"id": "\\ud800"}', JSON), "api.not_json"),
    "a web page": (whole(b"\n <html>", "content-type: text/html; charset=utf-8"), "api.web_page"),
    "JSON that is no account": (whole(b'{"id": "x"}', JSON), "api.not_of_schema"),
    "an empty success": (lambda peer, _: peer.send(b"HTTP/1.1 204 X\r\n\r\n"), "api.odd_status"),
    "accepted, perhaps": (lambda peer, _: peer.answer(202, {}), "api.odd_status"),
    "a flood of headers": (endless(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 1000), None),
    "one header without end": (endless(b"HTTP/1.1 200 OK\r\nx: ", b"y" * 65536), None),
    "a flood of continues": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "api.too_large"),
    "truncated": (
        lambda peer, _: peer.send(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{") or "close",
        None,
    ),
    "truncated in its headers": (lambda peer, _: peer.send(b"HTTP/1.1 200 X\r\ncont") or "close", None),
    "not HTTP": (lambda peer, _: peer.send(b"SSH-2.0-OpenSSH_9.2\r\n") or "close", None),
    "another protocol": (lambda peer, _: peer.send(b"HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n"), None),
    "two lengths": (whole(b"{}", "content-length: 5"), None),
    "a cookie of its own": (whole(b"{}", "set-cookie: a=b; path=/"), "api.not_of_schema"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_no_answer(name, server, session, documents, soon):
    """To a read it is an error with a reason; to a write it proves nothing, so the outcome is unknown."""
    behaviour, text = HOSTILE[name]
    server.does(behaviour)
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    reason = failed.value.reason
    assert reason.code in ("invalid_answer", "unreachable")
    assert text is None or reason.text == text
    reads = len(server.seen)
    result = session.send(documents.booking(), deadline=soon(5))
    assert type(result) is Unknown
    assert {seen.headers["idempotency-key"] for seen in server.seen[reads:]} == {
        documents.booking().change_id
    }


def test_a_longer_page_is_refused_without_a_look(server, session, documents, soon):
    """To have its schema refuse it takes longer than there may be time; the schema has the same limit."""
    document = json.loads(files("mobility_schemas").joinpath("carloop/openapi.json").read_bytes())
    for name in ("VehicleList", "RentalList"):
        assert document["components"]["schemas"][name]["properties"]["items"]["maxItems"] == MOST_ITEMS
    cars = [documents.vehicle(id=f"veh-{number}") for number in range(MOST_ITEMS + 1)]
    server.does(lambda peer, _: peer.answer(200, documents.vehicles(*cars)))
    query = VehicleQuery(Period(NOW, NOW + timedelta(days=1)), limit=10_000)
    with pytest.raises(CallFailed) as failed:
        session.search(query, deadline=soon(5))
    assert failed.value.reason.text == "api.too_large"
    assert server.seen[0].target.endswith(f"limit={MOST_ITEMS}")
    server.does(lambda peer, _: peer.answer(200, documents.vehicles(*cars[1:])))
    assert len(session.search(query, deadline=soon(5)).vehicles) == MOST_ITEMS


@pytest.mark.parametrize(("seconds_a_mark", "text"), [(1, "api.deadline"), (0, "api.not_of_schema")])
def test_an_answer_that_takes_too_long_to_read_is_late(seconds_a_mark, text, soon, monkeypatch):
    """Nothing can interrupt the decision whether 180,000 marks are an page of Carloop, so it is not begun."""
    monkeypatch.setattr(answers, "SECONDS_A_MARK", seconds_a_mark)
    body = b'{"items":[],"x":[' + b"{}," * 90_000 + b"{}]}"
    monkeypatch.setattr(answers, "MOST_MARKS", 180_005)
    with pytest.raises(AttemptFailed) as failed:
        read_list("Vehicle", dict, RawAnswer(200, body), soon(60))
    assert failed.value.reason.text == text


@pytest.mark.parametrize("read", [partial(read_list, "Rental"), partial(read_document, "RentalList")])
@pytest.mark.parametrize(("seconds", "pointer"), [(1000, "/"), (0, "/next_cursor")])
def test_the_wrong_field_is_looked_for_where_there_is_time(read, seconds, pointer, soon, monkeypatch):
    """A refusal in the last moment names no field: to look for it may take longer than there is."""
    monkeypatch.setattr(answers, "LONGEST_EXPLANATION", seconds)
    with pytest.raises(AttemptFailed) as failed:
        read(dict, RawAnswer(200, b'{"items":[]}'), soon(60))
    assert dict(failed.value.reason.params) == {"pointer": pointer}


def test_cookies_are_not_kept(server, session, documents, soon):
    """What a server wants us to remember is not sent back to it."""
    server.does(lambda peer, _: peer.answer(200, documents.account(), set_cookie="a=b; Path=/"))
    session.read_account(deadline=soon(5))
    session.read_account(deadline=soon(5))
    assert [seen.headers.get("cookie") for seen in server.seen] == [None, None]
