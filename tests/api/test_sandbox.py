"""The client against a whole Carloop, in good order and with each of its faults."""

import itertools
import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.model import (
    Action,
    AnswerLost,
    CallFailed,
    ChangeId,
    Confirmed,
    NotExecuted,
    Period,
    RentalStatus,
    VehicleQuery,
    WriteRequest,
)
from carloop_sandbox.running import run_sandbox

NUMBERS = itertools.count(1)
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
CUSTOMER = {"source": "manual", "last_name": "Canary-Lindqvist"}


@pytest.fixture(scope="module")
def sandbox():
    """Give a running Carloop."""
    with run_sandbox() as running:
        yield running


@pytest.fixture
def carloop(sandbox):
    """Give a session with the sandbox, which has no faults at the start and at the end."""
    session = CarloopSession(sandbox.url, sandbox.token, sleep=lambda _: None)
    yield session
    session.close()
    control(sandbox, "DELETE", "/sandbox/faults")


def control(sandbox, method, path, document=None):
    """Ask the sandbox for something that no real Carloop does."""
    request = urllib.request.Request(
        sandbox.url + path,
        method=method,
        data=None if document is None else json.dumps(document).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.status


def arm(sandbox, operation, fault, times, value=None):
    """Have a fault strike."""
    document = {"operation": operation, "fault": fault, "times": times}
    if value is not None:
        document["value"] = value
    control(sandbox, "POST", "/sandbox/faults", document)


def new_booking(carloop, soon):
    """Give a booking of a free vehicle in a period of its own, with its reference."""
    number = next(NUMBERS)
    period = Period(START + timedelta(days=2 * number), START + timedelta(days=2 * number + 1))
    (vehicle, *_) = carloop.search(VehicleQuery(period, limit=1), deadline=soon(5)).vehicles
    reference = f"inst/main/A-{number}/change-{number}"
    body = carloop.booking_body(
        external_reference=reference, vehicle_id=vehicle.id, period=period, customer=CUSTOMER
    )
    return WriteRequest(Action.BOOK, ChangeId(f"book-{number}"), body), reference, period


def booked(carloop, soon):
    """Give a rental that has just been booked."""
    request, _, _ = new_booking(carloop, soon)
    result = carloop.send(request, deadline=soon(5))
    assert type(result) is Confirmed
    return result.rental


def test_whole_story(carloop, soon):
    """A vehicle is found, booked, extended and cancelled, and the same key does nothing twice."""
    request, reference, period = new_booking(carloop, soon)
    first = carloop.send(request, deadline=soon(5))
    again = carloop.send(request, deadline=soon(5))
    assert (first.replayed, again.replayed) == (False, True)
    assert first.rental == again.rental == carloop.find_rental(reference, deadline=soon(5))
    assert (first.rental.period, first.rental.external_reference) == (period, reference)
    assert first.rental.web_url.startswith(carloop.origin)
    later = period.end + timedelta(hours=3)
    change = WriteRequest(
        Action.CHANGE_END,
        ChangeId(f"end {reference}".replace(" ", "-")),
        carloop.end_body(later),
        rental_id=first.rental.id,
        revision=first.rental.revision,
    )
    changed = carloop.send(change, deadline=soon(5)).rental
    assert (changed.period.end, changed.planned_end) == (later, period.end)
    stale = WriteRequest(
        Action.CHANGE_END,
        ChangeId(f"stale-{reference}"),
        carloop.end_body(period.end),
        rental_id=first.rental.id,
        revision=first.rental.revision,
    )
    assert carloop.send(stale, deadline=soon(5)).reason.code == "changed_elsewhere"
    cancel = WriteRequest(
        Action.CANCEL,
        ChangeId(f"cancel-{reference}"),
        carloop.cancellation_body("x" * 900),
        rental_id=first.rental.id,
    )
    assert carloop.send(cancel, deadline=soon(5)).rental.status is RentalStatus.CANCELLED
    assert carloop.read_rental(first.rental.id, deadline=soon(5)).status is RentalStatus.CANCELLED
    assert carloop.read_rental("R0", deadline=soon(5)) is None


def test_refusals_of_a_real_carloop(carloop, soon):
    """What Carloop really says to a bad booking becomes the contract's codes."""
    request, reference, period = new_booking(carloop, soon)
    rental = carloop.send(request, deadline=soon(5)).rental

    def book(key, **changes):
        fields = {
            "external_reference": f"{reference}-{key}",
            "vehicle_id": rental.vehicle.id,
            "period": period,
            "customer": CUSTOMER,
        } | changes
        body = carloop.booking_body(**fields)
        return carloop.send(WriteRequest(Action.BOOK, ChangeId(f"{key}-{reference}"), body), deadline=soon(5))

    taken = book("taken")
    assert taken.reason.code == "vehicle_unavailable"
    assert dict(taken.reason.params)["conflict_start"].endswith("Z")
    exists = book("exists", external_reference=reference)
    assert (exists.reason.code, exists.rental) == ("reference_exists", rental)
    past = Period(datetime(2020, 1, 1, tzinfo=UTC), period.end)
    assert book("past", period=past).reason.code == "period_in_past"
    turned = Period(period.end, period.start)
    assert book("turned", period=turned).reason.code == "period_invalid"
    unknown = book("unknown", vehicle_id="no-such-car").reason
    assert (unknown.code, unknown.pointer) == ("vehicle_unavailable", "/option_id")
    wrong = book("wrong", customer=CUSTOMER | {"source": "nobody"}).reason
    assert (wrong.code, wrong.pointer) == ("invalid_document", "/customer/source")
    body = carloop.booking_body(
        external_reference="other", vehicle_id=rental.vehicle.id, period=period, customer=CUSTOMER
    )
    reused = carloop.send(WriteRequest(Action.BOOK, request.key, body), deadline=soon(5)).reason
    assert (reused.code, reused.text) == ("invalid_document", "api.key_reused")


def test_wrong_token(sandbox, soon, make_session):
    """A token that Carloop does not know is not authorised."""
    with pytest.raises(CallFailed) as failed:
        make_session(sandbox.url, "wrong").read_account(deadline=soon(5))
    assert (failed.value.reason.code, failed.value.reason.text) == ("not_authorised", "api.token_refused")


def test_every_change_is_read_in_order(carloop, soon):
    """All rentals are read page by page, oldest change first, and from an instant on."""
    everything = list(carloop.rentals_changed_since(None, deadline=soon(10)))
    assert len(everything) > 200
    assert everything == sorted(everything, key=lambda rental: (rental.updated_at, rental.id))
    since = everything[-5].updated_at
    newest = list(carloop.rentals_changed_since(since, deadline=soon(10)))
    assert newest == [rental for rental in everything if rental.updated_at >= since]


FAULTS = [
    ("delay", 0.05), ("drop_before", None), ("drop_after", None), ("truncate", None), ("garbage", None),
    ("html", None), ("slow_drip", 0.05), ("huge", 3), ("redirect", None), ("unknown_field", None),
    ("unknown_enum", None), ("status", 500), ("status", 502), ("status", {"status": 500, "after": True}),
    ("status", {"status": 503, "code": "maintenance", "retry_after": 0}), ("status", {"status": 429, "retry_after": 0}),
    ("status", {"status": 409, "code": "request_in_progress"}), ("status", 200),
]  # fmt: skip


def patience(fault):
    """Give the seconds for a call: few where it cannot end before its deadline."""
    return 0.2 if fault == "slow_drip" else 2.0


@pytest.mark.parametrize(("fault", "value"), FAULTS)
@pytest.mark.parametrize("times", [1, 9])
def test_fault_while_booking(fault, value, times, sandbox, carloop, soon):
    """Whatever strikes, and however often, what the client says of a booking is true."""
    request, reference, _ = new_booking(carloop, soon)
    arm(sandbox, "book", fault, times, value)
    result = carloop.send(request, deadline=soon(patience(fault)))
    control(sandbox, "DELETE", "/sandbox/faults")
    found = carloop.find_rental(reference, deadline=soon(5))
    if type(result) is Confirmed:
        assert (found.id, found.revision) == (result.rental.id, result.rental.revision)
    elif type(result) is NotExecuted:
        assert found is None
    if times == 1 and fault != "slow_drip":
        assert type(result) is Confirmed
    after = carloop.send(request, deadline=soon(5))
    assert type(after) is Confirmed
    assert found is None or after.rental.id == found.id


@pytest.mark.parametrize(("fault", "value"), FAULTS)
@pytest.mark.parametrize("action", [Action.CHANGE_END, Action.CANCEL])
def test_fault_while_changing(fault, value, action, sandbox, carloop, soon):
    """The same for a change of the end and a cancellation."""
    rental = booked(carloop, soon)
    end = rental.period.end + timedelta(hours=1)
    body = carloop.end_body(end) if action is Action.CHANGE_END else carloop.cancellation_body(None)
    request = WriteRequest(
        action, ChangeId(f"{action}-{rental.id}"), body, rental_id=rental.id, revision=rental.revision
    )
    arm(sandbox, action, fault, 9, value)
    result = carloop.send(request, deadline=soon(patience(fault)))
    control(sandbox, "DELETE", "/sandbox/faults")
    found = carloop.read_rental(rental.id, deadline=soon(5))
    if type(result) is Confirmed:
        assert (found.period, found.revision) == (result.rental.period, result.rental.revision)
    elif type(result) is NotExecuted:
        assert found == rental
    else:
        assert type(result) is AnswerLost
    after = carloop.send(request, deadline=soon(5))
    assert type(after) is Confirmed
    assert after.rental.revision == rental.revision + 1


@pytest.mark.parametrize(("fault", "value"), FAULTS)
@pytest.mark.parametrize("operation", ["search", "account", "classes", "features"])
def test_fault_while_reading(fault, value, operation, sandbox, carloop, soon):
    """A read that fails says why, within its deadline."""
    arm(sandbox, operation, fault, 9, value)
    code = outcome(carloop, operation, soon(patience(fault)))
    if fault in ("delay", "unknown_field", "unknown_enum"):
        assert code == "done"
    else:
        assert code in ("deadline_exceeded", "unreachable", "invalid_answer", "rate_limited", "busy")


def outcome(carloop, operation, deadline):
    """Give the code of what becomes of a read."""
    try:
        if operation == "search":
            carloop.search(VehicleQuery(Period(START, START + timedelta(days=1))), deadline=deadline)
        elif operation == "account":
            carloop.read_account(deadline=deadline)
        else:
            carloop.filters(deadline=deadline)
    except CallFailed as failed:
        return failed.reason.code
    return "done"


def test_wrong_vehicle_is_handed_on(sandbox, carloop, soon):
    """A booking of another vehicle is confirmed as it came, so that it can be compared above."""
    request, _, _ = new_booking(carloop, soon)
    arm(sandbox, "book", "wrong_vehicle", 1)
    result = carloop.send(request, deadline=soon(5))
    assert type(result) is Confirmed
    assert result.rental.vehicle.id != json.loads(request.body)["vehicle_id"]
