"""Faults on request: each one is real on the socket."""

import json
import socket
import time
from contextlib import nullcontext, suppress
from urllib.parse import urlsplit

import httpx
import pytest

OPERATIONS = ["account", "classes", "features", "search", "book", "read", "change_end", "cancel"]
FAULTS = [
    "delay", "drop_before", "drop_after", "status", "truncate", "garbage", "html", "slow_drip", "huge", "redirect",
    "wrong_vehicle", "unknown_field", "unknown_enum",
]  # fmt: skip
QUICK = {"delay": 0.01, "slow_drip": 0, "huge": 1}


@pytest.fixture
def rental(planner):
    """A reserved rental from day 3 to day 5."""
    return planner.book("V1001", planner.at(3), planner.at(5))


def perform(planner, operation, rental):
    """Do one operation of each kind."""
    return {
        "account": lambda: planner.get("/account"),
        "classes": lambda: planner.get("/vehicle-classes"),
        "features": lambda: planner.get("/vehicle-features"),
        "search": lambda: planner.get("/vehicles", start=planner.at(3), end=planner.at(5)),
        "book": lambda: planner.try_book(
            "V1002", planner.at(3), planner.at(5), key="b", external_reference="b"
        ),
        "read": lambda: planner.get(f"/rentals/{rental['id']}"),
        "change_end": lambda: planner.change_end(rental, planner.at(6), key="e"),
        "cancel": lambda: planner.cancel(rental, key="c"),
    }[operation]()


def raw(sandbox, path, *, method="GET", body=b"", headers=""):
    """Send a request over a plain socket and give every byte that comes back until it is closed."""
    address = urlsplit(sandbox.url)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {sandbox.token}\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
        except ConnectionResetError:
            pass
    return received


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_can_strike_every_operation_and_is_over_then(planner, rental, fault):
    """Armed once it strikes once; the next request is answered as if nothing had been."""
    for operation in OPERATIONS:
        planner.arm(operation, fault, value=QUICK.get(fault))
        lost = fault in ("drop_before", "drop_after", "truncate")
        with pytest.raises(httpx.HTTPError) if lost else nullcontext():
            perform(planner, operation, rental)
        after = perform(planner, operation, rental)
        assert after.status_code in (200, 201)
        assert after.json()
        left = planner.http.get("/sandbox/faults").json()["items"]
        assert bool(left) == (fault == "wrong_vehicle" and operation != "book")
        planner.http.delete("/sandbox/faults")


@pytest.mark.parametrize(
    "fault",
    ["drop_after", "truncate", "garbage", "html", "slow_drip", "huge", "unknown_field", "unknown_enum"],
)
@pytest.mark.parametrize("operation", ["book", "change_end", "cancel"])
def test_what_alters_an_answer_strikes_after_the_commit(planner, rental, operation, fault):
    """The thing is done; the same key gives the lost answer."""
    planner.arm(operation, fault, value=QUICK.get(fault))
    with suppress(httpx.HTTPError):
        perform(planner, operation, rental)
    again = perform(planner, operation, rental)
    assert again.headers["idempotent-replay"] == "true"


@pytest.mark.parametrize("fault", ["drop_before", "status", "redirect"])
@pytest.mark.parametrize("operation", ["book", "change_end", "cancel"])
def test_what_strikes_before_does_nothing(planner, rental, operation, fault):
    """The same key is then done for the first time."""
    planner.arm(operation, fault)
    with suppress(httpx.HTTPError):
        perform(planner, operation, rental)
    assert "idempotent-replay" not in perform(planner, operation, rental).headers


def test_a_fault_meets_its_operation_alone(visitor):
    """The others go on; `any` meets the next request, whatever it is, but not the health check."""
    visitor.arm("search", "status", value=500)
    assert visitor.get("/account").status_code == 200
    assert visitor.get("/vehicles", start=visitor.at(3), end=visitor.at(5)).status_code == 500
    visitor.arm("any", "status", value=500)
    assert visitor.get("/health").status_code == 200
    assert visitor.get("/rentals").status_code == 500
    assert visitor.get("/rentals").status_code == 200


def test_faults_strike_in_the_order_they_were_armed(visitor):
    """As often as asked for."""
    visitor.arm("account", "status", value=500, times=2)
    visitor.arm("account", "status", value=502)
    assert [visitor.get("/account").status_code for _ in range(4)] == [500, 500, 502, 200]


def test_faults_can_be_disarmed(visitor):
    """DELETE, and all is well."""
    visitor.arm("any", "status", times=100)
    assert visitor.get("/account").status_code == 500
    assert visitor.http.delete("/sandbox/faults").status_code == 204
    assert visitor.get("/account").status_code == 200


def test_a_delay_lasts_as_long_as_asked_for(visitor):
    """In seconds, before anything is done."""
    visitor.arm("account", "delay", value=0.3)
    began = time.monotonic()
    assert visitor.get("/account").status_code == 200
    assert 0.3 <= time.monotonic() - began < 3


def test_a_delay_holds_nobody_else_up(planner, sandbox, planner_of):
    """Others are answered meanwhile."""
    planner.arm("account", "delay", value=60)
    with planner_of(sandbox) as other:
        with pytest.raises(httpx.ReadTimeout):
            planner.http.get("/api/planner/v1/account", timeout=0.2)
        assert other.get("/account").status_code == 200


def test_a_request_goes_on_though_its_caller_has_gone(planner, sandbox):
    """As a real server does: the nastiest case of a time-out."""
    planner.arm("book", "delay", value=0.3)
    planner.http.timeout = 0.1
    with pytest.raises(httpx.ReadTimeout):
        planner.try_book("V1001", planner.at(3), planner.at(5), key="k", external_reference="r")
    planner.http.timeout = 10
    again = planner.try_book("V1001", planner.at(3), planner.at(5), key="k", external_reference="r")
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_dropped_connection_gives_not_one_byte(planner, sandbox, fault):
    """The socket is closed without an answer."""
    planner.arm("account", fault)
    assert raw(sandbox, "/api/planner/v1/account") == b""


@pytest.mark.parametrize(
    ("value", "status", "code", "retry_after"),
    [
        (None, 500, "internal_error", None),
        (429, 429, "rate_limited", "1"),
        (503, 503, "maintenance", "1"),
        (502, 502, "internal_error", None),
        (401, 401, "token_invalid", None),
        (404, 404, "not_found", None),
        (409, 409, "request_in_progress", None),
        (412, 412, "changed_elsewhere", None),
        (418, 418, "malformed_request", None),
        ({"status": 503, "code": "overloaded", "retry_after": 7}, 503, "overloaded", "7"),
        ({"status": 429, "retry_after": 0}, 429, "rate_limited", "0"),
    ],
)
def test_any_status_comes_as_a_problem(visitor, value, status, code, retry_after):
    """With the code that belongs to it, and Retry-After where it belongs."""
    visitor.arm("account", "status", value=value)
    answer = visitor.get("/account")
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("retry-after") == retry_after


def test_a_status_may_come_after_the_commit(planner):
    """A 500 may have committed."""
    planner.arm("book", "status", value={"status": 500, "after": True})
    times = planner.at(3), planner.at(5)
    assert planner.try_book("V1001", *times, key="k", external_reference="r").status_code == 500
    assert (
        planner.try_book("V1001", *times, key="k", external_reference="r").headers["idempotent-replay"]
        == "true"
    )


def test_a_truncated_answer_is_shorter_than_it_says(planner, sandbox):
    """Content-Length is the whole, half of it comes."""
    whole = planner.get("/vehicle-classes").content
    planner.arm("classes", "truncate")
    head, _, body = raw(sandbox, "/api/planner/v1/vehicle-classes").partition(b"\r\n\r\n")
    assert f"content-length: {len(whole)}".encode() in head.lower()
    assert body == whole[: len(whole) // 2]


def test_garbage_is_no_json(visitor):
    """It says it is, though."""
    visitor.arm("account", "garbage")
    answer = visitor.get("/account")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(ValueError):
        json.loads(answer.content)


def test_a_web_page_comes_with_200(planner):
    """As from a captive portal."""
    planner.arm("book", "html")
    answer = planner.try_book("V1001", planner.at(3), planner.at(5))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


def test_a_slow_drip_comes_byte_by_byte(planner, sandbox):
    """The head too; a read time-out a byte never strikes."""
    planner.arm("account", "slow_drip", value=0.002)
    address = urlsplit(sandbox.url)
    request = (
        f"GET /api/planner/v1/account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sandbox.token}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request.encode())
        pieces = [connection.recv(65_536) for _ in range(20)]
    assert b"".join(pieces).startswith(b"HTTP/1.1 200")
    assert sum(len(piece) for piece in pieces) < 100


def test_a_slow_drip_ends_when_it_is_whole(visitor):
    """Nothing is missing in the end."""
    visitor.arm("classes", "slow_drip", value=0)
    dripped = visitor.get("/vehicle-classes")
    assert dripped.json() == visitor.get("/vehicle-classes").json()


def test_a_flood_is_as_large_as_asked_for(planner):
    """16 MiB of `[],` unless told otherwise, without an announced length."""
    planner.arm("search", "huge", value=2)
    answer = planner.get("/vehicles", start=planner.at(3), end=planner.at(5))
    assert len(answer.content) >= 2 * 1024 * 1024
    assert "content-length" not in answer.headers
    assert len(json.loads(answer.content)["items"]) > 600_000


def test_a_flood_ends_when_the_caller_goes(planner, sandbox):
    """The sandbox does not keep what nobody reads."""
    planner.arm("account", "huge", value=1024)
    with planner.http.stream("GET", "/api/planner/v1/account") as answer:
        next(answer.iter_raw())
    deadline = time.monotonic() + 5
    while planner.get("/account").status_code != 200:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("value", [None, "https://elsewhere.example/x"])
def test_a_redirect_leads_to_another_origin(visitor, value):
    """302, by default to an address of this machine where nobody listens."""
    visitor.arm("account", "redirect", value=value)
    answer = visitor.get("/account")
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["location"] == (value or "http://127.0.0.2:9/elsewhere")


def test_a_wrong_vehicle_is_really_booked(planner):
    """Another free one than was asked for: answered, stored, and offered to nobody else."""
    planner.arm("book", "wrong_vehicle")
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    assert rental["vehicle"]["id"] != "V1001"
    assert planner.read(rental) == rental
    offered = [each["id"] for each in planner.search(planner.at(3), planner.at(5))["items"]]
    assert "V1001" in offered
    assert rental["vehicle"]["id"] not in offered


def test_unknown_fields_are_everywhere(visitor):
    """At the top, in lists, in objects; the rest is as it was."""
    visitor.arm("search", "unknown_field")
    found = visitor.search(visitor.at(3), visitor.at(5))
    assert "field_of_a_later_version" in found
    assert all("field_of_a_later_version" in each["daily_rate"] for each in found["items"])
    assert found["matching"] == 12


def test_unknown_values_are_where_they_decide_nothing(planner):
    """Fuel and transmission, or the field that is named."""
    planner.arm("search", "unknown_enum")
    found = planner.search(planner.at(3), planner.at(5))["items"]
    assert (
        {each["fuel"] for each in found}
        == {each["transmission"] for each in found}
        == {"value_of_a_later_version"}
    )
    planner.arm("book", "unknown_enum", value="status")
    assert planner.book("V1001", planner.at(3), planner.at(5))["status"] == "value_of_a_later_version"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"fault": "delay"}, "/operation"),
        ({"operation": "fly", "fault": "delay"}, "/operation"),
        ({"operation": "book", "fault": "explode"}, "/fault"),
        ({"operation": "book", "fault": "delay", "times": 0}, "/times"),
        ({"operation": "book", "fault": "delay", "times": True}, "/times"),
        ({"operation": "book", "fault": "delay", "times": 1.5}, "/times"),
        ({"operation": "book", "fault": "delay", "value": "long"}, "/value"),
        ({"operation": "book", "fault": "delay", "value": -1}, "/value"),
        ({"operation": "book", "fault": "delay", "value": True}, "/value"),
        ({"operation": "book", "fault": "status", "value": 99}, "/value"),
        ({"operation": "book", "fault": "status", "value": "500"}, "/value"),
        ({"operation": "book", "fault": "status", "value": {"status": 500, "why": 1}}, "/value/why"),
        ({"operation": "book", "fault": "status", "value": {"retry_after": -1}}, "/value/retry_after"),
        ({"operation": "book", "fault": "status", "value": {"after": 1}}, "/value/after"),
        ({"operation": "book", "fault": "status", "value": {"code": "A B"}}, "/value/code"),
        ({"operation": "book", "fault": "redirect", "value": "a b\r\nc: d"}, "/value"),
        ({"operation": "book", "fault": "unknown_enum", "value": 1}, "/value"),
        ({"operation": "book", "fault": "huge", "value": 5000}, "/value"),
        ({"operation": "book", "fault": "delay", "seconds": 1}, "/seconds"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(visitor, body, pointer):
    """422 with its pointer, and nothing is armed."""
    answer = visitor.http.post("/sandbox/faults", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert visitor.http.get("/sandbox/faults").json() == {"items": []}


def test_a_sandbox_stops_though_faults_hold_requests(planner_of):
    """Delays and drips are cut short when it stops."""
    from carloop_sandbox.running import run_sandbox

    with run_sandbox() as sandbox:
        with planner_of(sandbox) as planner:
            planner.arm("account", "delay", value=60)
            planner.arm("account", "slow_drip", value=60)
            for _ in range(2):
                with pytest.raises(httpx.ReadTimeout):
                    planner.http.get("/api/planner/v1/account", timeout=0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 3
