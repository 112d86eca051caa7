"""Every problem that Carloop can answer with, one scene a code; the scene's name is the code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from carloop_scenes.scene import Playbill
from carloop_scenes.stage import CUSTOMER, END, START, Stage, key, reference

scene = Playbill("refusal")
SCENES = scene.scenes

ONE_BYTE_TOO_MANY = b"x" * 65_537


@scene
def idempotency_key_missing(stage: Stage) -> None:
    """A write without a key is refused: it could not be told from a second one."""
    _is(stage.ask("POST", "/rentals", json=_booking()), 400, "idempotency_key_missing")


@scene
def malformed_request(stage: Stage) -> None:
    """A body that is no JSON is refused."""
    _is(_post(stage, b'{"end": ', "application/json"), 400, "malformed_request")


@scene
def token_invalid(stage: Stage) -> None:
    """No token, an unknown one and a revoked one are refused alike."""
    _is(stage.ask("GET", "/account", token=None), 401, "token_invalid")
    _is(stage.ask("GET", "/vehicle-classes", token="not-a-token"), 401, "token_invalid")
    token = stage.backstage.issue_token("planner")
    assert stage.ask("GET", "/vehicle-features", token=token).status_code == 200
    stage.backstage.revoke_token("planner")
    _is(stage.ask("GET", "/vehicle-features", token=token), 401, "token_invalid")


@scene
def not_found(stage: Stage) -> None:
    """A rental that there is not can neither be read nor changed nor cancelled."""
    nobody = {"id": "R999999", "revision": 1}
    _is(stage.ask("GET", "/rentals/R999999"), 404, "not_found")
    _is(stage.change_end(nobody, END), 404, "not_found")
    _is(stage.cancel(nobody), 404, "not_found")


@scene
def method_not_allowed(stage: Stage) -> None:
    """A rental cannot be deleted."""
    _is(stage.ask("DELETE", "/rentals/R100001"), 405, "method_not_allowed")


@scene
def not_acceptable(stage: Stage) -> None:
    """Who wants a web page gets none."""
    _is(stage.ask("GET", "/account", headers={"Accept": "text/html"}), 406, "not_acceptable")


@scene
def vehicle_unavailable(stage: Stage) -> None:
    """A vehicle that is rented cannot be booked, nor the rental before extended into it; the period is named."""
    first = stage.booked(1, start="2027-03-03T07:00:00Z", end=START)
    stage.booked(2)
    taken = _is(stage.book(3, start="2027-03-04T15:00:00Z", end="2027-03-05T16:00:00Z"), 409)
    assert (taken["code"], taken["conflict"]) == ("vehicle_unavailable", {"start": START, "end": END})
    _is(stage.change_end(first, "2027-03-04T07:00:01Z", number=4), 409, "vehicle_unavailable")


@scene
def reference_exists(stage: Stage) -> None:
    """A second booking of one reference is refused, with the rental of the first."""
    rental = stage.booked()
    problem = _is(stage.book(1, change=key(2), vehicle_id="V1002"), 409, "reference_exists")
    assert problem["rental"] == rental


@scene
def request_in_progress(stage: Stage) -> None:
    """While a request is worked on, another one with its key is refused."""
    body = json.dumps(_booking()).encode()
    stage.backstage.begin_attempt("/rentals", body, change=key(1))
    problem = stage.book()
    _is(problem, 409, "request_in_progress")
    assert problem.headers["retry-after"] == "1"


@scene
def rental_closed(stage: Stage) -> None:
    """A rental handed out cannot be cancelled; one taken back cannot be changed at all."""
    rental = stage.booked()
    stage.backstage.desk(rental["id"], "hand_out")
    _is(stage.cancel(rental), 409, "rental_closed")
    stage.backstage.desk(rental["id"], "take_back")
    _is(stage.change_end(rental, "2027-03-05T16:00:00Z", number=3), 409, "rental_closed")


@scene
def changed_elsewhere(stage: Stage) -> None:
    """A change of a revision that is no longer the newest is refused."""
    rental = stage.booked()
    stage.backstage.desk(rental["id"], "swap", vehicle_id="V1008")
    _is(stage.change_end(rental, "2027-03-05T16:00:00Z"), 412, "changed_elsewhere")
    assert stage.ask("GET", f"/rentals/{rental['id']}").json()["vehicle"]["id"] == "V1008"


@scene
def too_large(stage: Stage) -> None:
    """A body beyond the account's limit is refused; the tape keeps its size alone."""
    _is(_post(stage, ONE_BYTE_TOO_MANY, "application/json"), 413, "too_large")


@scene
def unsupported_media_type(stage: Stage) -> None:
    """A form is not JSON."""
    _is(_post(stage, b"end=tomorrow", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")


@scene
def period_in_past(stage: Stage) -> None:
    """What lies in the past can be neither searched nor booked, and no rental can end there."""
    period = {"start": "2027-03-01T06:59:59Z", "end": END}
    _is(stage.ask("GET", "/vehicles", params=period), 422, "period_in_past")
    _is(stage.book(1, **period), 422, "period_in_past")
    rental = stage.booked(2)
    stage.clock.move_to(datetime(2027, 3, 4, 12, tzinfo=UTC))
    _is(stage.change_end(rental, "2027-03-04T12:00:00Z", number=3), 422, "period_in_past")


@scene
def period_invalid(stage: Stage) -> None:
    """What ends before it begins is no period."""
    period = {"start": END, "end": START}
    _is(stage.ask("GET", "/vehicles", params=period), 422, "period_invalid")
    _is(stage.book(1, **period), 422, "period_invalid")
    _is(stage.change_end(stage.booked(2), START, number=3), 422, "period_invalid")


@scene
def rental_immutable(stage: Stage) -> None:
    """Nothing but the end can be changed; what else was asked for is named."""
    problem = _is(stage.change_end(stage.booked(), END, start=START), 422, "rental_immutable")
    assert [each["pointer"] for each in problem["errors"]] == ["/start"]


@scene
def idempotency_key_reused(stage: Stage) -> None:
    """A key names one intent: with another body it is refused."""
    stage.booked()
    _is(stage.book(1, vehicle_id="V1002"), 422, "idempotency_key_reused")


@scene
def validation_failed(stage: Stage) -> None:
    """What is unknown, missing or of the wrong form is named by its pointer."""
    unknown = stage.ask("GET", "/vehicles", params={"start": START, "end": END, "colour": "red"})
    missing = stage.ask("GET", "/vehicles", params={"start": START})
    customer = stage.book(customer={"source": "dms", "last_name": CUSTOMER["last_name"]})
    field = stage.book(colour="red")
    vehicle = stage.book(vehicle_id="V9999")
    problems = [_is(each, 422, "validation_failed") for each in (unknown, missing, customer, field, vehicle)]
    pointers = [problem["errors"][0]["pointer"] for problem in problems]
    assert pointers == ["/colour", "/end", "/customer/number", "/colour", "/vehicle_id"]


@scene
def precondition_required(stage: Stage) -> None:
    """An end is changed only by who says which revision is meant."""
    path = f"/rentals/{stage.booked()['id']}"
    answer = stage.ask("PATCH", path, json={"end": END}, headers={"Idempotency-Key": key(2)})
    _is(answer, 428, "precondition_required")


@scene
def rate_limited(stage: Stage) -> None:
    """Too many requests are answered with the seconds to wait."""
    stage.backstage.fault("search", "status", value={"status": 429, "retry_after": 7})
    answer = stage.ask("GET", "/vehicles", params={"start": START, "end": END})
    _is(answer, 429, "rate_limited")
    assert answer.headers["retry-after"] == "7"


@scene
def internal_error(stage: Stage) -> None:
    """A failure inside Carloop is a problem document too."""
    stage.backstage.fault("account", "status", value=500)
    _is(stage.ask("GET", "/account"), 500, "internal_error")


@scene
def maintenance(stage: Stage) -> None:
    """While Carloop is maintained nothing is done: the same booking succeeds afterwards as a new one."""
    stage.backstage.fault("book", "status", value={"status": 503, "retry_after": 30})
    answer = stage.book()
    _is(answer, 503, "maintenance")
    assert answer.headers["retry-after"] == "30"
    afterwards = stage.book()
    assert (afterwards.status_code, "idempotent-replay" in afterwards.headers) == (201, False)


def _booking() -> dict[str, object]:
    return {
        "external_reference": reference(1),
        "vehicle_id": "V1001",
        "start": START,
        "end": END,
        "customer": CUSTOMER,
    }


def _post(stage: Stage, content: bytes, media_type: str) -> httpx.Response:
    headers = {"Idempotency-Key": key(1), "Content-Type": media_type}
    return stage.ask("POST", "/rentals", content=content, headers=headers)


def _is(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = dict(answer.json())
    assert (problem["status"], problem["code"]) == (status, code or problem["code"])
    return problem
