"""Ask a provider for a change, and go on asking until its outcome is known.

What is asked for is written down before it goes out, with who asks. An outcome that is `unknown`, or a host that dies
in between, leaves it open; the same change is then asked for again, which the contract makes harmless, until it is
`done` or `refused`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from planner_host.storage.audit import Audit, Deed
from planner_host.storage.found_out import Unseen
from planner_host.storage.records import Records, write_us

if TYPE_CHECKING:
    from mobility_hookspecs import MobilityHost
    from mobility_schemas import documents as contract

TIMEOUT: Final = 15.0
"""Seconds a person waits for a change at most."""

AGAIN_TIMEOUT: Final = 3.0
"""Seconds that asking again may take, while a page waits."""

SAYS_NOTHING: Final = frozenset({"busy", "storage_failed", "deadline_exceeded", "outcome_pending"})
"""Refusals of a repeated question that say nothing of what became of the first."""


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change whose outcome is not known yet: of a booking the car and its period, else the end asked for."""

    change_id: str
    provider: str
    action: str
    title: str = ""
    period: contract.Period | None = None
    end: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the audit keeps of an outcome: its status, why it is not done, the rental it brought or changed."""

    status: str
    code: str
    rental_id: str

    @classmethod
    def of(cls, outcome: contract.RentalOutcome) -> Result:
        """Take it from an outcome."""
        if outcome["status"] == "done":
            rental = outcome.get("rental")
            return cls("done", "", rental["id"] if rental else "")
        problem = outcome.get("problem")
        return cls(outcome["status"], problem["code"] if problem else "", "")


class Changes:
    """The changes of this planner.

    :ivar unseen: what became of those whose outcome was not known, until somebody has seen it.
    """

    def __init__(
        self, host: MobilityHost, records: Records, audit: Audit, *, now: Callable[[], datetime]
    ) -> None:
        """Take what a change goes through."""
        self._host = host
        self._records = records
        self._database = records.database
        self._audit = audit
        self._now = now
        self.unseen = Unseen(records.database)

    def ask(
        self, change: contract.RentalChange, *, appointment_id: str, user: str, locale: str, title: str = ""
    ) -> contract.RentalOutcome:
        """Ask for a change on a person's behalf, and write down who, what and what became of it.

        :param title: the car of a booking, to be named while nobody knows what became of it.
        """
        deed = Deed(
            at=self._now(),
            user=user,
            action=_action_of(change),
            subject=appointment_id,
            provider=change["provider"],
            rental_id=change.get("rental_id", ""),
            change_id=change["change_id"],
            outcome="unknown",
        )
        with self._database.writing():
            is_first = self._audit.note(deed)
            was_open = not self._open(change, appointment_id, title)
        outcome = self._host.change_rental(change, timeout=TIMEOUT, locale=locale)
        result = Result.of(outcome)
        if result.code == "change_id_reused" and not is_first:
            # The id stands for another change, whose outcome this is not.
            self._audit.note(replace(deed, change_id=None, outcome=result.status, code=result.code))
        elif not (was_open and self._says_nothing(result, change)):
            self._settle(change, result, appointment_id, at=None if is_first else self._now())
            # Who asks is told now, whatever the asking in between has found out.
            self.unseen.forget([change["change_id"]])
        if not was_open and result.status != "unknown":
            self._close(change["change_id"])
        return outcome

    def open_changes(self, appointment_id: str) -> list[OpenChange]:
        """Give an appointment's changes whose outcome is not known, the oldest first."""
        sql = "SELECT document, title FROM open_changes WHERE appointment_id = ? ORDER BY asked_us, rowid"
        rows = self._database.all(sql, appointment_id)
        return [_open_change(json.loads(row["document"]), row["title"]) for row in rows]

    def appointments_with_open_changes(self, appointment_ids: Iterable[str]) -> set[str]:
        """Give those of some appointments that have a change whose outcome is not known."""
        rows = self._database.all("SELECT DISTINCT appointment_id FROM open_changes")
        return {row["appointment_id"] for row in rows}.intersection(appointment_ids)

    def ask_again(self, appointment_id: str, *, locale: str = "de") -> None:
        """Ask once more for each of an appointment's changes whose outcome is not known."""
        for change, _ in self._documents("WHERE appointment_id = ?", appointment_id):
            self._ask_again(change, appointment_id, locale)

    def ask_all_again(self, *, older_than: timedelta) -> None:
        """Ask once more for every open change of at least that age: one that a person waits for is theirs."""
        latest = write_us(self._now() - older_than)
        for change, appointment_id in self._documents("WHERE asked_us <= ?", latest):
            self._ask_again(change, appointment_id, "de")

    def _ask_again(self, change: contract.RentalChange, appointment_id: str, locale: str) -> None:
        result = Result.of(self._host.change_rental(change, timeout=AGAIN_TIMEOUT, locale=locale))
        if self._says_nothing(result, change):
            return
        with self._database.writing():
            # Who has given a booking up knows that there is none.
            if result.code != "given_up":
                self.unseen.note(
                    change["change_id"], action=_action_of(change), outcome=result.status, code=result.code
                )
            self._settle(change, result, appointment_id, at=self._now())

    def _says_nothing(self, result: Result, change: contract.RentalChange) -> bool:
        """Tell whether an answer to a repeated question leaves open what became of the first."""
        is_there = any(info["id"] == change["provider"] for info in self._host.providers)
        return result.status == "unknown" or result.code in SAYS_NOTHING or not is_there

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
                self._note_done(change, result, appointment_id)

    def _note_done(self, change: contract.RentalChange, result: Result, appointment_id: str) -> None:
        """Keep who rents, or that nobody does; of a booking that is given up nobody need hear that it arrived."""
        if "book_change_id" in change:
            self.unseen.forget([change["book_change_id"]])
        if change["action"] == "cancel":
            self._records.forget_renters(appointment_id, provider=change["provider"])
        if "customer" in change and result.rental_id:
            self._records.note_renter(
                appointment_id, change["customer"], provider=change["provider"], rental_id=result.rental_id
            )

    def _open(self, change: contract.RentalChange, appointment_id: str, title: str) -> bool:
        """Write a change down as open; False where it is so already."""
        document = json.dumps(change, ensure_ascii=False)
        opened = self._database.run(
            "INSERT OR IGNORE INTO open_changes (change_id, appointment_id, document, asked_us, title) "
            "VALUES (?, ?, ?, ?, ?)",
            change["change_id"],
            appointment_id,
            document,
            write_us(self._now()),
            title,
        )
        return opened > 0

    def _close(self, change_id: str) -> None:
        with self._database.writing():
            self._database.run("DELETE FROM open_changes WHERE change_id = ?", change_id)

    def _documents(self, where: str, *values: object) -> list[tuple[contract.RentalChange, str]]:
        """Give open changes, each with its appointment's id."""
        sql = f"SELECT document, appointment_id FROM open_changes {where} ORDER BY asked_us, rowid"  # noqa: S608
        rows = self._database.all(sql, *values)
        return [
            (cast("contract.RentalChange", json.loads(row["document"])), row["appointment_id"])
            for row in rows
        ]


def _action_of(change: contract.RentalChange) -> str:
    return "give_up" if "book_change_id" in change else change["action"]


def _open_change(change: contract.RentalChange, title: str) -> OpenChange:
    return OpenChange(
        change["change_id"],
        change["provider"],
        change["action"],
        title,
        change.get("period"),
        change.get("end", ""),
    )
