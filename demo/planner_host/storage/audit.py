"""The audit log: who asked for what and when, and what became of it. No customer is named."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from planner_host.storage.instants import read_us, write_us
from web_base.database import Database, Row

PAGE_SIZE = 50
EXPORTED_AT_ONCE = 500
LONGEST = 255
"""Characters that are kept of a field: as many as the contract allows in an id."""
MOST_KEPT = 100_000
"""Entries that are kept; the oldest are deleted first."""

FILTERS: Final = ("user", "action", "provider", "subject")
_TEXTS: Final = ("user", "action", "subject", "provider", "rental_id", "code", "title")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody asked for.

    :ivar subject: the id of the appointment or erasure, of the provider whose settings changed, the name of an account,
        or after how many months appointments are erased.
    :ivar outcome: `done`, `refused`, `unknown`, of settings `saved` (kept, but the check failed), of an erasure `open`
        or, where a place cannot erase, `partial`.
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


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is empty is not filtered by.

    :ivar subject: how the subject begins.
    :ivar start: when they were asked for, in `[start, end)`.
    """

    user: str = ""
    action: str = ""
    provider: str = ""
    subject: str = ""
    start: datetime | None = None
    end: datetime | None = None

    @property
    def values(self) -> dict[str, object]:
        """Return the values that `_WANTED` compares with."""
        values: dict[str, object] = {name: getattr(self, name) for name in FILTERS}
        times = {"start": self.start, "end": self.end}
        return values | {name: None if at is None else write_us(at) for name, at in times.items()}


_WANTED: Final = """(:user = '' OR user = :user) AND (:action = '' OR action = :action)
AND (:provider = '' OR provider = :provider) AND substr(subject, 1, length(:subject)) = :subject
AND (:start IS NULL OR at_us >= :start) AND (:end IS NULL OR at_us < :end)"""
_EVERYTHING: Final = AuditFilter()


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

    def page(self, number: int, wanted: AuditFilter = _EVERYTHING) -> tuple[list[AuditEntry], bool]:
        """Return a page of the entries, newest first, and whether there are older ones; pages count from 1."""
        sql = f"SELECT * FROM audit WHERE {_WANTED} ORDER BY number DESC LIMIT :most OFFSET :skipped"  # noqa: S608
        bounds: dict[str, object] = {"most": PAGE_SIZE + 1, "skipped": (number - 1) * PAGE_SIZE}
        rows = self._database.all_named(sql, wanted.values | bounds)
        return [_entry(row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE

    def every(self, wanted: AuditFilter = _EVERYTHING) -> Iterator[list[AuditEntry]]:
        """Yield all entries, newest first, `EXPORTED_AT_ONCE` at a time: what is added meanwhile is left out."""
        sql = f"SELECT * FROM audit WHERE number < :last AND {_WANTED} ORDER BY number DESC LIMIT :most"  # noqa: S608
        values = wanted.values | {"last": 2**62, "most": EXPORTED_AT_ONCE}
        while rows := self._database.all_named(sql, values):
            yield list(map(_entry, rows))
            values["last"] = rows[-1]["number"]

    def known(self, column: Literal["user", "action", "provider"]) -> list[str]:
        """Return what stands in a column, each once, sorted."""
        rows = self._database.all(f"SELECT DISTINCT {column} FROM audit WHERE {column} <> '' ORDER BY 1")  # noqa: S608
        return [row[0] for row in rows]

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
