"""Stores to test, and values to put into them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from carloop_plugin.domain.appointments import Appointment, Customer, CustomerIdentity, remember
from carloop_plugin.domain.changes import Action, Intent
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import (
    AccountId,
    AppointmentId,
    ChangeId,
    Money,
    Period,
    RentalId,
    Site,
    VehicleId,
)
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.messages import advice
from carloop_plugin.store.records import source_of
from carloop_plugin.store.sqlite.file import SqliteFile
from tests.store.deadlines import soon

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
GOLF = Vehicle(VehicleId("v-1"), "HH-CL 1", "VW", "Golf", "kombi", ("navi",), seats=5)
VISIT = Period(NOW + timedelta(days=1), NOW + timedelta(days=2))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "carloop.sqlite3"


@pytest.fixture
def file(path):
    file = SqliteFile(path)
    yield file
    file.close()


@pytest.fixture(params=["sqlite", "postgres"])
def location(request):
    """An empty place for records: each test of a store runs on both databases."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("path"))
    return request.getfixturevalue("address")


@pytest.fixture
def address(postgres):
    return postgres.new_database()


@pytest.fixture
def source(location):
    source = source_of(location)
    yield source
    source.close()


@pytest.fixture
def store(source):
    with source.open(deadline=soon()) as store:
        yield store


@pytest.fixture
def make_appointment():
    def make(appointment_id="A-1", revision=1, *, key=b"any", source="dms", **details):
        appointment = Appointment(
            id=AppointmentId(appointment_id),
            revision=revision,
            status="scheduled",
            site=Site("main"),
            period=VISIT,
            start_text="2026-11-24T10:30:00+01:00",
            end_text="2026-11-25T10:30:00+01:00",
            time_zone="Europe/Berlin",
            customer=Customer(source, {"number": "4711", "last_name": "Müller"} | details),
        )
        return remember(appointment, key=key)

    return make


@pytest.fixture
def make_intent():
    def make(change_id="c-1", appointment_id="A-1", **fields):
        values = {
            "change_id": ChangeId(change_id),
            "action": Action.BOOK,
            "site": Site("main"),
            "appointment_id": AppointmentId(appointment_id),
            "digest": "d",
            "recorded_at": NOW,
            "account": AccountId("acme"),
            "external_reference": f"i/main/{appointment_id}/{change_id}",
            "vehicle_id": VehicleId("v-1"),
            "period": VISIT,
            "appointment_period": VISIT,
            "body": b'{"customer": "Canary"}',
            "customers": (CustomerIdentity("dms", "d-4711", "d-name"),),
        }
        return Intent(**(values | fields))

    return make


@pytest.fixture
def make_rental():
    def make(rental_id="R-1", appointment_id="A-1", **fields):
        values = {
            "site": Site("main"),
            "id": RentalId(rental_id),
            "account": AccountId("acme"),
            "appointment_id": AppointmentId(appointment_id),
            "change_id": ChangeId("c-1"),
            "status": RentalStatus.RESERVED,
            "period": VISIT,
            "revision": 1,
            "updated_at": NOW,
            "vehicle": GOLF,
            "planned_end": VISIT.end,
            "price": Money(Decimal("49.90"), "EUR", tax_included=True),
            "web_url": "https://carloop.example/R-1",
            "appointment_period": VISIT,
        }
        return RentalRecord(**(values | fields))

    return make


@pytest.fixture
def failure_of():
    """Open records that cannot be opened, and return the failure, whose texts in both languages have no secret."""

    def fail(address):
        server = source_of(address)
        try:
            with pytest.raises(StoreFailed) as failed, server.open(deadline=soon()):
                pass
        finally:
            server.close()
        reason = failed.value.reason
        assert reason.text is not None
        texts = [advice(reason.text, locale, dict(reason.params)) for locale in ("de", "en")]
        assert "canary" not in repr((failed.value, reason, failed.value.__cause__, server, texts))
        return failed.value

    return fail
