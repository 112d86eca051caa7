"""Change the end of a rental, or cancel it, inside a transaction of the caller's."""

from carloop_sandbox.answers import Answer
from carloop_sandbox.bodies import time_at
from carloop_sandbox.database import Row
from carloop_sandbox.etags import admits, etag_of_revision
from carloop_sandbox.overlap import refusing_overlap
from carloop_sandbox.periods import check_end
from carloop_sandbox.problems import Refused
from carloop_sandbox.rentals import find_rental, rental_answer, update_rental
from carloop_sandbox.store import Store

Body = dict[str, object]


def change_end(body: Body, store: Store, rental_id: str, *, if_match: str | None, origin: str) -> Answer:
    """Change the end of a reserved or running rental."""
    database, now = store.database, store.clock.now()
    row = find_rental(database, rental_id)
    if not if_match:
        raise Refused("precondition_required", "Send the rental's ETag as If-Match.")
    # before the revision: who holds an old one learns more from this
    if row["status"] not in ("reserved", "picked_up"):
        raise Refused("rental_closed", f"The rental is {row['status']}.")
    _check_revision(row, if_match)
    end = time_at(body, "end")
    check_end(row["start_us"], end, now=now)
    if end != row["end_us"]:
        with refusing_overlap(database, row["vehicle_id"], row["start_us"], end, now=now, but=rental_id):
            update_rental(database, rental_id, now=now, end_us=end)
    return rental_answer(database, rental_id, origin=origin)


def cancel(body: Body, store: Store, rental_id: str, *, if_match: str | None, origin: str) -> Answer:
    """Cancel a reserved rental; one that is cancelled already stays as it is."""
    database, now = store.database, store.clock.now()
    row = find_rental(database, rental_id)
    if row["status"] != "cancelled":
        check_reserved(row)
        if if_match:
            _check_revision(row, if_match)
        update_rental(database, rental_id, now=now, status="cancelled", cancel_reason=body.get("reason"))
    return rental_answer(database, rental_id, origin=origin)


def check_reserved(row: Row) -> None:
    """Refuse a rental that has been handed out or is over."""
    if row["status"] != "reserved":
        raise Refused(
            "rental_closed", f"The rental is {row['status']}; only a reserved one can be cancelled."
        )


def _check_revision(row: Row, if_match: str) -> None:
    if not admits(if_match, etag_of_revision(row["revision"])):
        raise Refused("changed_elsewhere", "Read the rental again: If-Match names another revision.")
