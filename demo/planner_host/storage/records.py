"""The planner's own records: appointments, changes, who rents, who did what, proposals hidden.

Instants are microseconds since 1970 in UTC. Everything is in one SQLite file, which only its owner can read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import sqlite_utils
from sqlite_utils import Migrations

from planner_host.appointments.appointment import Appointment, Status, Visit, person_of, plate_of
from planner_host.dms.folding import plain, without_umlauts
from web_base.database import Database, Row, execute_script

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

FILE_NAME: Final = "planner.sqlite3"
MIGRATIONS: Final = Migrations("planner_host")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@MIGRATIONS(name="0001_first_tables", transactional=False)
def first_tables(db: sqlite_utils.Database) -> None:
    """Make the tables of the first version."""
    execute_script(
        db,
        """
        CREATE TABLE appointments (
          id TEXT PRIMARY KEY,
          revision INTEGER NOT NULL CHECK (revision >= 1),
          status TEXT NOT NULL CHECK (status IN ('scheduled', 'cancelled')),
          site TEXT NOT NULL,
          time_zone TEXT NOT NULL,
          start_us INTEGER NOT NULL,
          end_us INTEGER NOT NULL CHECK (end_us > start_us),
          customer TEXT NOT NULL,
          vehicle TEXT NOT NULL,
          work TEXT NOT NULL,
          words TEXT NOT NULL,
          plate TEXT NOT NULL,
          saved_by TEXT NOT NULL,
          saved_us INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX appointments_by_start ON appointments (start_us);
        CREATE TABLE open_changes (
          change_id TEXT PRIMARY KEY, appointment_id TEXT NOT NULL, document TEXT NOT NULL, asked_us INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX open_changes_by_appointment ON open_changes (appointment_id);
        CREATE TABLE audit (
          number INTEGER PRIMARY KEY,
          at_us INTEGER NOT NULL,
          user TEXT NOT NULL,
          action TEXT NOT NULL,
          subject TEXT NOT NULL,
          provider TEXT NOT NULL,
          rental_id TEXT NOT NULL,
          change_id TEXT UNIQUE,
          outcome TEXT NOT NULL,
          code TEXT NOT NULL,
          settled_us INTEGER
        ) STRICT;
        CREATE INDEX audit_by_subject ON audit (subject);
        CREATE TABLE hidden_proposals (
          appointment_id TEXT NOT NULL, proposal_id TEXT NOT NULL, PRIMARY KEY (appointment_id, proposal_id)
        ) STRICT, WITHOUT ROWID;
        """,
    )


@MIGRATIONS(name="0002_found_out", transactional=False)
def found_out(db: sqlite_utils.Database) -> None:
    """Keep what became of a change until it is seen, and name the car of a booking."""
    execute_script(
        db,
        """
        ALTER TABLE open_changes ADD COLUMN title TEXT NOT NULL DEFAULT '';
        CREATE TABLE found_out (
          change_id TEXT PRIMARY KEY,
          appointment_id TEXT NOT NULL,
          action TEXT NOT NULL,
          title TEXT NOT NULL,
          outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
          code TEXT NOT NULL
        ) STRICT;
        CREATE INDEX found_out_by_appointment ON found_out (appointment_id);
        """,
    )


@MIGRATIONS(name="0003_renters", transactional=False)
def renters(db: sqlite_utils.Database) -> None:
    """Keep who rents; a customer goes with the appointment."""
    execute_script(
        db,
        """
        CREATE TABLE renters (
          appointment_id TEXT NOT NULL REFERENCES appointments (id) ON DELETE CASCADE,
          provider TEXT NOT NULL,
          rental_id TEXT NOT NULL,
          customer TEXT NOT NULL,
          PRIMARY KEY (appointment_id, provider, rental_id)
        ) STRICT, WITHOUT ROWID;
        """,
    )


@dataclass(frozen=True, slots=True)
class Saved:
    """An appointment is saved; `is_new` unless it was so already."""

    appointment: Appointment
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class SavedMeanwhile:
    """Somebody else has saved it since; nothing was overwritten."""

    theirs: Appointment


class Records:
    """The planner's records in one file."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder."""
        self.database = Database(folder / FILE_NAME, MIGRATIONS)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # appointments

    def appointment(self, appointment_id: str) -> Appointment | None:
        """Give an appointment; None where there is none of this id."""
        row = self.database.one("SELECT * FROM appointments WHERE id = ?", appointment_id)
        return None if row is None else _appointment(row)

    def save(self, appointment: Appointment) -> Saved | SavedMeanwhile:
        """Save an appointment as the revision after the one it names (0: a new one).

        The very same save again changes nothing and succeeds: a double click, a reload.
        """
        with self.database.writing():
            known = self.appointment(appointment.id)
            if known is not None and known.revision != appointment.revision:
                is_the_same = known.visit == appointment.visit and known.saved_by == appointment.saved_by
                return Saved(known, is_new=False) if is_the_same else SavedMeanwhile(known)
            if known is not None and known.visit == appointment.visit:
                return Saved(known, is_new=False)
            row = _row(appointment) | {"revision": appointment.revision + 1}
            self.database.tables.table("appointments").upsert(row, pk="id")
        saved = self.appointment(appointment.id)
        assert saved is not None  # noqa: S101  # it has just been written
        return Saved(saved)

    def appointments_between(self, start: datetime, end: datetime) -> list[Appointment]:
        """Give the appointments whose drop-off lies in `[start, end)`, in its order."""
        sql = "SELECT * FROM appointments WHERE start_us >= ? AND start_us < ? ORDER BY start_us, id"
        return [_appointment(row) for row in self.database.all(sql, write_us(start), write_us(end))]

    def find(self, words: str, *, limit: int = 50) -> list[Appointment]:
        """Find appointments by customer or plate, those to come first; each word is looked for by its beginning."""
        plate = _fold_plate(words)
        parts = _fold(words).split()
        if not parts:
            return []
        found = " AND ".join("words LIKE ? ESCAPE '\\'" for _ in parts)
        values: list[object] = [f"% {_like(part)}%" for part in parts]
        if plate:
            found = f"({found}) OR plate LIKE ? ESCAPE '\\'"
            values.append(f"{_like(plate)}%")
        sql = f"SELECT * FROM appointments WHERE {found} ORDER BY start_us DESC, id LIMIT ?"  # noqa: S608
        return [_appointment(row) for row in self.database.all(sql, *values, limit)]

    def count_appointments(self) -> int:
        """Count the appointments."""
        row = self.database.one("SELECT count(*) AS n FROM appointments")
        return 0 if row is None else int(row["n"])

    # rentals

    def note_renter(
        self, appointment_id: str, customer: contract.Customer, *, provider: str, rental_id: str
    ) -> None:
        """Remember who rents, for as long as there is the appointment."""
        with self.database.writing():
            self.database.run(
                "INSERT OR REPLACE INTO renters (appointment_id, provider, rental_id, customer) "
                "SELECT id, ?, ?, ? FROM appointments WHERE id = ?",
                provider,
                rental_id,
                json.dumps(customer, ensure_ascii=False),
                appointment_id,
            )

    def forget_renters(self, appointment_id: str, *, provider: str) -> None:
        """Forget who rents: the rental is cancelled here, or somebody knows that it is gone."""
        with self.database.writing():
            self.database.run(
                "DELETE FROM renters WHERE appointment_id = ? AND provider = ?", appointment_id, provider
            )

    def renters(self, appointment_id: str) -> dict[tuple[str, str], contract.Customer]:
        """Give who rents for an appointment, by provider and rental."""
        rows = self.database.all("SELECT * FROM renters WHERE appointment_id = ?", appointment_id)
        return {(row["provider"], row["rental_id"]): json.loads(row["customer"]) for row in rows}

    def booked_here(self, appointment_ids: Iterable[str], *, now: datetime) -> set[tuple[str, str]]:
        """Give appointment and provider of each rental that was booked here and is still wanted.

        It was not cancelled here, the appointment is not called off, and it is not over.
        """
        sql = (
            "SELECT r.appointment_id, r.provider FROM renters AS r JOIN appointments AS a ON a.id = r.appointment_id "
            "WHERE a.id IN (SELECT value FROM json_each(?)) AND a.status = 'scheduled' AND a.end_us > ?"
        )
        rows = self.database.all(sql, json.dumps(list(appointment_ids)), write_us(now))
        return {(row["appointment_id"], row["provider"]) for row in rows}

    # proposals

    def hide_proposal(self, appointment_id: str, proposal_id: str) -> None:
        """Remember that a proposal was not wanted."""
        with self.database.writing():
            self.database.run(
                "INSERT OR IGNORE INTO hidden_proposals (appointment_id, proposal_id) VALUES (?, ?)",
                appointment_id,
                proposal_id,
            )

    def hidden_proposals(self, appointment_id: str) -> frozenset[str]:
        """Give the ids of the proposals that were not wanted."""
        rows = self.database.all(
            "SELECT proposal_id FROM hidden_proposals WHERE appointment_id = ?", appointment_id
        )
        return frozenset(row["proposal_id"] for row in rows)


def write_us(when: datetime) -> int:
    """Write an instant as it is stored."""
    return (when - _EPOCH) // _MICROSECOND


def read_us(microseconds: int) -> datetime:
    """Read an instant as it is stored."""
    return _EPOCH + microseconds * _MICROSECOND


def _appointment(row: Row) -> Appointment:
    visit = Visit(
        start=read_us(row["start_us"]),
        end=read_us(row["end_us"]),
        customer=json.loads(row["customer"]),
        vehicle=json.loads(row["vehicle"]),
        work=row["work"],
        status=Status(row["status"]),
    )
    return Appointment(
        id=row["id"],
        revision=row["revision"],
        site=row["site"],
        time_zone=row["time_zone"],
        visit=visit,
        saved_by=row["saved_by"],
        saved_at=read_us(row["saved_us"]),
    )


def _row(appointment: Appointment) -> dict[str, object]:
    visit = appointment.visit
    customer = cast("Mapping[str, str]", visit.customer)
    words = (customer.get("company", ""), person_of(visit.customer), customer.get("number", ""))
    return {
        "id": appointment.id,
        "status": visit.status.value,
        "site": appointment.site,
        "time_zone": appointment.time_zone,
        "start_us": write_us(visit.start),
        "end_us": write_us(visit.end),
        "customer": json.dumps(visit.customer, ensure_ascii=False),
        "vehicle": json.dumps(visit.vehicle, ensure_ascii=False),
        "work": visit.work,
        "words": " " + _fold(" ".join(words)),
        "plate": _fold_plate(plate_of(visit.vehicle)),
        "saved_by": appointment.saved_by,
        "saved_us": write_us(appointment.saved_at),
    }


def _fold(text: str) -> str:
    return without_umlauts(" ".join(re.findall(r"\w+", plain(text))))


def _fold_plate(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]", plain(text)))


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
