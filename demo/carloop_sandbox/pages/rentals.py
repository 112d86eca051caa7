"""Rentals as the pages show them, and the list of them.

What is searched for is sent in a form, so that no customer's name stands in an address.
"""

from typing import Final

from starlette.responses import Response

from carloop_sandbox.pages.showing import midnight, read_list, read_typed_day, show
from carloop_sandbox.pages.vehicle_rows import NAME
from carloop_sandbox.store.database import Database, Row
from web_base.pages import Page

PAGE_SIZE: Final = 25

STATES: Final = ("reserved", "missed", "picked_up", "overdue", "returned", "cancelled")
"""A rental's status, and beside it: reserved but never handed out, and handed out past its end."""

SELECT: Final = f"""SELECT r.id, r.status,
  CASE WHEN r.end_us > :now THEN r.status WHEN r.status = 'reserved' THEN 'missed'
    WHEN r.status = 'picked_up' THEN 'overdue' ELSE r.status END AS state,
  r.start_us AS start, r.end_us AS "end", r.planned_end_us AS planned_end, r.customer,
  customer_name(r.customer) AS customer_name, r.vehicle_id, v.licence_plate AS plate, {NAME} AS vehicle_name,
  s.name AS station_name, r.daily_rate_cents AS daily_cents, r.revision, r.created_us AS created,
  r.updated_us AS updated, r.external_reference AS reference, r.note, r.cancel_reason
FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id JOIN stations AS s ON s.id = v.station"""  # noqa: S608

CONDITIONS: Final = {
    "open": "r.status IN ('reserved', 'picked_up')",
    "reserved": "r.status = 'reserved'",
    "picked_up": "r.status = 'picked_up'",
    "overdue": "r.status = 'picked_up' AND r.end_us <= :now",
    "returned": "r.status = 'returned'",
    "cancelled": "r.status = 'cancelled'",
    "all": "TRUE",
}
"""What a list of rentals may be narrowed to; the first is what is shown unasked."""

# of these the next comes first, of the others the last
_AHEAD: Final = ("open", "reserved", "picked_up", "overdue")

_TEXT: Final = "r.id || ' ' || v.licence_plate" + "".join(
    f" || ' ' || coalesce(json_extract(r.customer, '$.{name}'), '')"
    for name in ("first_name", "last_name", "company", "number")
)

_SORTS: Final = {
    "number": "r.number",
    "customer": "customer_name COLLATE NOCASE",
    "vehicle": "plate",
    "period": "r.start_us",
    "status": "state",
}

_FILTERS: Final = f"""(:start IS NULL OR r.end_us > :start) AND (:end IS NULL OR r.start_us < :end)
  AND (:sought = '' OR finds(:sought, {_TEXT}))"""
"""Rentals in a period, found by what was typed; what is not given admits every rental."""


def select_rentals(database: Database, where: str, *, now: int, **values: object) -> list[Row]:
    """Read the rentals of a condition, which may be followed by an order; times in microseconds, money in cents."""
    return database.all_named(f"{SELECT} WHERE {where}", {"now": now, **values})


def show_rentals(page: Page) -> Response:
    """Show the rentals that are asked for; a day that is none narrows nothing and is marked."""
    kind = page.form["kind"] or page.query("kind")
    kind = kind if kind in CONDITIONS else "open"
    first, last = read_typed_day(page, "from"), read_typed_day(page, "to")
    start = None if first.day is None else midnight(first.day)
    # both days belong to the period
    end = None if last.day is None else midnight(last.day, days_later=1)
    sought = page.form["q"][:100]
    order = "r.start_us, r.number" if kind in _AHEAD else "r.start_us DESC, r.number DESC"
    sql = f"{SELECT} WHERE {CONDITIONS[kind]} AND {_FILTERS}"
    values = {"start": start, "end": end, "sought": sought}
    return show(
        page,
        "rentals.html",
        rentals=read_list(page, sql, order, size=PAGE_SIZE, sorts=_SORTS, **values),
        kind=kind,
        sought=sought,
        start=first,
        end=last,
        kinds=[(each, page.text(f"rentals.kind.{each}")) for each in CONDITIONS],
    )
