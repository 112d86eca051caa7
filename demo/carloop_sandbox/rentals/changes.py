"""Change the end of a rental, or cancel it, inside a transaction of the caller's."""

from collections.abc import Callable

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.overlap import refusing_overlap
from carloop_sandbox.rentals.periods import check_end
from carloop_sandbox.rentals.stored_rentals import find_rental, update_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row

IsCurrent = Callable[[int], bool] | None
"""Whether a revision is the one the caller has seen; None where the caller named none."""


def change_end(store: Store, rental_id: str, end: int, *, is_current: IsCurrent) -> None:
    """Change the end of a reserved or running rental."""
    database, now = store.database, store.clock.now()
    row = find_rental(database, rental_id)
    if is_current is None:
        raise CallRefused("precondition_required", "Send the rental's ETag as If-Match.")
    # before the revision: who holds an old one learns more from this
    if row["status"] not in ("reserved", "picked_up"):
        raise CallRefused("rental_closed", f"The rental is {row['status']}.")
    _check_revision(row, is_current)
    check_end(row["start_us"], end, now=now)
    if end != row["end_us"]:
        with refusing_overlap(database, row["vehicle_id"], row["start_us"], end, now=now, but=rental_id):
            update_rental(database, rental_id, now=now, end_us=end)


def cancel(store: Store, rental_id: str, *, reason: object = None, is_current: IsCurrent = None) -> None:
    """Cancel a reserved rental; one that is cancelled already stays as it is."""
    row = find_rental(store.database, rental_id)
    if row["status"] == "cancelled":
        return
    check_reserved(row)
    _check_revision(row, is_current)
    now = store.clock.now()
    update_rental(store.database, rental_id, now=now, status="cancelled", cancel_reason=reason)


def check_reserved(row: Row) -> None:
    """Refuse a rental that has been handed out or is over."""
    if row["status"] != "reserved":
        detail = f"The rental is {row['status']}; only a reserved one can be cancelled."
        raise CallRefused("rental_closed", detail)


def _check_revision(row: Row, is_current: IsCurrent) -> None:
    if is_current is not None and not is_current(row["revision"]):
        raise CallRefused("changed_elsewhere", "Read the rental again: If-Match names another revision.")
