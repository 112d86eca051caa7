"""The audit log: who asked for what and when, and what became of it. No customer is named."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from planner_host.storage.instants import read_us, write_us
from web_base.database import Database, Row

PAGE_SIZE = 50
LONGEST = 255
"""Characters that are kept of a field: as many as the contract allows in an id."""
MOST_KEPT = 100_000
"""Entries that are kept; the oldest are deleted first."""

_TEXTS: Final = ("user", "action", "subject", "provider", "rental_id", "code", "title")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody asked for.

    :ivar subject: the id of the appointment, of the provider whose settings changed, or the name of an account.
    :ivar outcome: `done`, `refused`, `unknown`, or of settings `saved`: kept, but the check failed.
    :ivar settled_at: when an unknown outcome became known.
    :ivar title: the car of a booking.
    """

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
    title: str = ""


class Audit:
    """The entries in the planner's database, at most `MOST_KEPT` of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: AuditEntry) -> bool:
        """Add an entry. Return False where its change has one already, which stays as it is."""
        row: dict[str, object] = {name: getattr(entry, name)[:LONGEST] for name in _TEXTS}
        row |= {"at_us": write_us(entry.at), "change_id": entry.change_id, "outcome": entry.outcome}
        with self._database.writing():
            if self._database.one("SELECT 1 FROM audit WHERE change_id = ?", entry.change_id):
                return False
            self._database.tables.table("audit").insert(row)
            oldest = "DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?"
            self._database.run(oldest, MOST_KEPT)
        return True

    def settle(
        self, change_id: str, *, outcome: str, code: str = "", rental_id: str = "", at: datetime | None = None
    ) -> None:
        """Record the outcome of a change; what is done stays done.

        :param at: when it became known, unless that was at once.
        """
        settled_us = None if at is None else write_us(at)
        rental_id, code = rental_id[:LONGEST], code[:LONGEST]
        # The same outcome once more keeps the moment at which it became known.
        sql = (
            "UPDATE audit SET outcome = ?, code = ?, rental_id = coalesce(nullif(?, ''), rental_id), "
            "settled_us = ? WHERE change_id = ? AND outcome <> 'done' AND (outcome, code) <> (?, ?)"
        )
        self._database.run(sql, outcome, code, rental_id, settled_us, change_id, outcome, code)

    def page(self, number: int) -> tuple[list[AuditEntry], bool]:
        """Return a page of the entries, newest first, and whether there are older ones; pages count from 1."""
        sql = "SELECT * FROM audit ORDER BY number DESC LIMIT ? OFFSET ?"
        rows = self._database.all(sql, PAGE_SIZE + 1, (number - 1) * PAGE_SIZE)
        return [_entry(row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE

    def of(self, subject: str) -> list[AuditEntry]:
        """Return the entries of an appointment, oldest first."""
        rows = self._database.all("SELECT * FROM audit WHERE subject = ? ORDER BY number", subject)
        return [_entry(row) for row in rows]

    # outcomes that became known while nobody was waiting for them

    def mark_unseen(self, change_id: str) -> None:
        """Keep the outcome of a change to be shown to somebody."""
        self._database.run("UPDATE audit SET unseen = 1 WHERE change_id = ?", change_id)

    def mark_seen(self, change_ids: Iterable[str]) -> None:
        """Show the outcomes of some changes no more."""
        sql = "UPDATE audit SET unseen = 0 WHERE unseen AND change_id IN (SELECT value FROM json_each(?))"
        self._database.run(sql, json.dumps(list(change_ids)))

    def unseen(self, subject: str) -> tuple[AuditEntry, ...]:
        """Return the outcomes of an appointment's changes that nobody has seen, oldest first."""
        rows = self._database.all("SELECT * FROM audit WHERE subject = ? AND unseen ORDER BY number", subject)
        return tuple(map(_entry, rows))

    def all_unseen(self) -> dict[str, list[AuditEntry]]:
        """Return the outcomes that nobody has seen, by appointment, oldest first."""
        found: dict[str, list[AuditEntry]] = {}
        for row in self._database.all("SELECT * FROM audit WHERE unseen ORDER BY number"):
            found.setdefault(row["subject"], []).append(_entry(row))
        return found


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        at=read_us(row["at_us"]),
        settled_at=None if row["settled_us"] is None else read_us(row["settled_us"]),
        **{name: row[name] for name in (*_TEXTS, "change_id", "outcome")},
    )
