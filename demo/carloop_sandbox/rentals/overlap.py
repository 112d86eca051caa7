"""Name the rental that is in the way, once the database has refused one."""

from collections.abc import Iterator
from contextlib import contextmanager

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.stored_rentals import period_document
from carloop_sandbox.store.database import Database, Row, sqlite3


@contextmanager
def refusing_overlap(
    database: Database, vehicle_id: str, start: int, end: int, *, now: int, but: str = ""
) -> Iterator[None]:
    """Turn the triggers' refusal into a problem that names the period in the way."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "vehicle_unavailable" not in str(error):
            raise
        blocker = _blocker(database, vehicle_id, start, end, now=now, but=but)
        more = {"conflict": period_document(blocker)} if blocker is not None else {}
        raise CallRefused("vehicle_unavailable", "Another rental holds the vehicle.", more=more) from None


def _blocker(database: Database, vehicle_id: str, start: int, end: int, *, now: int, but: str) -> Row | None:
    """Find the first rental that is in the way; asked only after the database has refused."""
    rows = database.all_named(
        "SELECT r.* FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id"
        " WHERE r.vehicle_id = :vehicle AND r.status IN ('reserved', 'picked_up') AND r.id <> :but"
        " AND (r.end_us + v.turnaround_us > :start AND r.start_us < :end + v.turnaround_us"
        "   OR r.status = 'picked_up' AND r.end_us <= :now)"
        " ORDER BY r.start_us LIMIT 1",
        {"vehicle": vehicle_id, "but": but, "start": start, "end": end, "now": now},
    )
    return rows[0] if rows else None
