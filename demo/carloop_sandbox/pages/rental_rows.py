"""Rentals as the pages show them: with their vehicle, their customer, and what they are at this moment."""

import json
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import unquote

from carloop_sandbox.pages.showing import Paged, Slice
from carloop_sandbox.pages.vehicle_rows import NAME
from carloop_sandbox.store.database import Database, Row
from carloop_sandbox.units import days_begun
from web_base.names import addressed

STATES: Final = ("reserved", "missed", "picked_up", "overdue", "returned", "cancelled")
"""A rental's status, and beside it: reserved but never handed out, and handed out past its end."""

SELECT: Final = f"""SELECT r.id, r.status,
  CASE WHEN r.end_us > :now THEN r.status WHEN r.status = 'reserved' THEN 'missed'
    WHEN r.status = 'picked_up' THEN 'overdue' ELSE r.status END AS state,
  r.start_us AS start, r.end_us AS "end", r.planned_end_us AS planned_end, r.customer, r.vehicle_id,
  v.licence_plate AS plate, {NAME} AS vehicle_name, s.name AS station_name, r.daily_rate_cents AS daily_cents,
  r.revision, r.created_us AS created, r.updated_us AS updated, r.external_reference AS reference, r.note,
  r.cancel_reason
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

_AHEAD: Final = ("open", "reserved", "picked_up", "overdue")
"""Of these the next comes first, of the others the last."""

_TEXT: Final = "r.id || ' ' || v.licence_plate" + "".join(
    f" || ' ' || coalesce(json_extract(r.customer, '$.{name}'), '')"
    for name in ("first_name", "last_name", "company", "number")
)


@dataclass(frozen=True, slots=True)
class Rental:
    """A rental; times in microseconds, money in cents, `state` one of STATES. No personal data in its repr."""

    id: str
    status: str
    state: str
    start: int
    end: int
    planned_end: int
    customer: dict[str, str] = field(repr=False)
    vehicle_id: str
    plate: str
    vehicle_name: str
    station_name: str
    daily_cents: int
    revision: int
    created: int
    updated: int
    reference: str | None = field(repr=False)
    note: str | None = field(repr=False)
    cancel_reason: str | None = field(repr=False)

    @property
    def customer_name(self) -> str:
        """Return the company's name, else the person's."""
        return self.customer.get("company") or self.person

    @property
    def person(self) -> str:
        """Return the person's name; it may be somebody at a company."""
        return addressed(self.customer)

    @property
    def days(self) -> int:
        """Count the days that are charged."""
        return days_begun(self.start, self.end)

    @property
    def appointment(self) -> tuple[str, str] | None:
        """Return the planner's site and appointment where the reference is `installation/site/appointment/change`."""
        parts = [unquote(part) for part in (self.reference or "").split("/")]
        return (parts[1], parts[2]) if len(parts) == 4 else None


@dataclass(frozen=True, slots=True)
class RentalFilters:
    """Which rentals: of a kind of CONDITIONS, in a period, found by what was typed."""

    kind: str = "open"
    start: int | None = None
    end: int | None = None
    sought: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """Return the conditions that apply, as SQL."""
        conditions = {
            CONDITIONS[self.kind]: True,
            "r.end_us > :start": self.start is not None,
            "r.start_us < :end": self.end is not None,
            f"finds(:sought, {_TEXT})": self.sought,
        }
        return " AND ".join(condition for condition, applies in conditions.items() if applies)


def list_rentals(database: Database, filters: RentalFilters, *, part: Slice, now: int) -> Paged[Rental]:
    """Read a part of the rentals: what lies ahead from the next on, what is over from the last on."""
    order = "r.start_us, r.number" if filters.kind in _AHEAD else "r.start_us DESC, r.number DESC"
    where = f"{filters.where} ORDER BY {order} LIMIT :rows OFFSET :skipped"
    return part.of(select_rentals(database, where, now=now, **asdict(filters), **part.values))


def select_rentals(database: Database, where: str, *, now: int, **values: object) -> list[Rental]:
    """Read the rentals of a condition, which may be followed by an order."""
    rows = database.all_named(f"{SELECT} WHERE {where}", {"now": now, **values})
    return [_rental(row) for row in rows]


def find_rental(database: Database, rental_id: str, *, now: int) -> Rental | None:
    """Read one rental; None where there is none of the id."""
    found = select_rentals(database, "r.id = :id", now=now, id=rental_id)
    return found[0] if found else None


def _rental(row: Row) -> Rental:
    customer = {name: str(value) for name, value in json.loads(row["customer"]).items()}
    return Rental(**{**dict(row), "customer": customer})
