"""Erase people's data in the planner, in its copy of the DMS and at every provider, and repeat what is left to do.

What was asked for is stored first: where the planner dies meanwhile, it goes on at the next start.
"""

from __future__ import annotations

import calendar
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from planner_host.dms import Dms, DmsProblem
from planner_host.storage.audit import Audit, AuditEntry
from planner_host.storage.erasures import Erasure, Erasures, Kept, Place, Subjects, merged
from planner_host.storage.records import Records
from web_base.database import sqlite3

if TYPE_CHECKING:
    from mobility_hookspecs import Failure, MobilityHost
    from mobility_schemas import documents as contract

log: Final = logging.getLogger(__name__)

TIMEOUT: Final = 20.0
"""Seconds that the providers may take to erase: some rewrite their records."""

STATES_TIMEOUT: Final = 3.0
RETRY_AFTER: Final = timedelta(minutes=10)
LOOK_AGAIN_AFTER: Final = timedelta(hours=1)
AT_ONCE: Final = 500
WAITS: Final = "waits"
"""The code of a provider that is not asked before the planner needs nothing of what it would erase."""

NOT_LOADED: Final = "not_loaded"
"""The code of a provider that is installed, and could not be asked."""

BY_ITSELF: Final = "planner-host"
"""Who erases what is older than appointments are kept, in the audit log."""


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases in one planner's records, DMS and providers."""

    host: MobilityHost
    records: Records
    audit: Audit
    dms: Dms
    now: Callable[[], datetime]

    @property
    def stored(self) -> Erasures:
        """Return the erasures in the planner's database."""
        return Erasures(self.records.database)

    def held(self, appointment_ids: Sequence[str], *, locale: str) -> dict[str, str]:
        """Return which appointments cannot be erased yet, and why.

        `pending`: the outcome of a change is not known. `rental`: the car is reserved or out. `silent`: a rental was
        booked here, and its provider does not answer.
        """
        reasons: dict[str, str] = {}
        for ids in batches(appointment_ids):
            gathered = self.host.mobility_states(ids, timeout=STATES_TIMEOUT, locale=locale)
            booked = self.records.booked_here(ids, now=self.now())
            reasons |= {each: "silent" for each, provider in booked if provider not in gathered.answers}
            states = [state for states in gathered.answers.values() for state in states]
            reasons |= {state["appointment_id"]: why for state in states if (why := _why_held(state))}
            reasons |= dict.fromkeys(self.stored.with_open_change(ids), "pending")
        return reasons

    def erase(self, subjects: Subjects, *, by: str, locale: str) -> str:
        """Erase, and return the id of the receipt."""
        now, receipt = self.now(), f"L-{secrets.token_hex(4)}"
        erasure = Erasure(receipt, now, by, (), subjects, now + RETRY_AFTER)
        with self.records.database.writing():
            self.stored.add(erasure)
            entry = AuditEntry(now, by, "erasure", receipt, change_id=receipt, outcome="open")
            self.audit.add(entry)
        self._go_on(erasure, locale=locale, settled_at=None)
        return receipt

    def erase_overdue(self, *, locale: str = "de") -> list[str]:
        """Erase the appointments that are older than they are kept; return the receipts."""
        months = self.stored.months_kept
        return self.erase_older(months, by=BY_ITSELF, locale=locale) if months else []

    def erase_older(self, months: int, *, by: str, locale: str) -> list[str]:
        """Erase the appointments that ended more than some months ago; return the receipts."""
        ids = self.overdue(months)
        held = self.held(ids, locale=locale)
        free = [each for each in ids if each not in held]
        return [self.erase(Subjects(tuple(each)), by=by, locale=locale) for each in batches(free)]

    def overdue(self, months: int) -> list[str]:
        """Return the appointments that ended more than some months ago, in whole days: one receipt a day is enough."""
        today = self.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return self.stored.ended_before(months_before(today, months))

    def repeat_due(self, *, locale: str = "de") -> None:
        """Go on with what could not be erased before."""
        for each in self.stored.due(self.now()):
            self._go_on(each, locale=locale, settled_at=self.now())

    def _go_on(self, erasure: Erasure, *, locale: str, settled_at: datetime | None) -> None:
        subjects = erasure.subjects or Subjects()
        ids = (*subjects.appointment_ids, *(each.appointment_id for each in subjects.rentals))
        held = self.held(ids, locale=locale)
        here = self._erase_here(subjects, held)
        # A provider that is asked for a number forgets a rental that is kept here, too.
        numbers = [] if here.kept else [*subjects.customer_numbers]
        left_here = {each.appointment_id for each in here.kept}
        gone = [each for each in subjects.appointment_ids if each not in left_here]
        places = [here, *self._erase_there(gone, numbers, here, locale)]
        # Once: an import may have brought back somebody who is a customer again.
        if all(each.is_open for each in erasure.report if each.id == "dms"):
            places.insert(1, self._erase_in_dms(subjects, locale))
        # What had not loaded is named by its entry point: once it has, it answers under its own id.
        before = (each for each in erasure.report if each.code != NOT_LOADED)
        report = merged(before, places)
        due_at = _due(report, self.now())
        left = None if due_at is None else subjects
        self.stored.add(replace(erasure, report=report, subjects=left, due_at=due_at))
        refused = next((each.code for each in report if each.code not in ("", WAITS)), "")
        outcome = "open" if due_at else "partial" if refused else "done"
        self.audit.settle(erasure.id, outcome=outcome, code=refused, at=None if due_at else settled_at)

    def _erase_here(self, subjects: Subjects, held: dict[str, str]) -> Place:
        free = [each for each in subjects.appointment_ids if each not in held]
        rentals = [each for each in subjects.rentals if each.appointment_id not in held]
        count = self.stored.delete_appointments(free) + self.stored.forget_renters(rentals)
        kept = [Kept(each, why) for each, why in held.items() if self.records.appointment(each)]
        if count:
            self._rewrite()
        return Place("planner", erased=count, kept=tuple(kept))

    def _rewrite(self) -> None:
        try:
            self.stored.rewrite()
        except sqlite3.OperationalError as error:
            # What was deleted is overwritten as it is; another process has the file open just now.
            log.warning("the planner's file was not rewritten: %s", error)

    def _erase_in_dms(self, subjects: Subjects, locale: str) -> Place:
        try:
            return Place("dms", erased=self.dms.erase(subjects.customer_numbers))
        except DmsProblem as problem:
            return Place("dms", code=problem.code, problem=problem.message(locale))

    def _erase_there(
        self, appointment_ids: list[str], numbers: list[str], here: Place, locale: str
    ) -> list[Place]:
        asked: contract.ErasureSubjects = {"customer_numbers": numbers, "appointment_ids": appointment_ids}
        names = {info["id"]: info["name"] for info in self.host.providers}
        if here.kept and not (numbers or appointment_ids):
            return [Place(each, name, code=WAITS) for each, name in names.items()]
        gathered = self.host.erase(asked, timeout=TIMEOUT, locale=locale)
        # What did not load may hold something all the same.
        failures = (*gathered.failures, *self.host.failures)
        return [
            *(_place(each, names) for each in gathered.answers.values()),
            *(_failed(each, names) for each in failures),
        ]


def batches(ids: Sequence[str]) -> list[Sequence[str]]:
    """Return ids in as many parts as a provider is asked about at once."""
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same time of day some months before; of a shorter month the last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _why_held(state: contract.MobilityState) -> str:
    rental = state.get("rental")
    if state["state"] == "unknown" or state.get("pending"):
        return "pending"
    return "rental" if rental and rental["status"] in ("reserved", "picked_up") else ""


def _place(report: contract.ErasureReport, names: dict[str, str]) -> Place:
    kept = (Kept(each["appointment_id"], each["reason"], each["until"]) for each in report["kept"])
    name = names[report["provider"]]
    return Place(report["provider"], name, report["erased"], tuple(kept), tuple(report["remarks"]))


def _failed(failure: Failure, names: dict[str, str]) -> Place:
    problem = failure.problem
    name = names.get(failure.provider, failure.provider)
    # "Not supported" is final, but what has not loaded may be there again.
    is_loaded = failure.provider in names
    code = problem["code"] if is_loaded else NOT_LOADED
    return Place(failure.provider, name, code=code, problem=problem.get("detail") or problem["title"])


def _due(report: Iterable[Place], now: datetime) -> datetime | None:
    """Return when to ask again; None where nothing is left to do."""
    moments = [now + RETRY_AFTER for each in report if each.is_open and each.code not in ("", WAITS)]
    for kept in (kept for place in report for kept in place.kept):
        until = datetime.fromisoformat(kept.until) if kept.until else now
        moments.append(max(until, now + LOOK_AGAIN_AFTER))
    return min(moments, default=None)
