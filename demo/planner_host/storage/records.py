"""The planner's own records: appointments, who rents, proposals that were hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from planner_host.appointments.appointment import Appointment, Status, Visit, person_of, plate_of
from planner_host.dms.folding import plain, without_umlauts
from planner_host.storage.database import open_database, read_us, write_us
from web_base.database import Row

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


@dataclass(frozen=True, slots=True)
class Saved:
    """An appointment is saved; `is_new` is False where it was saved like this already."""

    appointment: Appointment
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class SavedMeanwhile:
    """Somebody else has saved the appointment in the meantime; nothing was overwritten."""

    theirs: Appointment


class Records:
    """The planner's records in one file."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder."""
        self.database = open_database(folder)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # appointments

    def appointment(self, appointment_id: str) -> Appointment | None:
        """Return an appointment; None where there is none of this id."""
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
            saved = replace(appointment, revision=appointment.revision + 1)
            self.database.tables.table("appointments").upsert(_row(saved), pk="id")
        return Saved(saved)

    def appointments_between(self, start: datetime, end: datetime) -> list[Appointment]:
        """Return the appointments whose drop-off lies in `[start, end)`, earliest first."""
        sql = "SELECT * FROM appointments WHERE start_us >= ? AND start_us < ? ORDER BY start_us, id"
        return [_appointment(row) for row in self.database.all(sql, write_us(start), write_us(end))]

    def find(self, words: str, *, limit: int = 50) -> list[Appointment]:
        """Find appointments by customer or plate, latest first; each word must begin a word of theirs."""
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

    def store_renter(
        self, appointment_id: str, customer: contract.Customer, *, provider: str, rental_id: str
    ) -> None:
        """Store who rents, for as long as the appointment exists."""
        with self.database.writing():
            self.database.run(
                "INSERT OR REPLACE INTO renters (appointment_id, provider, rental_id, customer) "
                "SELECT id, ?, ?, ? FROM appointments WHERE id = ?",
                provider,
                rental_id,
                json.dumps(customer, ensure_ascii=False),
                appointment_id,
            )

    def delete_renters(self, appointment_id: str, *, provider: str) -> None:
        """Delete who rents: the rental was cancelled here, or somebody has noted that it is gone."""
        with self.database.writing():
            self.database.run(
                "DELETE FROM renters WHERE appointment_id = ? AND provider = ?", appointment_id, provider
            )

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

    # proposals

    def hide_proposal(self, appointment_id: str, proposal_id: str) -> None:
        """Show a proposal no more."""
        with self.database.writing():
            self.database.run(
                "INSERT OR IGNORE INTO hidden_proposals (appointment_id, proposal_id) VALUES (?, ?)",
                appointment_id,
                proposal_id,
            )

    def hidden_proposals(self, appointment_id: str) -> frozenset[str]:
        """Return the ids of the proposals that were hidden."""
        rows = self.database.all(
            "SELECT proposal_id FROM hidden_proposals WHERE appointment_id = ?", appointment_id
        )
        return frozenset(row["proposal_id"] for row in rows)


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
        "revision": appointment.revision,
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
