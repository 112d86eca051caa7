"""Reserve a vehicle, change the end of a rental, cancel it; inside a transaction of the caller's."""

from carloop_sandbox.refusals import invalid
from carloop_sandbox.rentals.periods import check_end, check_period
from carloop_sandbox.rentals.stored_rentals import NewRental, insert_rental, update_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row


def book(rental: NewRental, store: Store, replaces: Row | None) -> str:
    """Store a reserved rental and return its id.

    :param replaces: a reserved rental that is cancelled in the same transaction.
    """
    now = store.clock.now()
    check_period(rental.start_us, rental.end_us, now=now)
    row = store.database.one("SELECT daily_rate_cents FROM vehicles WHERE id = ?", rental.vehicle_id)
    if row is None:
        raise invalid("/vehicle_id", "There is no vehicle of this id.")
    # before the new one is stored: both may hold the same vehicle
    if replaces is not None:
        cancel(store, replaces)
    return insert_rental(store.database, rental, daily_rate_cents=row["daily_rate_cents"], now=now)


def change_end(store: Store, row: Row, end: int) -> None:
    """Change the end of a reserved or running rental."""
    now = store.clock.now()
    check_end(row["start_us"], end, now=now)
    # the same end again is no new revision
    if end != row["end_us"]:
        update_rental(store.database, row, now=now, end_us=end)


def cancel(store: Store, row: Row, *, reason: object = None) -> None:
    """Cancel a reserved rental."""
    update_rental(store.database, row, now=store.clock.now(), status="cancelled", cancel_reason=reason)
