"""Faults on request: what each one does to an answer, in the application and on the socket."""

import json
import threading
import time
from contextlib import nullcontext

import httpx
import pytest

from carloop_sandbox.faults import broken_connections, kinds
from carloop_sandbox.faults.armed import OPERATIONS
from carloop_sandbox.faults.kinds import KINDS
from carloop_sandbox.running import run_sandbox
from tests.support.interface import planner_of

QUICK = {"delay": 0.01, "slow_drip": 0, "huge": 0.1}
LOST = {"drop_before", "drop_after", "truncate"}
NOTHING_DONE = {"drop_before", "status", "redirect"}


def perform(planner, operation, rental):
    """Perform one operation; a write always has the same key."""
    period = planner.at(3), planner.at(5)
    return {
        "account": lambda: planner.get("/account"),
        "classes": lambda: planner.get("/vehicle-classes"),
        "features": lambda: planner.get("/vehicle-features"),
        "search": lambda: planner.get("/vehicles", start=period[0], end=period[1]),
        "book": lambda: planner.try_book("V1002", *period, key="b", external_reference="b"),
        "read": lambda: planner.get(f"/rentals/{rental['id']}"),
        "change_end": lambda: planner.change_end(rental, planner.at(6), key="e"),
        "cancel": lambda: planner.cancel(rental, key="c"),
    }[operation]()


@pytest.mark.parametrize("fault", sorted(KINDS))
def test_every_fault_meets_every_operation_once(planner, rental, fault):
    """The next request is answered, and a write with the same key tells whether the first one was done."""
    for operation in dict.fromkeys(OPERATIONS.values()):
        planner.arm(operation, fault, value=QUICK.get(fault))
        with pytest.raises(httpx.HTTPError) if fault in LOST else nullcontext():
            perform(planner, operation, rental)
        after = perform(planner, operation, rental)
        assert after.status_code in (200, 201)
        assert after.json()
        if operation in ("book", "change_end", "cancel"):
            assert ("idempotent-replay" in after.headers) == (fault not in NOTHING_DONE)
        left = planner.http.get("/sandbox/faults").json()["items"]
        assert bool(left) == (fault == "wrong_vehicle" and operation != "book")
        planner.http.delete("/sandbox/faults")


def test_faults_meet_their_operation_in_the_order_they_were_armed(planner):
    """As often as asked for, until they are disarmed; `any` meets every operation but the health check."""
    planner.arm("account", "status", value=500, times=2)
    planner.arm("account", "status", value=502, times=100)
    assert planner.get("/vehicle-classes").status_code == 200
    assert [planner.get("/account").status_code for _ in range(4)] == [500, 500, 502, 502]
    assert planner.http.delete("/sandbox/faults").status_code == 204
    assert planner.get("/account").status_code == 200
    planner.arm("any", "status", value=500)
    assert planner.get("/health").status_code == 200
    assert [planner.get("/account").status_code for _ in range(2)] == [500, 200]


def test_a_held_request_holds_up_neither_others_nor_the_end():
    """Delays and drips are cut short when the sandbox stops."""
    with run_sandbox() as sandbox:
        with planner_of(sandbox) as planner:
            for fault in ("delay", "slow_drip"):
                planner.arm("account", fault, value=60)
                with pytest.raises(httpx.ReadTimeout):
                    planner.http.get("/api/planner/v1/account", timeout=0.1)
            assert planner.get("/account").status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 30


def test_a_request_goes_on_though_its_caller_has_gone(planner, sandbox):
    """As on a real server: the booking is made after the client's time-out."""
    released = threading.Event()
    sandbox.service.worker.submit(released.wait)
    planner.http.timeout = 0.2
    try:
        with pytest.raises(httpx.ReadTimeout):
            perform(planner, "book", None)
    finally:
        planner.http.timeout = 10
        released.set()
    again = perform(planner, "book", None)
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")


@pytest.mark.parametrize(
    ("value", "status", "code", "retry_after"),
    [
        (None, 500, "internal_error", None),
        (429, 429, "rate_limited", "1"),
        (503, 503, "maintenance", "1"),
        (401, 401, "token_invalid", None),
        (418, 418, "malformed_request", None),
        ({"status": 503, "code": "overloaded", "retry_after": 7}, 503, "overloaded", "7"),
    ],
)
def test_any_status_comes_as_a_problem(planner, value, status, code, retry_after):
    """With the code that belongs to it, and Retry-After where it belongs."""
    planner.arm("account", "status", value=value)
    answer = planner.get("/account")
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("retry-after") == retry_after


def test_a_status_may_come_after_the_commit(planner):
    """A 500 may have committed."""
    planner.arm("book", "status", value={"status": 500, "after": True})
    assert perform(planner, "book", None).status_code == 500
    assert perform(planner, "book", None).headers["idempotent-replay"] == "true"


@pytest.mark.parametrize(
    ("fault", "content_type", "start"),
    [("garbage", "application/json", ""), ("html", "text/html; charset=utf-8", "<!doctype html>")],
)
def test_garbage_and_web_pages_come_with_200(planner, fault, content_type, start):
    """Garbage says that it is JSON; a web page comes as from a captive portal."""
    planner.arm("account", fault)
    answer = planner.get("/account")
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.text.startswith(start)
    with pytest.raises(ValueError):
        json.loads(answer.content)


def test_a_slow_drip_comes_byte_by_byte(planner, monkeypatch):
    """The head too, with a pause before each byte; in the end nothing is missing."""
    waited, written = [], []

    async def pause(seconds, stopping):
        waited.append(seconds)
        return False

    def write(connection, data):
        written.append(data)
        write_through(connection, data)

    write_through = broken_connections.Connection.write
    monkeypatch.setattr(broken_connections, "pause", pause)
    monkeypatch.setattr(broken_connections.Connection, "write", write)
    planner.arm("classes", "slow_drip", value=0.25)
    dripped = planner.get("/vehicle-classes")
    assert dripped.json() == planner.get("/vehicle-classes").json()
    assert b"".join(written).startswith(b"HTTP/1.1 200")
    assert {len(piece) for piece in written} == {1}
    assert waited == [0.25] * len(written)


def test_a_flood_is_as_large_as_asked_for(planner):
    """In MiB of `[],`, without an announced length."""
    planner.arm("account", "huge", value=0.5)
    answer = planner.get("/account")
    assert "content-length" not in answer.headers
    assert 0.5 <= len(answer.content) / 1024**2 < 0.6
    assert len(answer.json()["items"]) > 150_000


def test_a_flood_ends_when_the_caller_goes(planner, monkeypatch):
    """Nothing more is sent than was read and what the buffers hold."""
    ended = threading.Event()
    flood = kinds.flood

    async def watched(*with_):
        await flood(*with_)
        ended.set()

    monkeypatch.setattr(kinds, "flood", watched)
    planner.arm("account", "huge", value=1024)
    with planner.http.stream("GET", "/api/planner/v1/account") as answer:
        pieces = answer.iter_raw()  # whose end would close the connection
        next(pieces)
        assert not ended.is_set()
    assert ended.wait(10)


def test_a_redirect_leads_to_another_origin(planner):
    """302, by default to an address of this machine where nobody listens."""
    for value in (None, "https://elsewhere.example/x"):
        planner.arm("account", "redirect", value=value)
        answer = planner.get("/account")
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer.headers["location"] == (value or "http://127.0.0.2:9/elsewhere")


def test_a_wrong_vehicle_is_really_booked(planner):
    """Another free one than was asked for: answered, stored, and no longer free."""
    planner.arm("book", "wrong_vehicle")
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    assert rental["vehicle"]["id"] != "V1001"
    assert planner.read(rental) == rental
    free = planner.free(planner.at(3), planner.at(5))
    assert ("V1001" in free, rental["vehicle"]["id"] in free) == (True, False)


def test_unknown_fields_and_values(planner):
    """Fields are added everywhere; values are put into fuel and transmission, or into the field that is named."""
    planner.arm("search", "unknown_field")
    found = planner.search(planner.at(3), planner.at(5))
    assert "field_of_a_later_version" in found
    assert all("field_of_a_later_version" in each["daily_rate"] for each in found["items"])
    assert found["matching"] == 12
    planner.arm("search", "unknown_enum")
    found = planner.search(planner.at(3), planner.at(5))["items"]
    assert {each[name] for each in found for name in ("fuel", "transmission")} == {"value_of_a_later_version"}
    planner.arm("book", "unknown_enum", value="status")
    assert planner.book("V1001", planner.at(3), planner.at(5))["status"] == "value_of_a_later_version"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"operation": "fly"}, "/operation"),
        ({"fault": "explode"}, "/fault"),
        ({"times": 0}, "/times"),
        ({"value": "long"}, "/value"),
        ({"value": -1}, "/value"),
        ({"seconds": 1}, "/seconds"),
        ({"fault": "status", "value": 99}, "/value"),
        ({"fault": "status", "value": {"status": 500, "why": 1}}, "/value/why"),
        ({"fault": "status", "value": {"retry_after": -1}}, "/value/retry_after"),
        ({"fault": "redirect", "value": "a b\r\nc: d"}, "/value"),
        ({"fault": "unknown_enum", "value": 1}, "/value"),
        ({"fault": "huge", "value": 5000}, "/value"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(planner, body, pointer):
    """422 with its pointer, and nothing is armed."""
    answer = planner.http.post("/sandbox/faults", json={"operation": "book", "fault": "delay"} | body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert planner.http.get("/sandbox/faults").json() == {"items": []}
