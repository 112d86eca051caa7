"""Book another vehicle than was asked for."""

from dataclasses import replace

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.reserving import book
from carloop_sandbox.rentals.stored_rentals import NewRental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row


def book_other_vehicle(rental: NewRental, store: Store, replaces: Row | None) -> str:
    """Book another free vehicle than was asked for; the one asked for where no other is free."""
    sql = "SELECT id FROM vehicles WHERE id <> ? ORDER BY id"
    for row in store.database.all(sql, rental.vehicle_id):
        try:
            with store.database.attempt():
                return book(replace(rental, vehicle_id=row["id"]), store, replaces)
        except CallRefused as refused:
            if refused.code != "vehicle_unavailable":
                raise
    return book(rental, store, replaces)
