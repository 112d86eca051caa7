"""The same key, the same answer."""

import threading
from collections import Counter

import pytest

BASE = "/api/planner/v1"


def test_the_same_booking_again_is_replayed(planner):
    """One rental; the second answer is the first, and says so."""
    times = planner.at(3), planner.at(5)
    first = planner.try_book("V1001", *times, key="k", external_reference="r")
    again = planner.try_book("V1001", *times, key="k", external_reference="r")
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert {name: again.headers[name] for name in ("etag", "location")} == {
        name: first.headers[name] for name in ("etag", "location")
    }
    assert len(planner.get("/rentals").json()["items"]) == 1


def test_a_replay_does_not_look_at_the_clock_or_the_rental(planner):
    """The answer to the request, not today's truth: though the start has passed and the rental was cancelled."""
    times = planner.at(3), planner.at(5)
    first = planner.try_book("V1001", *times, key="k", external_reference="r")
    planner.cancel(first.json())
    planner.clock(planner.at(9))
    assert planner.try_book("V1001", *times, key="k", external_reference="r").json() == first.json()


def test_a_key_with_another_body_is_refused(planner):
    """Whoever reuses a key for another intent is told so, and nothing is done."""
    planner.try_book("V1001", planner.at(3), planner.at(5), key="k", external_reference="r")
    answer = planner.try_book("V1002", planner.at(3), planner.at(5), key="k", external_reference="r")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_the_order_of_fields_makes_no_other_body(planner):
    """Bodies are compared as documents."""
    body = {
        "customer": {"last_name": "X", "source": "manual"},
        "vehicle_id": "V1001",
        "external_reference": "r",
    }
    body |= {"start": planner.at(3), "end": planner.at(4)}
    headers = {"Idempotency-Key": "k"}
    first = planner.http.post(f"{BASE}/rentals", json=body, headers=headers)
    again = planner.http.post(f"{BASE}/rentals", json=dict(reversed(body.items())), headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


def test_a_key_counts_for_one_method_and_path(planner):
    """The same key may name a booking, its change and its cancellation."""
    rental = planner.book("V1001", planner.at(3), planner.at(5), key="k")
    changed = planner.change_end(rental, planner.at(6), key="k").json()
    assert planner.cancel(changed, key="k").json()["status"] == "cancelled"


def test_a_changed_end_is_replayed_though_the_revision_has_moved_on(planner):
    """The lost answer can be had again with the same If-Match."""
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    first = planner.change_end(rental, planner.at(6), key="k")
    planner.change_end(first.json(), planner.at(7))
    again = planner.change_end(rental, planner.at(6), key="k")
    assert (again.status_code, again.json(), again.headers["idempotent-replay"]) == (
        200,
        first.json(),
        "true",
    )


def test_a_cancellation_is_replayed(planner):
    """As the rest."""
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    first, again = planner.cancel(rental, key="k"), planner.cancel(rental, key="k")
    assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")


def test_a_taken_vehicle_stays_refused_for_the_same_key(planner):
    """A straggling first attempt must not become a booking after its sender was told "no"."""
    taker = planner.book("V1001", planner.at(3), planner.at(5))
    refused = planner.try_book("V1001", planner.at(4), planner.at(6), key="k", external_reference="r")
    planner.cancel(taker)
    again = planner.try_book("V1001", planner.at(4), planner.at(6), key="k", external_reference="r")
    assert (again.status_code, again.json()) == (409, refused.json())
    assert again.headers["idempotent-replay"] == "true"
    assert again.headers["content-type"] == "application/problem+json"
    assert planner.try_book("V1001", planner.at(4), planner.at(6)).status_code == 201


@pytest.mark.parametrize("key", [None, ""])
@pytest.mark.parametrize("call", ["book", "change_end", "cancel"])
def test_a_write_needs_a_key(visitor, call, key):
    """400, whatever the body."""
    headers = {} if key is None else {"Idempotency-Key": key}
    method, path = {
        "book": ("POST", "/rentals"),
        "change_end": ("PATCH", "/rentals/R1"),
        "cancel": ("POST", "/rentals/R1/cancellation"),
    }[call]
    answer = visitor.http.request(method, BASE + path, json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_a_key_of_strange_characters_is_refused(visitor):
    """Printable ASCII, at most 255 of it."""
    for key in ("x" * 256, "a b", "ü".encode("latin-1")):
        answer = visitor.http.post(
            f"{BASE}/rentals",
            json={},
            headers=[(b"Idempotency-Key", key if isinstance(key, bytes) else key.encode())],
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_eight_at_once_with_one_key_make_one_rental(planner, sandbox, planner_of):
    """All get the one answer; one of them is no replay."""
    start, end = planner.at(3), planner.at(5)
    answers, gate = [], threading.Barrier(8)

    def attempt():
        with planner_of(sandbox) as other:
            gate.wait()
            answers.append(other.try_book("V1001", start, end, key="k", external_reference="r"))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answer.status_code for answer in answers) == {201: 8}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotent-replay") for answer in answers) == {"true": 7, None: 1}


def test_a_key_that_is_being_worked_on_for_long_is_said_to_be(planner, sandbox, planner_of):
    """Who asks again while the first request hangs waits a little, then learns that it is in progress."""
    sandbox.service.in_flight._patience = 0.05
    planner.arm("book", "delay", value=0.6)
    first = threading.Thread(
        target=lambda: planner.try_book(
            "V1001", planner.at(3), planner.at(5), key="k", external_reference="r"
        )
    )
    first.start()
    with planner_of(sandbox) as other:
        while not sandbox.service.in_flight._busy:
            pass
        answer = other.try_book("V1001", other.at(3), other.at(5), key="k", external_reference="r")
        assert (answer.status_code, answer.json()["code"]) == (409, "request_in_progress")
        first.join()
        assert (
            other.try_book("V1001", other.at(3), other.at(5), key="k", external_reference="r").status_code
            == 201
        )


def test_keys_are_forgotten_after_their_time(planner, sandbox):
    """Answers hold personal data: they are kept for two days of the machine's time, and no longer."""
    from carloop_sandbox.idempotency import KEPT_HOURS
    from carloop_sandbox.times import HOUR

    planner.try_book("V1001", planner.at(3), planner.at(4), key="old", external_reference="old")
    planner.try_book("V1001", planner.at(4), planner.at(5), key="kept", external_reference="kept")
    database = sandbox.store.database
    database.run("UPDATE idempotency SET stored_us = stored_us - ? WHERE key = 'old'", KEPT_HOURS * HOUR + 1)
    database.run("UPDATE idempotency SET stored_us = stored_us - ? WHERE key = 'kept'", 24 * HOUR)
    planner.book("V1001", planner.at(5), planner.at(6))
    assert (
        planner.try_book(
            "V1001", planner.at(4), planner.at(5), key="kept", external_reference="kept"
        ).status_code
        == 201
    )
    answer = planner.try_book("V1001", planner.at(3), planner.at(4), key="old", external_reference="old")
    assert answer.json()["code"] == "reference_exists"
