"""What became of changes whose outcome nobody knew, kept until somebody has seen it. No customer is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from web_base.database import Database


@dataclass(frozen=True, slots=True)
class FoundOut:
    """A change that is `done` or `refused` after all, `code` says why; `title` is the car of a booking."""

    change_id: str
    action: str
    title: str
    outcome: str
    code: str


class Unseen:
    """What was found out and nobody has seen yet."""

    def __init__(self, database: Database) -> None:
        """Use the planner's database."""
        self._database = database

    def note(self, change_id: str, *, action: str, outcome: str, code: str) -> None:
        """Write down what became of a change that is open; one that is not is somebody else's answer."""
        with self._database.writing():
            self._database.run(
                "INSERT OR REPLACE INTO found_out (change_id, appointment_id, action, title, outcome, code) "
                "SELECT change_id, appointment_id, ?, title, ?, ? FROM open_changes WHERE change_id = ?",
                action,
                outcome,
                code,
                change_id,
            )

    def of(self, appointment_id: str) -> tuple[FoundOut, ...]:
        """Give what was found out of an appointment's changes, the oldest first."""
        sql = "SELECT * FROM found_out WHERE appointment_id = ? ORDER BY rowid"
        return tuple(
            FoundOut(row["change_id"], row["action"], row["title"], row["outcome"], row["code"])
            for row in self._database.all(sql, appointment_id)
        )

    def appointments(self, appointment_ids: Iterable[str]) -> set[str]:
        """Give those of some appointments of which something is unseen."""
        rows = self._database.all("SELECT DISTINCT appointment_id FROM found_out")
        return {row["appointment_id"] for row in rows}.intersection(appointment_ids)

    def forget(self, change_ids: Iterable[str]) -> None:
        """Forget what became of some changes: somebody has seen it."""
        with self._database.writing():
            for change_id in change_ids:
                self._database.run("DELETE FROM found_out WHERE change_id = ?", change_id)
