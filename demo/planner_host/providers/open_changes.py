"""Ask a provider for a change, and retry until its outcome is known.

A change is stored before it is sent, with who asks. If the outcome is `unknown`, or the host dies meanwhile, it stays
open; the same change is then sent again, which the contract makes harmless, until it is `done` or `refused`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from planner_host.storage.audit import Audit, AuditEntry
from planner_host.storage.instants import read_us, write_us
from planner_host.storage.records import Records
from web_base.database import Row

if TYPE_CHECKING:
    from mobility_hookspecs import MobilityHost
    from mobility_schemas import documents as contract

TIMEOUT: Final = 15.0
"""Seconds a person waits for a change at most."""

RETRY_TIMEOUT: Final = 3.0
"""Seconds that a retry may take, while a page waits."""

INCONCLUSIVE_CODES: Final = frozenset({"busy", "storage_failed", "deadline_exceeded", "outcome_pending"})
"""A retry that is refused with one of these leaves open what became of the change."""

_STORED: Final = (
    "SELECT document, appointment_id, asked_us, coalesce(title, '') AS title "
    "FROM open_changes LEFT JOIN audit USING (change_id)"
)


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change whose outcome is not known yet: of a booking the car and its period, else the new end.

    :ivar since: since when it is pending, as its provider says, else when it was asked for here; `notices` are what
        the provider says beside it.
    """

    change_id: str
    provider: str
    action: str
    title: str = ""
    period: contract.Period | None = None
    end: str = ""
    since: str = ""
    notices: tuple[contract.Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What the audit log keeps of an outcome; `rental_id` is the rental that was booked or changed."""

    status: str
    code: str
    rental_id: str

    @classmethod
    def of(cls, outcome: contract.RentalOutcome) -> Result:
        """Take it from an outcome."""
        rental, problem = outcome.get("rental"), outcome.get("problem")
        if outcome["status"] == "done":
            return cls("done", "", rental["id"] if rental else "")
        return cls(outcome["status"], problem["code"] if problem else "", "")


class Changes:
    """Sends changes to the providers, and keeps those whose outcome is not known."""

    def __init__(
        self, host: MobilityHost, records: Records, audit: Audit, *, now: Callable[[], datetime]
    ) -> None:
        self._host = host
        self._records = records
        self._database = records.database
        self._audit = audit
        self._now = now

    def ask(
        self, change: contract.RentalChange, *, appointment_id: str, user: str, locale: str, title: str = ""
    ) -> contract.RentalOutcome:
        """Send a change on a person's behalf, and record in the audit log who asked and what became of it.

        :param title: the car of a booking, to be shown while the outcome is not known.
        """
        entry = AuditEntry(
            at=self._now(),
            user=user,
            action="withdraw" if "book_change_id" in change else change["action"],
            subject=appointment_id,
            provider=change["provider"],
            rental_id=change.get("rental_id", ""),
            change_id=change["change_id"],
            outcome="unknown",
            title=title,
        )
        # Stored before it is sent: a planner that dies meanwhile finds it open, and who asked.
        with self._database.writing():
            is_first = self._audit.add(entry)
            was_open = not self._open(change, appointment_id)
        outcome = self._host.change_rental(change, timeout=TIMEOUT, locale=locale)
        result = Result.of(outcome)
        if result.code == "change_id_reused" and not is_first:
            # The entry of this id is another change, whose outcome this is not.
            self._audit.add(replace(entry, change_id=None, outcome=result.status, code=result.code))
        elif not (was_open and self._is_inconclusive(result, change)):
            self._settle(change, result, appointment_id, at=None if is_first else self._now())
            # This person is shown the outcome now, even if a retry has settled it in between.
            self._audit.mark_seen([change["change_id"]])
        if not was_open and result.status != "unknown":
            self._close(change["change_id"])
        return outcome

    def open_changes(self, appointment_id: str) -> list[OpenChange]:
        """Return an appointment's changes whose outcome is not known, oldest first."""
        return [change for _, _, change in self._stored("appointment_id = ?", appointment_id)]

    def all_open(self) -> dict[str, list[OpenChange]]:
        """Return the changes whose outcome is not known, by appointment, oldest first."""
        found: dict[str, list[OpenChange]] = {}
        for _, appointment_id, change in self._stored("true"):
            found.setdefault(appointment_id, []).append(change)
        return found

    def retry(self, appointment_id: str, *, locale: str = "de") -> None:
        """Send each of an appointment's open changes again."""
        for change, _, _ in self._stored("appointment_id = ?", appointment_id):
            self._retry(change, appointment_id, locale)

    def retry_all(self, *, older_than: timedelta) -> None:
        """Send every open change of at least that age again; a person may still wait for a younger one."""
        latest = write_us(self._now() - older_than)
        for change, appointment_id, _ in self._stored("asked_us <= ?", latest):
            self._retry(change, appointment_id, "de")

    def _retry(self, change: contract.RentalChange, appointment_id: str, locale: str) -> None:
        result = Result.of(self._host.change_rental(change, timeout=RETRY_TIMEOUT, locale=locale))
        if self._is_inconclusive(result, change):
            return
        with self._database.writing():
            # Whoever withdraws a booking knows that there is none. Another thread may have settled it meanwhile.
            is_open = self._stored("change_id = ?", change["change_id"])
            if result.code != "given_up" and is_open:
                self._audit.mark_unseen(change["change_id"])
            self._settle(change, result, appointment_id, at=self._now())

    def _is_inconclusive(self, result: Result, change: contract.RentalChange) -> bool:
        # The host refuses a change for a provider that is not loaded, which knows of nothing.
        is_loaded = any(info["id"] == change["provider"] for info in self._host.providers)
        return result.status == "unknown" or result.code in INCONCLUSIVE_CODES or not is_loaded

    def _settle(
        self, change: contract.RentalChange, result: Result, appointment_id: str, *, at: datetime | None
    ) -> None:
        is_known = result.status != "unknown"
        with self._database.writing():
            self._audit.settle(
                change["change_id"],
                outcome=result.status,
                code=result.code,
                rental_id=result.rental_id,
                at=at if is_known else None,
            )
            if is_known:
                self._close(change["change_id"])
            if result.status == "done":
                self._record_done(change, result, appointment_id)

    def _record_done(self, change: contract.RentalChange, result: Result, appointment_id: str) -> None:
        """Store who rents, or that nobody does. That a withdrawn booking was made need not be shown."""
        if "book_change_id" in change:
            self._audit.mark_seen([change["book_change_id"]])
        booked = self._records.renters(appointment_id)
        # Without a rental that was not booked here nothing is missed.
        is_missed = (change["provider"], change.get("rental_id", "")) in booked
        if change["action"] == "cancel" and (is_missed or "book_change_id" in change):
            self._records.delete_renters(appointment_id, provider=change["provider"])
        if "customer" in change and result.rental_id:
            self._records.store_renter(
                appointment_id, change["customer"], provider=change["provider"], rental_id=result.rental_id
            )

    def _open(self, change: contract.RentalChange, appointment_id: str) -> bool:
        """Store a change as open; return False where it is so already."""
        sql = "INSERT OR IGNORE INTO open_changes (change_id, appointment_id, document, asked_us) VALUES (?, ?, ?, ?)"
        document = json.dumps(change, ensure_ascii=False)
        asked_us = write_us(self._now())
        return self._database.run(sql, change["change_id"], appointment_id, document, asked_us) > 0

    def _close(self, change_id: str) -> None:
        self._database.run("DELETE FROM open_changes WHERE change_id = ?", change_id)

    def _stored(self, where: str, *values: object) -> list[tuple[contract.RentalChange, str, OpenChange]]:
        """Return open changes, oldest first: as they are sent, with the appointment's id, and as they are shown."""
        sql = f"{_STORED} WHERE {where} ORDER BY asked_us, open_changes.rowid"
        rows = self._database.all(sql, *values)
        found = [(json.loads(row["document"]), row) for row in rows]
        return [(change, row["appointment_id"], _open_change(change, row)) for change, row in found]


def _open_change(change: contract.RentalChange, row: Row) -> OpenChange:
    return OpenChange(
        change["change_id"],
        change["provider"],
        change["action"],
        title=row["title"],
        period=change.get("period"),
        end=change.get("end", ""),
        since=read_us(row["asked_us"]).isoformat(),
    )
