"""Records of earlier versions are brought up to date as they are, and what they cannot say raises no alarm."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.proposals import propose
from carloop_plugin.domain.values import AppointmentId, ChangeId, Money
from carloop_plugin.domain.vehicles import Alternative
from carloop_plugin.store.postgres.migrations import UNCOUNTED
from carloop_plugin.store.records import source_of
from carloop_plugin.store.tables import NEWEST
from tests.store.deadlines import soon
from tests.support.contract_documents import ContractDocuments

BEFORE_CUSTOMERS = (
    "DELETE FROM {migrations} WHERE name IN ('know_customers_again', 'keep_time_zones')",
    "ALTER TABLE appointments DROP COLUMN customers",
    "ALTER TABLE intents DROP COLUMN customers",
    "ALTER TABLE rentals DROP COLUMN time_zone",
    "ALTER TABLE contacts DROP COLUMN time_zone",
)
BEFORE_VALUES = (
    "DELETE FROM {migrations} WHERE name = 'store_values'",
    "ALTER TABLE rentals RENAME COLUMN details TO document",
)
A1, C1 = AppointmentId("A-1"), ChangeId("c-1")
PERIOD = {"start": "2026-11-24T09:30:00Z", "end": "2026-11-25T09:30:00Z"}
VERSION_1 = ContractDocuments()
CAR = VERSION_1.vehicle(licence_plate="HH-CL 1", vehicle_class="kombi", features=["navi"], seats=5)
PRICE = {"amount": "49.90", "currency": "EUR", "tax_included": True}
OFFERED = {"title": "VW Golf, HH-CL 1", "vehicle": CAR, "period": PERIOD}
OPTION = VERSION_1.option("carloop", **OFFERED, id="v-1", match="alternative", differs=["features"])
RENTAL = VERSION_1.rental("carloop", **OFFERED, id="R-1", changed_at="2026-11-23T09:30:00Z")
RENTAL |= {"planned_end": PERIOD["end"], "price": PRICE, "web_url": "https://carloop.example/R-1"}
REASON = ["invalid_answer", "change.astray_book", [["rental", "R-1"]], "/p"]
MENDED = Reason("invalid_answer", "change.mismatched_book", (("rental", "R-1"),), "/p")


@pytest.fixture
def reopened(location):
    """Take a store's records back to an earlier version, and open them as a server of this one does."""
    sources = []

    def reopen(store, statements):
        db = store.database
        names = {"migrations": "migrations" if db.path is None else "_sqlite_migrations"}
        db.transact(lambda: [db.query(sql.format_map(names), values) for sql, *values in statements])
        sources.append(source_of(location))
        return sources[-1].open(deadline=soon())

    yield reopen
    for source in sources:
        source.close()


def test_newer_records_are_refused_with_both_versions(store, source, reopened):
    """Nobody writes into tables it does not know; on PostgreSQL not even whoever has opened them before."""
    columns, values = "migration_set, name, applied_at", "'carloop_plugin', 'of_2030', ''"
    if store.database.path is None:
        columns, values = "name", "'of_2030'"
    newer = [(f"INSERT INTO {{migrations}} ({columns}) VALUES ({values})",)]
    ways = [lambda: reopened(store, newer), lambda: source.open(deadline=soon())]
    for reopen in ways if store.database.path is None else ways[:1]:
        with pytest.raises(StoreFailed) as failed, reopen():
            pass
        assert failed.value.reason.text == "store.newer"
        assert {"found": "of_2030", "known": NEWEST}.items() <= dict(failed.value.reason.params).items()


def test_records_without_customers(store, reopened, make_appointment, make_intent, make_rental):
    """A rental they have fits whoever the appointment's customer is; nobody knows whom it was booked for."""
    store.save_appointment(make_appointment())
    store.record(make_intent())
    store.settle(C1, Outcome(C1, OutcomeStatus.DONE), make_rental())
    with reopened(store, [(sql,) for sql in BEFORE_CUSTOMERS]) as after:
        (rental,) = after.rentals(appointment_ids=[A1])
        assert propose(rental, after.appointments([A1]).get(A1), now=rental.updated_at) is None
        other = after.save_appointment(make_appointment(revision=2, number="4712"))
        newest = after.appointments([A1]).get(A1)
        assert (len(other.customers), propose(rental, newest, now=rental.updated_at)) == (1, None)
        assert after.time_zones([A1]) == {A1: "Europe/Berlin"}
        if after.database.path is None:
            sql = "SELECT attrelid::regclass || '.' || attname AS name FROM pg_attribute WHERE attstattarget = 0"
            assert set(UNCOUNTED) <= {row["name"] for row in after.database.query(sql)}


@pytest.mark.parametrize("is_rental_known", [True, False])
def test_documents_become_values(
    store, reopened, make_appointment, make_intent, make_rental, is_rental_known
):
    """A rental, what an outcome says of one and of alternatives, and customers, as contract 1.0 had them."""
    appointment, intent, rental = make_appointment(), make_intent(), make_rental(cancelled_here=True)
    store.save_appointment(appointment)
    store.record(intent)
    store.settle(C1, Outcome(C1, OutcomeStatus.DONE), rental)
    store.record_settled(make_intent("c-2"), Outcome(ChangeId("c-2"), OutcomeStatus.REFUSED))
    options = [
        OPTION | {"price": PRICE | {"amount": "99.80"}, "period": PERIOD | {"end": "2026-11-25T10:30:00Z"}},
        OPTION,
    ]
    old = {"change_id": "c-1", "status": "refused", "rental": RENTAL, "reason": REASON}
    (customer,) = intent.customers
    as_text = f"{customer.source}:{customer.number_digest}:{customer.name_digest}"
    statements = [
        *((sql,) for sql in BEFORE_VALUES),
        ("UPDATE rentals SET document = ?", json.dumps(RENTAL)),
        ("UPDATE intents SET customers = ?", as_text),
        ("UPDATE appointments SET customers = ?", f"{as_text} manual::other"),
        (
            "UPDATE intents SET outcome = ? WHERE change_id = 'c-1'",
            json.dumps(old | {"alternatives": options}),
        ),
    ]
    if not is_rental_known:
        statements.append(("DELETE FROM rentals",))
        rental = replace(rental, cancelled_here=False)
    with reopened(store, statements) as after:
        assert after.rentals() == [rental] * is_rental_known
        assert after.intent(C1).customers == intent.customers
        assert [each.source for each in after.appointments([A1]).get(A1).customers] == ["dms", "manual"]
        outcome = after.intent(C1).outcome
        assert outcome.reason == MENDED
        assert outcome.rental == rental
        period, longer = rental.period, replace(rental.period, end=rental.period.end.replace(hour=10))
        daily = rental.vehicle._replace(daily_rate=Money(Decimal("49.90"), "EUR", tax_included=True))
        unpriced = rental.vehicle._replace(daily_rate=None)
        offered = ((daily, longer), (unpriced, period))
        assert outcome.alternatives == tuple(Alternative(*each, ("features",)) for each in offered)
        assert after.intent(ChangeId("c-2")).outcome == Outcome(ChangeId("c-2"), OutcomeStatus.REFUSED)
