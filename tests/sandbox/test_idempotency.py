"""The Idempotency-Key: the same key is answered with the same answer."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest

from carloop_sandbox.interface.idempotency import KEPT_HOURS
from carloop_sandbox.units import HOUR
from tests.support.interface import planner_of

BASE = "/api/planner/v1"


@pytest.fixture
def try_book(planner):
    """Book a vehicle from day 3 to day 5 with the key `k`, unless told otherwise."""

    def attempt(vehicle="V1001", start=3, end=5, *, planner=planner, key="k"):
        times = planner.at(start), planner.at(end)
        return planner.try_book(vehicle, *times, key=key, external_reference=f"r-{key}")

    return attempt


def test_the_same_booking_again_is_replayed(planner, try_book):
    """The second answer is the first and says so, also after the start and the rental's cancellation."""
    first, again = try_book(), try_book()
    assert (again.status_code, again.json()) == (201, first.json())
    assert ("idempotent-replay" in first.headers, again.headers["idempotent-replay"]) == (False, "true")
    for name in ("etag", "location"):
        assert again.headers[name] == first.headers[name]
    assert len(planner.get("/rentals").json()["items"]) == 1
    planner.cancel(first.json())
    planner.clock(planner.at(9))
    assert try_book().json() == first.json()


def test_a_key_with_another_body_is_refused(planner, try_book):
    """422, and nothing is booked; bodies are compared as documents, so that the order of fields does not matter."""
    first, answer = try_book(), try_book("V1002")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert "V1002" in planner.free(planner.at(3), planner.at(5))
    body = dict(reversed(json.loads(first.request.content).items()))
    again = planner.http.post(f"{BASE}/rentals", json=body, headers={"Idempotency-Key": "k"})
    assert again.request.content != first.request.content
    assert (again.status_code, again.json()) == (201, first.json())


def test_changes_and_cancellations_are_replayed(planner, try_book):
    """With the key of their booking, and the If-Match of the first attempt though the revision moved on."""
    rental = try_book().json()
    changed = planner.change_end(rental, planner.at(6), key="k")
    cancelled = planner.cancel(rental, key="k")
    assert cancelled.json()["status"] == "cancelled"
    for first, again in (
        (changed, planner.change_end(rental, planner.at(6), key="k")),
        (cancelled, planner.cancel(rental, key="k")),
    ):
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["idempotent-replay"] == "true"


def test_a_taken_vehicle_stays_refused_for_the_same_key(planner, rental, try_book):
    """A first attempt that arrives late must not become a booking after its sender was told "no"."""
    refused = try_book(start=4, end=6)
    planner.cancel(rental)
    again = try_book(start=4, end=6)
    assert (again.status_code, again.json()) == (409, refused.json())
    assert again.headers["idempotent-replay"] == "true"
    assert again.headers["content-type"] == "application/problem+json"
    assert try_book(start=4, end=6, key="other").status_code == 201


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (None, 400, "idempotency_key_missing"),
        (b"", 400, "idempotency_key_missing"),
        (b"x" * 256, 422, "validation_failed"),
        ("ü".encode("latin-1"), 422, "validation_failed"),
    ],
)
def test_a_write_needs_a_key(planner, key, status, code):
    """At most 255 characters of printable ASCII, for each of the three writes, whatever the body."""
    headers = [] if key is None else [(b"Idempotency-Key", key)]
    for method, path in (("POST", ""), ("PATCH", "/R1"), ("POST", "/R1/cancellation")):
        answer = planner.http.request(method, f"{BASE}/rentals{path}", json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_eight_at_once_with_one_key_make_one_rental(sandbox, try_book):
    """All get the one answer; one of them is no replay."""
    barrier = threading.Barrier(8)

    def attempt(_):
        with planner_of(sandbox) as other:
            barrier.wait()
            return try_book(planner=other)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 8}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotent-replay") for answer in answers) == {"true": 7, None: 1}


def test_a_key_whose_first_request_hangs_is_refused_after_a_while(sandbox, try_book, monkeypatch):
    """Of two requests at once, the second is told 409 `request_in_progress`; the first is done in the end."""
    monkeypatch.setattr(sandbox.service.in_flight, "_timeout", 0.05)
    released = threading.Event()
    sandbox.service.worker.submit(released.wait)
    with ThreadPoolExecutor(2) as threads:
        attempts = [threads.submit(try_book) for _ in range(2)]
        try:
            refused = next(as_completed(attempts, timeout=10)).result()
        finally:
            released.set()
    assert (refused.status_code, refused.json()["code"]) == (409, "request_in_progress")
    assert sorted(attempt.result().status_code for attempt in attempts) == [201, 409]
    assert try_book().headers["idempotent-replay"] == "true"


def test_keys_are_forgotten_after_their_time(sandbox, try_book):
    """Answers hold personal data: they are kept for 48 hours of the machine's time, and no longer."""
    database = sandbox.store.database
    for key, vehicle, age in (("old", "V1001", KEPT_HOURS * HOUR + 1), ("kept", "V1002", 24 * HOUR)):
        try_book(vehicle, key=key)
        database.run("UPDATE idempotency SET stored_us = stored_us - ? WHERE key = ?", age, key)
    try_book("V1003", key="new")
    assert try_book("V1002", key="kept").status_code == 201
    assert try_book("V1001", key="old").json()["code"] == "reference_exists"
