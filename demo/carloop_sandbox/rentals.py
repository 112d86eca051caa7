"""Rentals as they are stored, and as they go over the wire."""

import json
from dataclasses import dataclass
from typing import Final, cast

from carloop_sandbox.answers import Answer, json_answer
from carloop_sandbox.database import Database, Row
from carloop_sandbox.etags import etag_of_revision
from carloop_sandbox.problems import Refused
from carloop_sandbox.times import days_begun, write_stamp, write_time

FIRST_NUMBER: Final = 100_001

SELECT: Final = (
    "SELECT r.*, v.document AS vehicle_document, v.turnaround_us "
    "FROM rentals AS r JOIN vehicles AS v ON v.id = r.vehicle_id"
)


@dataclass(frozen=True, slots=True)
class NewRental:
    """A rental about to be stored; times in microseconds, money in cents."""

    vehicle_id: str
    start: int
    end: int
    customer: str
    daily_rate_cents: int
    external_reference: str | None = None
    note: str | None = None


def find_rental(database: Database, rental_id: str) -> Row:
    """Give a rental's row; refuse an id that there is not."""
    row = database.one(f"{SELECT} WHERE r.id = ?", rental_id)
    if row is None:
        raise Refused("not_found", "There is no rental of this id.")
    return row


def find_by_reference(database: Database, external_reference: str) -> Row | None:
    """Give the row of the rental that the planner named so, or None."""
    return database.one(f"{SELECT} WHERE r.external_reference = ?", external_reference)


def next_stamp(database: Database, now: int) -> int:
    """Give the time of a change: now, but always after every other change.

    Who reads "all that changed since" must miss nothing, even when the clock was set back.
    """
    row = database.one("SELECT max(updated_us) AS last FROM rentals")
    last = row["last"] if row is not None else None
    return now if last is None else max(now, cast("int", last) + 1)


def insert_rental(database: Database, rental: NewRental, *, now: int) -> str:
    """Store a reserved rental and give its id; the triggers refuse one that would overlap another."""
    row = database.one("SELECT max(number) AS last FROM rentals")
    last = row["last"] if row is not None else None
    number = FIRST_NUMBER if last is None else cast("int", last) + 1
    stamp = next_stamp(database, now)
    database.run(
        "INSERT INTO rentals (number, id, external_reference, vehicle_id, start_us, end_us, planned_end_us, status,"
        " customer, note, daily_rate_cents, created_us, updated_us, decided_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'reserved', ?, ?, ?, ?, ?, ?)",
        *(
            number,
            f"R{number}",
            rental.external_reference,
            rental.vehicle_id,
            rental.start,
            rental.end,
            rental.end,
        ),
        *(rental.customer, rental.note, rental.daily_rate_cents, stamp, stamp, now),
    )
    return f"R{number}"


def update_rental(database: Database, rental_id: str, *, now: int, **columns: object) -> None:
    """Change columns of a rental as one new revision; the triggers refuse what would overlap."""
    names = "".join(f"{name} = ?, " for name in columns)
    database.run(
        f"UPDATE rentals SET {names} revision = revision + 1, updated_us = ?, decided_us = ? WHERE id = ?",  # noqa: S608
        *columns.values(),
        next_stamp(database, now),
        now,
        rental_id,
    )


def rental_document(row: Row, origin: str) -> dict[str, object]:
    """Write a rental as the interface has it; `origin` is the sandbox's own."""
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
        "created_at": write_stamp(row["created_us"]),
        "updated_at": write_stamp(row["updated_us"]),
        "price": money(row["daily_rate_cents"] * days),
        "web_url": f"{origin}/rentals/{row['id']}",
    }


def rental_answer(
    database: Database,
    rental_id: str,
    *,
    origin: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Answer with a rental as it is now."""
    row = find_rental(database, rental_id)
    tagged = {"ETag": etag_of_revision(row["revision"]), **(headers or {})}
    return json_answer(rental_document(row, origin), status, headers=tagged)


def money(cents: int) -> dict[str, object]:
    """Write an amount of euros, tax included."""
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "EUR", "tax_included": True}


def period_document(row: Row) -> dict[str, object]:
    """Write the period of a rental."""
    return {"start": write_time(row["start_us"]), "end": write_time(row["end_us"])}
