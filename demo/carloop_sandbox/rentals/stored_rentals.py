"""Rentals as they are stored: find, insert and change their rows."""

from dataclasses import dataclass
from typing import Final, cast

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.store.database import FIRST_RENTAL_NUMBER, Database, Row
from carloop_sandbox.units import write_time

SELECT: Final = (
    "SELECT r.*, v.document AS vehicle_document, v.turnaround_us "
    "FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id"
)


@dataclass(frozen=True, slots=True)
class NewRental:
    """A rental about to be stored; times in microseconds, the customer as JSON."""

    vehicle_id: str
    start: int
    end: int
    customer: str
    external_reference: str | None = None
    note: str | None = None


def find_rental(database: Database, rental_id: str) -> Row:
    """Return a rental's row; refuse an unknown id."""
    row = database.one(f"{SELECT} WHERE r.id = ?", rental_id)
    if row is None:
        raise CallRefused("not_found", "There is no rental of this id.")
    return row


def find_by_reference(database: Database, external_reference: str) -> Row | None:
    """Return the row of the rental with a planner's reference, or None."""
    return database.one(f"{SELECT} WHERE r.external_reference = ?", external_reference)


def insert_rental(database: Database, rental: NewRental, *, daily_rate_cents: int, now: int) -> str:
    """Store a reserved rental and return its id; the triggers refuse one that would overlap another."""
    number = _highest(database, "number", default=FIRST_RENTAL_NUMBER - 1) + 1
    stamp = _next_stamp(database, now)
    columns = {
        "number": number,
        "id": f"R{number}",
        "external_reference": rental.external_reference,
        "vehicle_id": rental.vehicle_id,
        "start_us": rental.start,
        "end_us": rental.end,
        "planned_end_us": rental.end,
        "status": "reserved",
        "customer": rental.customer,
        "note": rental.note,
        "daily_rate_cents": daily_rate_cents,
        "created_us": stamp,
        "updated_us": stamp,
        "decided_us": now,
    }
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    database.run(f"INSERT INTO rentals ({names}) VALUES ({places})", *columns.values())  # noqa: S608
    return f"R{number}"


def update_rental(database: Database, rental_id: str, *, now: int, **columns: object) -> None:
    """Change columns of a rental as one new revision; the triggers refuse what would overlap."""
    names = "".join(f"{name} = ?, " for name in columns)
    database.run(
        f"UPDATE rentals SET {names} revision = revision + 1, updated_us = ?, decided_us = ? WHERE id = ?",  # noqa: S608
        *(*columns.values(), _next_stamp(database, now), now, rental_id),
    )


def period_document(row: Row) -> dict[str, object]:
    """Return the period of a rental, as problems name it."""
    return {"start": write_time(row["start_us"]), "end": write_time(row["end_us"])}


def _next_stamp(database: Database, now: int) -> int:
    """Return the time of a change: now, but always after every other change.

    Who reads "all that changed since" must miss nothing, even when the clock was set back.
    """
    return max(now, _highest(database, "updated_us", default=now - 1) + 1)


def _highest(database: Database, column: str, *, default: int) -> int:
    row = database.one(f"SELECT max({column}) AS highest FROM rentals")  # noqa: S608
    return default if row is None or row["highest"] is None else cast("int", row["highest"])
