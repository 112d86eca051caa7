"""Rentals as the interface writes them: one, or a page of all that changed since a time."""

import json
from collections.abc import Mapping
from typing import Final

from carloop_sandbox.interface.answers import Answer, etag_of_revision, json_answer
from carloop_sandbox.interface.cursors import open_cursor, seal_cursor
from carloop_sandbox.interface.requests import Call
from carloop_sandbox.rentals.stored_rentals import SELECT, find_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row
from carloop_sandbox.units import days_begun, money, write_time

_BEFORE_ALL: Final = -(2**62)


def rental_document(row: Row, origin: str) -> dict[str, object]:
    """Return a rental's document; `origin` is the sandbox's own."""
    days = days_begun(row["start_us"], row["end_us"])
    return {
        "id": row["id"],
        "external_reference": row["external_reference"],
        "vehicle": json.loads(row["vehicle_document"]),
        "start": write_time(row["start_us"]),
        "end": write_time(row["end_us"]),
        "planned_end": write_time(row["planned_end_us"]),
        "status": row["status"],
        "customer": json.loads(row["customer"]),
        "revision": row["revision"],
        # always six decimals: texts of one length sort like the times they name
        "created_at": write_time(row["created_us"], "microseconds"),
        "updated_at": write_time(row["updated_us"], "microseconds"),
        "price": money(row["daily_rate_cents"] * days),
        "web_url": f"{origin}/rentals/{row['id']}",
    }


def rental_answer(
    store: Store,
    rental_id: str,
    *,
    origin: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Answer with a rental as it is now, and its entity tag."""
    row = find_rental(store.database, rental_id)
    tagged = {"ETag": etag_of_revision(row["revision"]), **(headers or {})}
    return json_answer(rental_document(row, origin), status, headers=tagged)


def list_rentals(call: Call, store: Store) -> Answer:
    """Answer with a page of rentals, ordered by the time of their last change.

    No two changes share a time, so that time alone is a position, and a rental that changes while somebody
    pages moves behind the position and is met again: nothing is ever missed.
    """
    reference, since, limit = (call.query[name] for name in ("external_reference", "updated_since", "limit"))
    asked: list[object] = ["rentals", reference, since]
    after = open_cursor(call.query["cursor"], asked, key=store.cursor_key)
    rows = store.database.all_named(
        # the reference has its own index, which an OR would not use
        f"{SELECT} WHERE r.updated_us > :after AND r.updated_us >= :since"
        f"{'' if reference is None else ' AND r.external_reference = :reference'}"
        " ORDER BY r.updated_us LIMIT :rows",
        {
            "after": after[0] if after else _BEFORE_ALL,
            "since": _BEFORE_ALL if since is None else since,
            "reference": reference,
            # one more than asked for, to see whether there is a next page
            "rows": limit + 1,
        },
    )
    items = [rental_document(row, call.origin) for row in rows[:limit]]
    goes_on = len(rows) > limit
    cursor = seal_cursor([rows[limit - 1]["updated_us"]], asked, key=store.cursor_key) if goes_on else None
    return json_answer({"items": items, "next_cursor": cursor})
