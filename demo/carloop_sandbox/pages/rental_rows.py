"""Rentals as the pages show them: with their vehicle, their customer, and what they are at this moment."""

import json
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from carloop_sandbox.pages.showing import Paged, Slice
from carloop_sandbox.pages.vehicle_rows import vehicle_name
from carloop_sandbox.store.database import Database, Row
from carloop_sandbox.units import days_begun
from web_base.names import addressed

STATES: Final = ("reserved", "missed", "picked_up", "overdue", "returned", "cancelled")
"""A rental's status, and beside it: reserved but never handed out, and handed out past its end."""

SELECT: Final = """SELECT r.*, v.licence_plate, v.document AS vehicle_document, s.name AS station_name
FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id JOIN stations AS s ON s.id = v.station"""

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
        """Name the customer: the company, else the person."""
        return self.customer.get("company") or self.person

    @property
    def person(self) -> str:
        """Name the person, who may be a company's."""
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
        return " AND ".join(
            [
                CONDITIONS[self.kind],
                *(["r.end_us > :start"] if self.start is not None else []),
                *(["r.start_us < :end"] if self.end is not None else []),
                *([f"finds(:sought, {_TEXT})"] if self.sought else []),
            ]
        )

    @property
    def values(self) -> dict[str, object]:
        """Return what the conditions compare with."""
        return {"start": self.start, "end": self.end, "sought": self.sought}


def list_rentals(database: Database, filters: RentalFilters, *, part: Slice, now: int) -> Paged[Rental]:
    """Read a part of the rentals: what lies ahead from the next on, what is over from the last on."""
    order = "r.start_us, r.number" if filters.kind in _AHEAD else "r.start_us DESC, r.number DESC"
    found = select_rentals(
        database,
        f"{filters.where} ORDER BY {order} LIMIT :rows OFFSET :skipped",
        now=now,
        **filters.values,
        **part.values,
    )
    return part.of(found)


def select_rentals(database: Database, where: str, *, now: int, **values: object) -> list[Rental]:
    """Read the rentals of a condition, which may be followed by an order."""
    rows = database.all_named(f"{SELECT} WHERE {where}", {"now": now, **values})
    return [read_rental(row, now=now) for row in rows]


def find_rental(database: Database, rental_id: str, *, now: int) -> Rental | None:
    """Read one rental; None where there is none of the id."""
    found = select_rentals(database, "r.id = :id", now=now, id=rental_id)
    return found[0] if found else None


def read_rental(row: Row, *, now: int) -> Rental:
    """Make a rental of its row."""
    return Rental(
        id=row["id"],
        status=row["status"],
        state=_state(row, now),
        start=row["start_us"],
        end=row["end_us"],
        planned_end=row["planned_end_us"],
        customer={name: str(value) for name, value in json.loads(row["customer"]).items()},
        vehicle_id=row["vehicle_id"],
        plate=row["licence_plate"],
        vehicle_name=vehicle_name(json.loads(row["vehicle_document"])),
        station_name=row["station_name"],
        daily_cents=row["daily_rate_cents"],
        revision=row["revision"],
        created=row["created_us"],
        updated=row["updated_us"],
        reference=row["external_reference"],
        note=row["note"],
        cancel_reason=row["cancel_reason"],
    )


def _state(row: Row, now: int) -> str:
    status = str(row["status"])
    if row["end_us"] > now:
        return status
    return {"reserved": "missed", "picked_up": "overdue"}.get(status, status)
