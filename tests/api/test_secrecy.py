"""Neither the token nor a customer appears in a log, an exception or a repr."""

import logging
import subprocess
import sys
import traceback

import httpx
import pytest

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.failures import CallFailed

TOKEN = "canary-token-7f3a"
NAME = "Canary-Lindqvist"


@pytest.fixture
def everything(caplog):
    """Catch every log record there is."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "carloop_plugin"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def secrets_in(text):
    """Return which canaries a text holds."""
    return [canary for canary in (TOKEN, NAME) if canary in text]


BEHAVIOURS = {
    "a good answer": lambda peer, _: peer.answer(201, RENTAL),
    "a refusal that quotes": lambda peer, _: peer.answer(
        422,
        {
            "code": "validation_failed",
            "title": NAME,
            "status": 422,
            "detail": f"{NAME} {TOKEN}",
            "errors": [{"pointer": "/customer/last_name", "message": NAME}],
        },
    ),
    "a schema that does not hold": lambda peer, _: peer.answer(201, {**RENTAL, "status": NAME, "id": TOKEN}),
    "garbage": lambda peer, _: peer.answer(201, NAME.encode()),
    "headers": lambda peer, seen: peer.answer(500, b"", x_echo=seen.headers["authorization"]),
    "a status line": lambda peer, _: peer.send(f"HTTP/1.1 {TOKEN} X\r\n\r\n".encode()) or "close",
    "a header line": lambda peer, _: peer.send(f"HTTP/1.1 200 X\r\n{TOKEN}\r\n\r\n".encode()) or "close",
    "a redirect": lambda peer, _: peer.answer(302, b"", location=f"https://{TOKEN}@x.example/{TOKEN}"),
    "a reset": lambda peer, _: peer.reset(),
}
RENTAL = {}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_calls_reveal_no_secret(name, server, session, documents, soon, everything):
    """No log at DEBUG, result, exception or traceback has the token or the customer, nor does an exception's chain."""
    RENTAL.update(documents.rental())
    server.does(BEHAVIOURS[name])
    result = session.send(documents.booking(), deadline=soon(5))
    assert TOKEN in server.seen[0].headers["authorization"]
    assert NAME.encode() in server.seen[0].body
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    error = failed.value
    assert (error.__cause__, error.__context__) == (None, None)
    said = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(error.__dict__)
    assert secrets_in(said + repr(result) + everything.text) == []
    assert [record.getMessage() for record in everything.records if record.name.startswith("http")] == []


def test_reprs_hold_no_secret(session, documents):
    """Who prints a session, or anything it is made of, sees no token."""
    seen = [session, session._client, documents.booking()]
    assert secrets_in(" ".join(map(repr, seen))) == []


def test_other_users_of_the_library_stay_loud(server, session, documents, soon, everything):
    """A host's own use of httpx is logged as the host wants it."""
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    session.read_account(deadline=soon(5))
    httpx.get(f"{server.url}/own", trust_env=False)
    logged = [record.getMessage() for record in everything.records if record.name == "httpx"]
    assert len(logged) == 1
    assert "/own" in logged[0]


@pytest.mark.parametrize("token", ["", "two words", "line\r\nX-Injected: 1", "schlüssel", "x" * 5000, "\x00"])
def test_token_of_another_form_is_refused_unseen(token):
    """A token that is none is refused before it gets near a header, and is not repeated."""
    with pytest.raises(CallFailed) as failed:
        CarloopSession("https://carloop.example", token)
    assert failed.value.reason.code == "not_authorised"
    assert not token or token not in repr(failed.value.reason)


def test_session_keys_are_not_logged_for_others(server, make_session, tmp_path, monkeypatch, soon):
    """SSLKEYLOGFILE, which would let others read along, is not heeded."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with pytest.raises(CallFailed):
        make_session("https://127.0.0.1:9").read_account(deadline=soon(5))
    assert not (tmp_path / "keys").exists()


def test_building_a_session_loads_no_http_library():
    """httpx is loaded by the first call, not by wiring."""
    code = (
        "import sys; from carloop_plugin.api.session import CarloopSession; "
        "CarloopSession('https://carloop.example', 'token'); "
        "print([name for name in ('httpx', 'httpcore', 'jsonschema', 'ssl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
