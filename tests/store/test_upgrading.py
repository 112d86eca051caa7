"""Records of the version before are brought up to date as they are, and what they cannot say raises no alarm."""

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.proposals import propose
from carloop_plugin.domain.values import AppointmentId, ChangeId
from carloop_plugin.store.opening import source_of
from carloop_plugin.store.postgres.migrations import UNCOUNTED
from tests.store.deadlines import soon

ADDED = {
    "know_customers_again": ("appointments.customers", "intents.customers"),
    "keep_time_zones": ("rentals.time_zone", "contacts.time_zone"),
}
"""What the newest migrations added."""

A1 = AppointmentId("A-1")


def take_back(db):
    """Make the records what the version before left."""
    for name, columns in ADDED.items():
        db.execute(
            f"DELETE FROM {'migrations' if db.IS_SERVER else '_sqlite_migrations'} WHERE name = ?", [name]
        )
        for column in columns:
            db.execute("ALTER TABLE {} DROP COLUMN {}".format(*column.split(".")))


def test_records_of_the_version_before(location, make_appointment, make_intent, make_rental):
    """A rental they have fits whoever the appointment's customer is; nobody knows whom it was booked for."""
    before = source_of(location)
    with before.open(deadline=soon()) as store:
        store.save_appointment(make_appointment())
        store.record(make_intent())
        store.settle(ChangeId("c-1"), Outcome(ChangeId("c-1"), OutcomeStatus.DONE), make_rental())
        store.database.transact(lambda: take_back(store.database))
    before.close()
    after = source_of(location)
    with after.open(deadline=soon()) as store:
        (rental,) = store.rentals_of([A1])[A1]
        assert propose(rental, store.appointment(A1)) is None
        other = store.save_appointment(make_appointment(revision=2, number="4712"))
        assert (len(other.customers), propose(rental, store.appointment(A1))) == (1, None)
        assert store.time_zones([A1]) == {A1: "Europe/Berlin"}
        if store.database.IS_SERVER:
            sql = "SELECT attrelid::regclass || '.' || attname AS name FROM pg_attribute WHERE attstattarget = 0"
            assert set(UNCOUNTED) <= {row["name"] for row in store.database.query(sql)}
    after.close()
