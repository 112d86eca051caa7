"""List rentals: by the planner's reference, or all that changed since a time."""

from carloop_sandbox.answers import Answer, json_answer
from carloop_sandbox.cursors import open_cursor, seal_cursor
from carloop_sandbox.etags import etag_of_revision
from carloop_sandbox.rentals import SELECT, find_rental, rental_document
from carloop_sandbox.requests import Query
from carloop_sandbox.store import Store


def read_rental(rental_id: str, store: Store, *, origin: str) -> Answer:
    """Answer with one rental and its entity tag."""
    row = find_rental(store.database, rental_id)
    return json_answer(rental_document(row, origin), headers={"ETag": etag_of_revision(row["revision"])})


def list_rentals(query: Query, store: Store, *, origin: str) -> Answer:
    """Answer with a page of rentals, ordered by the time of their last change.

    No two changes share a time, so that time alone is a position, and a rental that changes while somebody
    pages moves behind the position and is met again: nothing is ever missed.
    """
    reference, since = query.texts.get("external_reference"), query.times.get("updated_since")
    limit = query.numbers["limit"]
    asked: list[object] = ["rentals", reference, since]
    after = open_cursor(query.texts.get("cursor"), asked, key=store.cursor_key)
    sql = f"{SELECT} WHERE r.updated_us > ? AND r.updated_us >= ?"
    values: list[object] = [after[0] if after else -(2**62), -(2**62) if since is None else since]
    if reference is not None:
        sql += " AND r.external_reference = ?"
        values.append(reference)
    rows = store.database.all(f"{sql} ORDER BY r.updated_us, r.id LIMIT ?", *values, limit + 1)
    items = rows[:limit]
    more = len(rows) > limit
    return json_answer(
        {
            "items": [rental_document(row, origin) for row in items],
            "next_cursor": seal_cursor([items[-1]["updated_us"]], asked, key=store.cursor_key)
            if more
            else None,
        }
    )
