"""Who did what and when: a row for each change that was asked for, with what became of it. No customer is named."""

from dataclasses import dataclass
from datetime import datetime

from planner_host.storage.records import read_us, write_us
from web_base.database import Database, Row

PAGE_SIZE = 50
LONGEST = 255
"""Characters that are kept of a field: as many as the contract gives an id."""
MOST_KEPT = 100_000
"""Entries that are kept; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody asked for. `subject` is the appointment's id, or the provider's of settings."""

    at: datetime
    user: str
    action: str
    subject: str
    provider: str = ""
    rental_id: str = ""
    change_id: str | None = None
    outcome: str = "done"
    code: str = ""
    settled_at: datetime | None = None


class Audit:
    """The list of deeds; only the oldest are taken out, where there are more than `MOST_KEPT`."""

    def __init__(self, database: Database) -> None:
        """Use the planner's database."""
        self._database = database

    def note(self, deed: Deed) -> bool:
        """Write a deed down. A change that is there already stays as it is, with who asked first: then False."""
        row: dict[str, object] = {
            "at_us": write_us(deed.at),
            "user": deed.user[:LONGEST],
            "action": deed.action[:LONGEST],
            "subject": deed.subject[:LONGEST],
            "provider": deed.provider[:LONGEST],
            "rental_id": deed.rental_id[:LONGEST],
            "change_id": deed.change_id,
            "outcome": deed.outcome,
            "code": deed.code[:LONGEST],
            "settled_us": None,
        }
        with self._database.writing():
            if deed.change_id is not None and self._knows(deed.change_id):
                return False
            self._database.tables.table("audit").insert(row)
            self._database.run(
                "DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?", MOST_KEPT
            )
        return True

    def settle(
        self, change_id: str, *, outcome: str, code: str = "", rental_id: str = "", at: datetime | None = None
    ) -> None:
        """Write down what became of a change; what is done stays done.

        :param at: when it was found out, unless that was at once.
        """
        with self._database.writing():
            self._database.run(
                "UPDATE audit SET outcome = ?, code = ?, rental_id = CASE WHEN ? = '' THEN rental_id ELSE ? END, "
                "settled_us = ? WHERE change_id = ? AND outcome <> 'done' AND (outcome, code) <> (?, ?)",
                outcome,
                code[:LONGEST],
                rental_id[:LONGEST],
                rental_id[:LONGEST],
                None if at is None else write_us(at),
                change_id,
                outcome,
                code[:LONGEST],
            )

    def page(self, number: int) -> tuple[list[Deed], bool]:
        """Give a page of the deeds, newest first, and whether there are older ones; pages count from 1."""
        sql = "SELECT * FROM audit ORDER BY number DESC LIMIT ? OFFSET ?"
        rows = self._database.all(sql, PAGE_SIZE + 1, (number - 1) * PAGE_SIZE)
        return [_deed(row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE

    def of(self, subject: str) -> list[Deed]:
        """Give what was done to an appointment, oldest first."""
        rows = self._database.all("SELECT * FROM audit WHERE subject = ? ORDER BY number", subject)
        return [_deed(row) for row in rows]

    def _knows(self, change_id: str) -> bool:
        return self._database.one("SELECT 1 FROM audit WHERE change_id = ?", change_id) is not None


def _deed(row: Row) -> Deed:
    return Deed(
        at=read_us(row["at_us"]),
        user=row["user"],
        action=row["action"],
        subject=row["subject"],
        provider=row["provider"],
        rental_id=row["rental_id"],
        change_id=row["change_id"],
        outcome=row["outcome"],
        code=row["code"],
        settled_at=None if row["settled_us"] is None else read_us(row["settled_us"]),
    )
