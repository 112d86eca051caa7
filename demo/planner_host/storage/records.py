"""The planner's own records: appointments, who rents, who needs no car, proposals that were hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from planner_host.appointments.appointment import Appointment, Status, Visit, person_of
from planner_host.dms.folding import plain, without_umlauts
from planner_host.storage.instants import read_us, write_us
from web_base.database import Database, Row, sql_migrations

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

MIGRATIONS: Final = sql_migrations("planner_host", Path(__file__).with_name("migrations"))
_AS_THEY_ARE: Final = ("id", "revision", "site", "time_zone", "saved_by")
"""Columns that hold an appointment's attributes as they are."""


@dataclass(frozen=True, slots=True)
class Saved:
    """An appointment is saved; `is_new` is False where it was saved like this already."""

    appointment: Appointment
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class SavedMeanwhile:
    """Somebody else has saved the appointment in the meantime; nothing was overwritten."""

    theirs: Appointment


class ErasedMeanwhile:
    """The appointment was erased in the meantime; it is not saved again."""


class Records:
    """The planner's records in one file."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder, which only its owner can read."""
        self.database = Database(folder / "planner.sqlite3", MIGRATIONS)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # appointments

    def appointment(self, appointment_id: str) -> Appointment | None:
        """Return an appointment; None where there is none of this id."""
        row = self.database.one("SELECT * FROM appointments WHERE id = ?", appointment_id)
        return None if row is None else _appointment(row)

    def save(self, appointment: Appointment) -> Saved | SavedMeanwhile | ErasedMeanwhile:
        """Save an appointment as the revision after the one it names (0: a new one).

        The very same save again changes nothing and succeeds: a double click, a reload.
        """
        with self.database.writing():
            known = self.appointment(appointment.id)
            if known is not None:
                is_current = known.revision == appointment.revision
                is_by_same = known.saved_by == appointment.saved_by
                if known.visit == appointment.visit and (is_current or is_by_same):
                    return Saved(known, is_new=False)
                if not is_current:
                    return SavedMeanwhile(known)
            elif appointment.revision:
                return ErasedMeanwhile()
            saved = replace(appointment, revision=appointment.revision + 1)
            self.database.tables.table("appointments").upsert(_row(saved), pk="id")
            # What was noted of the revision before may be worth a look again.
            noted = "DELETE FROM hidden_proposals WHERE appointment_id = ? AND proposal_id LIKE 'notice/%'"
            self.database.run(noted, saved.id)
        return Saved(saved)

    def appointments_between(self, start: datetime, end: datetime) -> list[Appointment]:
        """Return the appointments whose drop-off lies in `[start, end)`, earliest first."""
        sql = "SELECT * FROM appointments WHERE start_us >= ? AND start_us < ? ORDER BY start_us, id"
        return [_appointment(row) for row in self.database.all(sql, write_us(start), write_us(end))]

    def ids_from(self, when: datetime) -> list[str]:
        """Return the ids of the appointments whose pick-up is not before an instant."""
        sql = "SELECT id FROM appointments WHERE end_us >= ?"
        return [row["id"] for row in self.database.all(sql, write_us(when))]

    def appointments_of(
        self, appointment_ids: Iterable[str], *, start: datetime, end: datetime
    ) -> list[Appointment]:
        """Return some appointments, and those whose drop-off lies in `[start, end)`, earliest first."""
        sql = (
            "SELECT * FROM appointments WHERE id IN (SELECT value FROM json_each(?)) "
            "OR start_us >= ? AND start_us < ? ORDER BY start_us, id"
        )
        ids = json.dumps(list(appointment_ids))
        return [_appointment(row) for row in self.database.all(sql, ids, write_us(start), write_us(end))]

    def find(self, words: str, *, now: datetime, limit: int = 50) -> list[Appointment]:
        """Find appointments by customer or plate, soonest first; each word must begin a word of theirs.

        Those that are over come last, the latest first.
        """
        parts, plate = fold_words(words).split(), _fold_plate(words)
        if not parts:
            return []
        # Not LIKE: what somebody types may hold its wildcards. `words` begins with a blank, as each word in it does.
        found = " AND ".join("instr(words, ?)" for _ in parts)
        values: list[object] = [f" {part}" for part in parts]
        if plate:
            found, values = f"({found}) OR instr(plate, ?) = 1", [*values, plate]
        order = "end_us < ?, abs(start_us - ?), id"
        sql = f"SELECT * FROM appointments WHERE {found} ORDER BY {order} LIMIT ?"  # noqa: S608
        now_us = write_us(now)
        return [_appointment(row) for row in self.database.all(sql, *values, now_us, now_us, limit)]

    def count_appointments(self) -> int:
        """Count the appointments."""
        return int(self.database.all("SELECT count(*) FROM appointments")[0][0])

    # rentals

    def store_renter(
        self, appointment_id: str, customer: contract.Customer, *, provider: str, rental_id: str
    ) -> None:
        """Store who rents, for as long as the appointment exists."""
        sql = (
            "INSERT OR REPLACE INTO renters (appointment_id, provider, rental_id, customer) "
            "SELECT id, ?, ?, ? FROM appointments WHERE id = ?"
        )
        self.database.run(sql, provider, rental_id, _json(customer), appointment_id)

    def delete_renters(self, appointment_id: str, *, provider: str) -> None:
        """Delete who rents: the rental was cancelled here, or somebody has noted that it is gone."""
        sql = "DELETE FROM renters WHERE appointment_id = ? AND provider = ?"
        self.database.run(sql, appointment_id, provider)

    def renters(self, appointment_id: str) -> dict[tuple[str, str], contract.Customer]:
        """Return who rents for an appointment, by provider and rental."""
        rows = self.database.all("SELECT * FROM renters WHERE appointment_id = ?", appointment_id)
        return {(row["provider"], row["rental_id"]): json.loads(row["customer"]) for row in rows}

    def booked_here(self, appointment_ids: Iterable[str], *, now: datetime) -> set[tuple[str, str]]:
        """Return appointment and provider of each rental that was booked here and is still needed.

        It was not cancelled here, and the appointment is neither cancelled nor over.
        """
        sql = (
            "SELECT r.appointment_id, r.provider FROM renters AS r JOIN appointments AS a ON a.id = r.appointment_id "
            "WHERE a.id IN (SELECT value FROM json_each(?)) AND a.status = 'scheduled' AND a.end_us > ?"
        )
        rows = self.database.all(sql, json.dumps(list(appointment_ids)), write_us(now))
        return {(row["appointment_id"], row["provider"]) for row in rows}

    def set_needs_no_car(self, appointment_id: str, *, is_so: bool) -> None:
        """Store that the customer of an appointment needs no replacement car, or may need one again."""
        sql = (
            "INSERT OR IGNORE INTO needs_no_car SELECT id FROM appointments WHERE id = ?"
            if is_so
            else "DELETE FROM needs_no_car WHERE appointment_id = ?"
        )
        self.database.run(sql, appointment_id)

    def needing_no_car(self, appointment_ids: Iterable[str]) -> set[str]:
        """Return those of some appointments whose customer needs no replacement car."""
        sql = (
            "SELECT appointment_id FROM needs_no_car WHERE appointment_id IN (SELECT value FROM json_each(?))"
        )
        return {row["appointment_id"] for row in self.database.all(sql, json.dumps(list(appointment_ids)))}

    # proposals

    def hide_proposal(self, appointment_id: str, proposal_id: str) -> None:
        """Show a proposal no more, or a notice, which `notice_id` names."""
        sql = "INSERT OR IGNORE INTO hidden_proposals (appointment_id, proposal_id) VALUES (?, ?)"
        self.database.run(sql, appointment_id, proposal_id)

    def hidden_of(self, appointment_ids: Iterable[str]) -> set[tuple[str, str]]:
        """Return what was hidden of some appointments: the appointment's id with that of the proposal."""
        sql = "SELECT * FROM hidden_proposals WHERE appointment_id IN (SELECT value FROM json_each(?))"
        rows = self.database.all(sql, json.dumps(list(appointment_ids)))
        return {(row["appointment_id"], row["proposal_id"]) for row in rows}


def _appointment(row: Row) -> Appointment:
    visit = Visit(
        start=read_us(row["start_us"]),
        end=read_us(row["end_us"]),
        customer=json.loads(row["customer"]),
        vehicle=json.loads(row["vehicle"]),
        work=row["work"],
        status=Status(row["status"]),
    )
    known = {name: row[name] for name in _AS_THEY_ARE}
    return Appointment(visit=visit, saved_at=read_us(row["saved_us"]), **known)


def _row(appointment: Appointment) -> dict[str, object]:
    visit = appointment.visit
    customer = cast("Mapping[str, str]", visit.customer)
    words = (customer.get("company", ""), person_of(visit.customer), customer.get("number", ""))
    return {name: getattr(appointment, name) for name in _AS_THEY_ARE} | {
        "status": visit.status.value,
        "start_us": write_us(visit.start),
        "end_us": write_us(visit.end),
        "customer": _json(visit.customer),
        "vehicle": _json(visit.vehicle),
        "work": visit.work,
        "words": " " + fold_words(" ".join(words)),
        "plate": _fold_plate(visit.vehicle.get("licence_plate", "")),
        "saved_us": write_us(appointment.saved_at),
    }


def fold_words(text: str) -> str:
    """Return a text's words as they are compared, however somebody types them."""
    return without_umlauts(" ".join(re.findall(r"\w+", plain(text))))


def _fold_plate(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]", plain(text)))


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)
