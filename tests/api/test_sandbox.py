"""The client against the sandbox; its faults are tested by the plugin, and by the matrix of faults in proofs."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.model import (
    Action,
    ChangeId,
    Confirmed,
    Period,
    RentalStatus,
    VehicleQuery,
    WriteRequest,
)

NUMBERS = itertools.count(1)
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
CUSTOMER = {"source": "manual", "last_name": "Canary-Lindqvist"}


@pytest.fixture
def carloop(sandbox, control):
    """A session with the sandbox; its faults are taken back after the test."""
    session = CarloopSession(sandbox.url, sandbox.token, sleep=lambda _: None)
    yield session
    session.close()


def new_booking(carloop, soon):
    """Return a booking of a free vehicle in a period of its own, with its reference."""
    number = next(NUMBERS)
    period = Period(START + timedelta(days=2 * number), START + timedelta(days=2 * number + 1))
    (vehicle, *_) = carloop.search(VehicleQuery(period, limit=1), deadline=soon(5)).vehicles
    reference = f"inst/main/A-{number}/change-{number}"
    body = carloop.booking_body(
        external_reference=reference, vehicle_id=vehicle.id, period=period, customer=CUSTOMER
    )
    return WriteRequest(Action.BOOK, ChangeId(f"book-{number}"), body), reference, period


def change_of(rental, action, body, revision=None):
    """Return a change of a rental."""
    key = ChangeId(f"{action}-{rental.id}-{next(NUMBERS)}")
    return WriteRequest(action, key, body, rental_id=rental.id, revision=revision)


def test_whole_story(carloop, soon):
    """A vehicle is found, booked, extended and cancelled, and the same key does nothing twice."""
    request, reference, period = new_booking(carloop, soon)
    first = carloop.send(request, deadline=soon(5))
    again = carloop.send(request, deadline=soon(5))
    rental = first.rental
    assert (first.replayed, again.replayed) == (False, True)
    assert rental == again.rental == carloop.find_rental(reference, deadline=soon(5))
    assert (rental.period, rental.external_reference) == (period, reference)
    assert rental.web_url.startswith(carloop.origin)
    later = period.end + timedelta(hours=3)
    extension = change_of(rental, Action.CHANGE_END, carloop.end_body(later), rental.revision)
    changed = carloop.send(extension, deadline=soon(5)).rental
    assert (changed.period.end, changed.planned_end) == (later, period.end)
    stale = change_of(rental, Action.CHANGE_END, carloop.end_body(period.end), rental.revision)
    assert carloop.send(stale, deadline=soon(5)).reason.code == "changed_elsewhere"
    cancellation = change_of(rental, Action.CANCEL, carloop.cancellation_body("x" * 900))
    assert carloop.send(cancellation, deadline=soon(5)).rental.status is RentalStatus.CANCELLED
    assert carloop.read_rental(rental.id, deadline=soon(5)).status is RentalStatus.CANCELLED
    assert carloop.read_rental("R0", deadline=soon(5)) is None


def test_refusals_of_the_sandbox(carloop, soon):
    """Each answer to a bad booking becomes the contract's code."""
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


def test_every_change_is_read_in_order(carloop, soon):
    """All rentals are read page by page, oldest change first, and from an instant on."""
    everything = list(carloop.rentals_changed_since(None, deadline=soon(10)))
    assert len(everything) > 200
    assert everything == sorted(everything, key=lambda rental: (rental.updated_at, rental.id))
    since = everything[-5].updated_at
    newest = list(carloop.rentals_changed_since(since, deadline=soon(10)))
    assert newest == [rental for rental in everything if rental.updated_at >= since]


def test_another_vehicle_is_confirmed(control, carloop, soon):
    """A booking of another vehicle is confirmed as it came: the plugin compares it."""
    request, _, _ = new_booking(carloop, soon)
    control.fault("book", "wrong_vehicle")
    result = carloop.send(request, deadline=soon(5))
    assert type(result) is Confirmed
    assert result.rental.vehicle.id != json.loads(request.body)["vehicle_id"]
