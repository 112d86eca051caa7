"""Erasures: what is deleted here, the receipts, and for how long appointments are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from planner_host.storage.instants import read_us, write_us
from web_base.database import Database, Row

_NOBODY: Final = json.dumps({"source": "manual", "last_name": "–"})
"""Who rents, once that is erased: a rental of somebody else's appointment stays one that was booked here."""

_DELETE: Final = """DELETE FROM appointments WHERE id IN (SELECT value FROM json_each(?))
AND id NOT IN (SELECT appointment_id FROM open_changes)"""
_DELETE_HIDDEN: Final = """DELETE FROM hidden_proposals WHERE appointment_id IN (SELECT value FROM json_each(?))
AND appointment_id NOT IN (SELECT id FROM appointments)"""
_MARK_SEEN: Final = """UPDATE audit SET unseen = 0 WHERE unseen AND subject IN (SELECT value FROM json_each(?))
AND subject NOT IN (SELECT id FROM appointments)"""


class RentalKey(NamedTuple):
    """Which rental somebody is the renter of; without an id, every rental of the appointment at its provider."""

    appointment_id: str
    provider: str
    rental_id: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whose data are erased.

    :ivar rentals: rentals of other people's appointments.
    """

    appointment_ids: tuple[str, ...] = ()
    customer_numbers: tuple[str, ...] = field(default=(), repr=False)
    rentals: tuple[RentalKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment that is not erased yet; `reason` is a provider's sentence, of the planner a part of a key."""

    appointment_id: str
    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What became of the data in one place: `planner`, `dms`, or a provider's id.

    :ivar code: why it did not answer, as a problem's code; `problem` is that in words.
    """

    id: str
    name: str = ""
    erased: int = 0
    kept: tuple[Kept, ...] = ()
    remarks: tuple[str, ...] = ()
    code: str = ""
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether it must be asked again; a provider that cannot erase never can."""
        return bool(self.kept) or self.code not in ("", "not_supported")


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt: who asked for it and when, and what each place answered. It names nobody.

    :ivar subjects: whom to ask about again; None once nothing is left.
    """

    id: str
    asked_at: datetime
    asked_by: str
    report: tuple[Place, ...]
    subjects: Subjects | None = field(repr=False)
    due_at: datetime | None


class Erasures:
    """Erasures in the planner's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # what is deleted

    def delete_appointments(self, appointment_ids: Iterable[str]) -> int:
        """Delete appointments with all that hangs on them, but none with an open change; return how many."""
        ids = json.dumps(list(appointment_ids))
        with self._database.writing():
            count = self._database.run(_DELETE, ids)
            self._database.run(_DELETE_HIDDEN, ids)
            self._database.run(_MARK_SEEN, ids)
        return count

    def forget_renters(self, rentals: Iterable[RentalKey]) -> int:
        """Replace who rents by nobody; return how many."""
        sql = (
            "UPDATE renters SET customer = ? WHERE appointment_id = ? AND provider = ? "
            "AND rental_id = coalesce(nullif(?, ''), rental_id) AND customer <> ?"
        )
        with self._database.writing():
            return sum(self._database.run(sql, _NOBODY, *each, _NOBODY) for each in rentals)

    def with_open_change(self, appointment_ids: Iterable[str]) -> set[str]:
        """Return which of some appointments have a change whose outcome is not known."""
        sql = (
            "SELECT appointment_id FROM open_changes WHERE appointment_id IN (SELECT value FROM json_each(?))"
        )
        return {row["appointment_id"] for row in self._database.all(sql, json.dumps(list(appointment_ids)))}

    def rewrite(self) -> None:
        """Rewrite the file: SQLite leaves copies behind where it moves a row from one page to another."""
        self._database.vacuum()

    # receipts

    def add(self, erasure: Erasure) -> None:
        """Add a receipt, or replace it by what is known now."""
        row = {
            "id": erasure.id,
            "asked_us": write_us(erasure.asked_at),
            "asked_by": erasure.asked_by,
            "report": msgspec.json.encode(erasure.report).decode(),
            "subjects": msgspec.json.encode(erasure.subjects).decode() if erasure.subjects else None,
            "due_us": None if erasure.due_at is None else write_us(erasure.due_at),
        }
        with self._database.writing():
            self._database.tables.table("erasures").upsert(row, pk="id")

    def receipt(self, erasure_id: str) -> Erasure | None:
        """Return a receipt; None where there is none of this id."""
        row = self._database.one("SELECT * FROM erasures WHERE id = ?", erasure_id)
        return None if row is None else _erasure(row)

    def due(self, now: datetime) -> list[Erasure]:
        """Return the erasures that must be gone on with."""
        sql = "SELECT * FROM erasures WHERE due_us <= ? ORDER BY due_us"
        return [_erasure(row) for row in self._database.all(sql, write_us(now))]

    def latest(self, number: int) -> list[Erasure]:
        """Return the newest receipts; those that are not finished come first."""
        sql = "SELECT * FROM erasures ORDER BY due_us IS NULL, asked_us DESC LIMIT ?"
        return [_erasure(row) for row in self._database.all(sql, number)]

    # retention

    @property
    def months_kept(self) -> int:
        """Return after how many months appointments are erased; 0 where they are kept."""
        row = self._database.one("SELECT months FROM retention")
        return 0 if row is None else int(row["months"])

    def keep_months(self, months: int) -> None:
        """Set after how many months appointments are erased; 0 keeps them."""
        with self._database.writing():
            self._database.run("DELETE FROM retention")
            if months:
                self._database.run("INSERT INTO retention VALUES (?)", months)

    def ended_before(self, moment: datetime) -> list[str]:
        """Return the ids of the appointments whose pick-up was before an instant, oldest first."""
        sql = "SELECT id FROM appointments WHERE end_us < ? ORDER BY end_us, id"
        return [row["id"] for row in self._database.all(sql, write_us(moment))]

    # whom something is about

    def customers(self) -> list[tuple[RentalKey, str]]:
        """Return every customer that is stored, as JSON, with the appointment, or with the rental in whose name."""
        sql = (
            "SELECT id, '' AS provider, '' AS rental_id, customer FROM appointments "
            "UNION ALL SELECT appointment_id, provider, rental_id, customer FROM renters "
            "UNION ALL SELECT appointment_id, json_extract(document, '$.provider'), '', "
            "json_extract(document, '$.customer') FROM open_changes "
            "WHERE json_extract(document, '$.customer') IS NOT NULL"
        )
        return [(RentalKey(*row[:3]), row[3]) for row in self._database.all(sql)]


def _erasure(row: Row) -> Erasure:
    return Erasure(
        id=row["id"],
        asked_at=read_us(row["asked_us"]),
        asked_by=row["asked_by"],
        report=msgspec.json.decode(row["report"], type=tuple[Place, ...]),
        subjects=msgspec.json.decode(row["subjects"], type=Subjects) if row["subjects"] else None,
        due_at=None if row["due_us"] is None else read_us(row["due_us"]),
    )


def merged(before: Iterable[Place], now: Iterable[Place]) -> tuple[Place, ...]:
    """Return a report with what was answered now; what was erased before counts on, who was not asked stays."""
    known = {each.id: each for each in before}
    counts = {name: each.erased for name, each in known.items()}
    known |= {each.id: replace(each, erased=each.erased + counts.get(each.id, 0)) for each in now}
    return tuple(known.values())
