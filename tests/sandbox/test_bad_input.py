"""Whatever is sent, a problem comes back, never a 500."""

import socket
from urllib.parse import urlsplit

import pytest

BASE = "/api/planner/v1"


def post(planner, body, content_type="application/json"):
    """Post bytes to the bookings."""
    headers = {"Idempotency-Key": "k", "Content-Type": content_type}
    return planner.http.post(f"{BASE}/rentals", content=body, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"customer": {"source": "dms", "source": "manual"}}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": -' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": "\x01"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b"{'a': 1}",
        b'{"a": 1} x',
    ],
)
def test_what_is_no_json_is_refused(reader, body):
    """400, and nothing is guessed."""
    answer = post(reader, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null", b"true", b"{}", b"-0.0", b'{"": ""}'])
def test_what_is_json_but_no_booking_is_refused(reader, body):
    """422."""
    answer = post(reader, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/jsonx", "", "application/x-www-form-urlencoded"],
)
def test_another_content_type_is_refused(reader, content_type):
    """415."""
    answer = post(reader, b"{}", content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_recognised_however_it_is_written(reader, content_type):
    """Parameters and case do not matter."""
    assert post(reader, b"{}", content_type).status_code == 422


def test_a_body_that_is_too_large_is_refused(reader):
    """413, announced or not."""
    large = b'{"note": "' + b"x" * 70_000 + b'"}'
    for content in (large, iter([large])):
        answer = post(reader, content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_text_of_all_kinds_is_kept_as_it_is(planner):
    """Umlauts, emoji, other scripts, an SQL joke."""
    customer = {"source": "manual", "last_name": "O'Größe-Žluťoučký 李 🚗 '); DROP TABLE rentals;--"}
    rental = planner.book(
        "V1001", planner.at(3), planner.at(5), customer=customer, note='Zeile 1\nZeile 2\t"x"'
    )
    assert planner.read(rental)["customer"] == customer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/planner/v1/account HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /api/planner/v1/rentals HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 100_000,
    ],
)
def test_what_is_no_http_is_refused_in_json_too(busy_sandbox, request_bytes):
    """400 as a problem document, and the connection is closed."""
    address = urlsplit(busy_sandbox.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request_bytes)
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
        except ConnectionResetError:
            pass
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in received


def test_a_body_that_never_arrives_holds_nobody_up(reader, busy_sandbox):
    """Half a request is forgotten when its caller goes."""
    address = urlsplit(busy_sandbox.url)
    head = b"POST /api/planner/v1/rentals HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(head)
        assert reader.get("/account").status_code == 200
    assert reader.get("/account").status_code == 200


def test_what_goes_wrong_inside_is_a_problem_without_a_traceback(planner, sandbox, caplog):
    """500, logged without the request's data."""
    sandbox.store.database.run("DROP TABLE idempotency")
    answer = planner.try_book(
        "V1001", planner.at(3), planner.at(5), customer={"source": "manual", "last_name": "Kanarienvogel"}
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "Traceback" not in answer.text
    assert "book" in caplog.text
    assert "Kanarienvogel" not in caplog.text


def test_a_database_that_somebody_else_holds_is_said_to_be_busy(planner, sandbox):
    """503 with Retry-After: nothing was done."""
    from carloop_sandbox.database import sqlite3

    database = sandbox.store.database
    database.run("PRAGMA busy_timeout = 10")
    path = database.one("SELECT file FROM pragma_database_list WHERE name = 'main'")["file"]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = planner.try_book("V1001", planner.at(3), planner.at(5))
    other.execute("ROLLBACK")
    other.close()
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "maintenance",
        "1",
    )


def test_logs_name_neither_people_nor_references(planner, caplog):
    """At DEBUG: no address, no body."""
    caplog.set_level("DEBUG", logger="uvicorn")
    caplog.set_level("DEBUG", logger="carloop_sandbox")
    caplog.set_level("DEBUG", logger="asyncio")
    planner.book(
        "V1001",
        planner.at(3),
        planner.at(5),
        customer={"source": "manual", "last_name": "Kanarienvogel"},
        external_reference="ref-canary",
    )
    planner.get("/rentals", external_reference="ref-canary")
    logged = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    assert "Kanarienvogel" not in logged
    assert "ref-canary" not in logged
