"""Every problem that Carloop can answer with, one scenario a code, which is its name."""

import json
from datetime import UTC, datetime

from tests.cassettes.recorder.carloop import CUSTOMER, END, START, booking, key

ONE_BYTE_TOO_MANY = b"x" * 65_537


def idempotency_key_missing(carloop):
    """A write without a key is refused: it could not be told from a second one."""
    _is(carloop.ask("POST", "/rentals", json=booking()), 400, "idempotency_key_missing")


def malformed_request(carloop):
    """A body that is no JSON is refused."""
    _is(_post(carloop, b'{"end": ', "application/json"), 400, "malformed_request")


def token_invalid(carloop):
    """No token, an unknown one and a revoked one are refused alike."""
    _is(carloop.ask("GET", "/account", token=None), 401, "token_invalid")
    _is(carloop.ask("GET", "/vehicle-classes", token="not-a-token"), 401, "token_invalid")
    token = carloop.controls.issue_token("planner")
    assert carloop.ask("GET", "/vehicle-features", token=token).status_code == 200
    carloop.controls.revoke_token("planner")
    _is(carloop.ask("GET", "/vehicle-features", token=token), 401, "token_invalid")


def not_found(carloop):
    """A rental that there is not can neither be read nor changed nor cancelled."""
    nobody = {"id": "R999999", "revision": 1}
    _is(carloop.ask("GET", "/rentals/R999999"), 404, "not_found")
    _is(carloop.change_end(nobody, END), 404, "not_found")
    _is(carloop.cancel(nobody), 404, "not_found")


def method_not_allowed(carloop):
    """A rental cannot be deleted."""
    _is(carloop.ask("DELETE", "/rentals/R100001"), 405, "method_not_allowed")


def not_acceptable(carloop):
    """Who wants a web page gets none."""
    _is(carloop.ask("GET", "/account", headers={"Accept": "text/html"}), 406, "not_acceptable")


def vehicle_unavailable(carloop):
    """A vehicle that is rented cannot be booked, nor the rental before extended into it; the period is named."""
    first = carloop.booked(1, start="2027-03-03T07:00:00Z", end=START)
    carloop.booked(2)
    taken = _is(carloop.book(3, start="2027-03-04T15:00:00Z", end="2027-03-05T16:00:00Z"), 409)
    assert (taken["code"], taken["conflict"]) == ("vehicle_unavailable", {"start": START, "end": END})
    _is(carloop.change_end(first, "2027-03-04T07:00:01Z", number=4), 409, "vehicle_unavailable")


def reference_exists(carloop):
    """A second booking of one reference is refused, with the rental of the first."""
    rental = carloop.booked()
    problem = _is(carloop.book(1, change=key(2), vehicle_id="V1002"), 409, "reference_exists")
    assert problem["rental"] == rental


def request_in_progress(carloop):
    """While a request is worked on, another one with its key is refused."""
    body = json.dumps(booking()).encode()
    carloop.controls.begin_attempt("/rentals", body, change=key(1))
    problem = carloop.book()
    _is(problem, 409, "request_in_progress")
    assert problem.headers["retry-after"] == "1"


def rental_closed(carloop):
    """A rental handed out cannot be cancelled; one taken back cannot be changed at all."""
    rental = carloop.booked()
    carloop.controls.desk(rental["id"], "hand_out")
    _is(carloop.cancel(rental), 409, "rental_closed")
    carloop.controls.desk(rental["id"], "take_back")
    _is(carloop.change_end(rental, "2027-03-05T16:00:00Z", number=3), 409, "rental_closed")


def changed_elsewhere(carloop):
    """A change of a revision that is no longer the newest is refused."""
    rental = carloop.booked()
    carloop.controls.desk(rental["id"], "swap", vehicle_id="V1008")
    _is(carloop.change_end(rental, "2027-03-05T16:00:00Z"), 412, "changed_elsewhere")
    assert carloop.ask("GET", f"/rentals/{rental['id']}").json()["vehicle"]["id"] == "V1008"


def too_large(carloop):
    """A body beyond the account's limit is refused."""
    _is(_post(carloop, ONE_BYTE_TOO_MANY, "application/json"), 413, "too_large")


def unsupported_media_type(carloop):
    """A form is not JSON."""
    _is(_post(carloop, b"end=tomorrow", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")


def period_in_past(carloop):
    """What lies in the past can be neither searched nor booked, and no rental can end there."""
    period = {"start": "2027-03-01T06:59:59Z", "end": END}
    _is(carloop.ask("GET", "/vehicles", params=period), 422, "period_in_past")
    _is(carloop.book(1, **period), 422, "period_in_past")
    rental = carloop.booked(2)
    carloop.clock.move_to(datetime(2027, 3, 4, 12, tzinfo=UTC))
    _is(carloop.change_end(rental, "2027-03-04T12:00:00Z", number=3), 422, "period_in_past")


def period_invalid(carloop):
    """What ends before it begins is no period."""
    period = {"start": END, "end": START}
    _is(carloop.ask("GET", "/vehicles", params=period), 422, "period_invalid")
    _is(carloop.book(1, **period), 422, "period_invalid")
    _is(carloop.change_end(carloop.booked(2), START, number=3), 422, "period_invalid")


def rental_immutable(carloop):
    """Nothing but the end can be changed; what else was asked for is named."""
    problem = _is(carloop.change_end(carloop.booked(), END, start=START), 422, "rental_immutable")
    assert [each["pointer"] for each in problem["errors"]] == ["/start"]


def idempotency_key_reused(carloop):
    """A key names one intent: with another body it is refused."""
    carloop.booked()
    _is(carloop.book(1, vehicle_id="V1002"), 422, "idempotency_key_reused")


def validation_failed(carloop):
    """What is unknown, missing or of the wrong form is named by its pointer."""
    unknown = carloop.ask("GET", "/vehicles", params={"start": START, "end": END, "colour": "red"})
    missing = carloop.ask("GET", "/vehicles", params={"start": START})
    customer = carloop.book(customer={"source": "dms", "last_name": CUSTOMER["last_name"]})
    field = carloop.book(colour="red")
    vehicle = carloop.book(vehicle_id="V9999")
    problems = [_is(each, 422, "validation_failed") for each in (unknown, missing, customer, field, vehicle)]
    pointers = [problem["errors"][0]["pointer"] for problem in problems]
    assert pointers == ["/colour", "/end", "/customer/number", "/colour", "/vehicle_id"]


def precondition_required(carloop):
    """An end is changed only by who says which revision is meant."""
    path = f"/rentals/{carloop.booked()['id']}"
    answer = carloop.ask("PATCH", path, json={"end": END}, headers={"Idempotency-Key": key(2)})
    _is(answer, 428, "precondition_required")


def rate_limited(carloop):
    """Too many requests are answered with the seconds to wait."""
    carloop.controls.fault("search", "status", value={"status": 429, "retry_after": 7})
    answer = carloop.ask("GET", "/vehicles", params={"start": START, "end": END})
    _is(answer, 429, "rate_limited")
    assert answer.headers["retry-after"] == "7"


def internal_error(carloop):
    """A failure inside Carloop is a problem document too."""
    carloop.controls.fault("account", "status", value=500)
    _is(carloop.ask("GET", "/account"), 500, "internal_error")


def maintenance(carloop):
    """While Carloop is maintained nothing is done: the same booking succeeds afterwards as a new one."""
    carloop.controls.fault("book", "status", value={"status": 503, "retry_after": 30})
    answer = carloop.book()
    _is(answer, 503, "maintenance")
    assert answer.headers["retry-after"] == "30"
    afterwards = carloop.book()
    assert (afterwards.status_code, "idempotent-replay" in afterwards.headers) == (201, False)


def _post(carloop, content, media_type):
    headers = {"Idempotency-Key": key(1), "Content-Type": media_type}
    return carloop.ask("POST", "/rentals", content=content, headers=headers)


def _is(answer, status, code=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code or problem["code"])
    return problem
