"""Book a vehicle, inside a transaction of the caller's."""

from carloop_sandbox.refusals import CallRefused, invalid
from carloop_sandbox.rentals.changes import check_reserved
from carloop_sandbox.rentals.overlap import refusing_overlap
from carloop_sandbox.rentals.periods import check_period
from carloop_sandbox.rentals.stored_rentals import NewRental, find_rental, insert_rental, update_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Database


def book(rental: NewRental, store: Store, *, replaces: str | None = None) -> str:
    """Store a reserved rental and return its id.

    :param replaces: the id of a reserved rental that is cancelled in the same transaction.
    """
    database, now = store.database, store.clock.now()
    check_period(rental.start, rental.end, now=now)
    row = database.one("SELECT daily_rate_cents FROM vehicles WHERE id = ?", rental.vehicle_id)
    if row is None:
        raise invalid("/vehicle_id", "There is no vehicle of this id.")
    if replaces is not None:
        _cancel_replaced(database, replaces, now=now)
    with refusing_overlap(database, rental.vehicle_id, rental.start, rental.end, now=now):
        return insert_rental(database, rental, daily_rate_cents=row["daily_rate_cents"], now=now)


def _cancel_replaced(database: Database, rental_id: str, *, now: int) -> None:
    try:
        row = find_rental(database, rental_id)
    except CallRefused:
        raise invalid("/replaces", "There is no rental of this id.") from None
    if row["status"] != "cancelled":
        check_reserved(row)
        update_rental(database, rental_id, now=now, status="cancelled")
