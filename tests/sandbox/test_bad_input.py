"""Bodies that cannot be read, broken HTTP and failures inside: a problem document comes back, and no traceback."""

import socket
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest

from carloop_sandbox.store.database import sqlite3
from tests.support.interface import planner_of

BASE = "/api/planner/v1"
JSON = "application/json"
LARGE = b'{"note": "' + b"x" * 70_000 + b'"}'
CANARY = {"source": "manual", "last_name": "Kanarienvogel"}


def post(planner, body, content_type=JSON):
    """Post bytes to the bookings."""
    headers = {"Idempotency-Key": "k", "Content-Type": content_type}
    return planner.http.post(f"{BASE}/rentals", content=body, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"customer": {"source": "dms", "source": "manual"}}',
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="a long number"),
        pytest.param(b"[" * 60_000, id="deep lists"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, id="deep objects"),
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_body_that_is_not_json_is_refused(reader, body):
    """400; nothing is guessed."""
    answer = post(reader, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        *((body, JSON, 422, "validation_failed") for body in (b"[]", b"null", b"-0.0", b'{"": ""}')),
        (b"[]", "Application/JSON; charset=utf-8", 422, "validation_failed"),
        (b"{}", "", 415, "unsupported_media_type"),
        (b"{}", "application/jsonx", 415, "unsupported_media_type"),
        pytest.param(LARGE, JSON, 413, "too_large", id="too large"),
        pytest.param([LARGE], JSON, 413, "too_large", id="too large, without a length"),
    ],
)
def test_only_a_small_json_body_is_read(reader, body, content_type, status, code):
    """422 for JSON that is no booking, in any case of its type; 415 for another type; 413 for what is too large."""
    answer = post(reader, body, content_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_text_of_all_kinds_is_kept_as_it_is(planner):
    """Umlauts, emoji, other scripts, SQL."""
    customer = {"source": "manual", "last_name": "O'Größe-Žluťoučký 李 🚗 '); DROP TABLE rentals;--"}
    note = 'Zeile 1\nZeile 2\t"x"'
    rental = planner.book("V1001", planner.at(3), planner.at(5), customer=customer, note=note)
    assert planner.read(rental)["customer"] == customer


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"nonsense\r\n\r\n", id="no request line"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", id="no length"),
        pytest.param(b"GET /" + b"a" * 100_000, id="a path without an end"),
    ],
)
def test_broken_http_is_refused_with_a_problem_document(busy_sandbox, request_bytes):
    """400, and the connection is closed."""
    address = urlsplit(busy_sandbox.url)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request_bytes)
        with suppress(ConnectionResetError):
            while chunk := connection.recv(65_536):
                received += chunk
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in received


def test_an_error_inside_is_a_problem_without_a_traceback(own_sandbox, caplog):
    """500, logged without the request's data."""
    own_sandbox.store.database.run("DROP TABLE idempotency")
    with planner_of(own_sandbox) as planner:
        answer = planner.try_book("V1001", planner.at(3), planner.at(5), customer=CANARY)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "Traceback" not in answer.text
    assert "book" in caplog.text
    assert "Kanarienvogel" not in caplog.text


def test_a_database_that_somebody_else_holds_is_busy(own_sandbox):
    """503 with Retry-After; nothing was done."""
    database = own_sandbox.store.database
    database.run("PRAGMA busy_timeout = 10")
    path = database.one("SELECT file FROM pragma_database_list WHERE name = 'main'")["file"]
    with closing(sqlite3.connect(path, isolation_level=None)) as other, planner_of(own_sandbox) as planner:
        other.execute("BEGIN IMMEDIATE")
        answer = planner.try_book("V1001", planner.at(3), planner.at(5))
    assert (answer.status_code, answer.json()["code"]) == (503, "maintenance")
    assert answer.headers["retry-after"] == "1"


def test_logs_name_neither_people_nor_references_nor_tokens(planner, sandbox, caplog):
    """Also at DEBUG; nor does the sandbox's repr show its token."""
    for name in ("uvicorn", "carloop_sandbox", "asyncio"):
        caplog.set_level("DEBUG", logger=name)
    planner.book("V1001", planner.at(3), planner.at(5), customer=CANARY, external_reference="ref-canary")
    planner.get("/rentals", external_reference="ref-canary")
    logged = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    for secret in ("Kanarienvogel", "ref-canary", sandbox.token):
        assert secret not in logged
    assert sandbox.token not in repr(sandbox)
