"""The records' intents: one pending change an appointment, each settled once, each looked after by one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from carloop_plugin.domain.changes import (
    TRIES_BEFORE_SET_ASIDE,
    Action,
    AlreadyBooked,
    Intent,
    IntentState,
    OtherPending,
    Outcome,
    OutcomeStatus,
    Recorded,
    RecordResult,
    SameChange,
)
from carloop_plugin.domain.figures import SettledChange
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId
from carloop_plugin.store.appointments import Appointments
from carloop_plugin.store.database import Row
from carloop_plugin.store.erasures import Erasures
from carloop_plugin.store.leases import LEASE_SECONDS, is_free, this_process
from carloop_plugin.store.rows import atomic, insert, read_row, write_column, write_row
from carloop_plugin.store.tables import KNOW_SITE, PENDING

_NEWEST_SETTLED = (
    "SELECT action, outcome, recorded_at, settled_at FROM intents WHERE settled_at IS NOT NULL"
    " ORDER BY settled_at DESC LIMIT 1000"
)
_HELD = f"lease_holder = ?, lease_until = {{now}} + {LEASE_SECONDS}"
"""Changes, formatted with the database's time, that lease an intent to the process whose name is their value."""
# Of an appointment that was erased meanwhile no digest stays.
_SETTLED = (
    "state = 'settled', body = NULL, last_code = NULL, lease_until = NULL, lease_holder = NULL,"
    " customers = CASE WHEN EXISTS (SELECT 1 FROM appointments WHERE id = appointment_id) THEN customers END,"
    " outcome = ?, settled_at = ?"
)


class Intents(Appointments, Erasures):
    """`ports.Store`, as far as intents go."""

    @atomic
    def record(self, intent: Intent) -> RecordResult:
        self.database.lock(intent.appointment_id)
        if same := self.intent(intent.change_id):
            return SameChange(same)
        if conflict := self._conflict(intent):
            return conflict
        insert(self.database, "intents", write_row(intent))
        self.database.execute(KNOW_SITE, [intent.site])
        if intent.gives_up is not None:
            self._update(intent.gives_up, "given_up_by = ?", intent.change_id)
        # Recording claims the first sending.
        self._update(intent.change_id, f"sent_at = {{now}}, {_HELD}", this_process())
        return Recorded()

    @atomic
    def record_settled(self, intent: Intent, outcome: Outcome) -> Outcome:
        same = self.intent(intent.change_id)
        if same and same.outcome:
            return same.outcome
        if same is None:
            settled = replace(intent, state=IntentState.SETTLED, body=None, outcome=outcome)
            at_once = {"settled_at": write_column(intent.recorded_at)}
            insert(self.database, "intents", write_row(settled) | at_once)
        return outcome

    def intent(self, change_id: ChangeId) -> Intent | None:
        return next(iter(self._intents("change_id = ?", change_id)), None)

    def pending_of(self, appointment_ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, Intent]:
        condition = f"{PENDING} AND appointment_id {self.database.AMONG} ORDER BY gives_up IS NOT NULL"
        found = self._intents(condition, list(appointment_ids))
        return {intent.appointment_id: intent for intent in found if intent.appointment_id is not None}

    def pending_intents(self) -> Sequence[Intent]:
        return self._intents(f"{PENDING} ORDER BY recorded_at")

    def intents_to_recover(self, account: AccountId, *, limit: int = 1000) -> Sequence[Intent]:
        last = f"CASE WHEN tries < {TRIES_BEFORE_SET_ASIDE} THEN 0 ELSE tried_at END"
        ours = f"{PENDING} AND (account IS NULL OR account = ?) ORDER BY {last}, tries, recorded_at LIMIT ?"
        return self._intents(ours, account, limit)

    @atomic
    def take_up_set_aside(self) -> None:
        last = TRIES_BEFORE_SET_ASIDE - 1
        self.database.execute(f"UPDATE intents SET tries = {last} WHERE {PENDING} AND tries > {last}")

    def count_pending(self) -> tuple[int, datetime | None]:
        sql = f"SELECT count(*) AS n, min(recorded_at) AS oldest FROM intents WHERE {PENDING}"
        row = self.database.query(sql)[0]
        return row["n"], datetime.fromisoformat(row["oldest"]) if row["oldest"] else None

    def newest_settled(self) -> tuple[SettledChange, ...]:
        """Return how the newest settled changes ended, and how long they took."""
        return tuple(map(_read_settled, self.database.query(_NEWEST_SETTLED)))

    def lease(self, change_id: ChangeId) -> Intent | None:
        # Most often another process has it, and a look that locks nothing shows that.
        known = self._lease(change_id)
        if known is None or not is_free(known):
            return None
        until = known["lease_until"]
        as_seen = "lease_until IS NULL" if until is None else f"lease_until = {until!r}"
        # Nor is another transaction waited for that writes about it just now.
        same = f"same.change_id = intents.change_id AND {as_seen}{self.database.SKIP_LOCKED}"
        still_free = f"EXISTS (SELECT 1 FROM intents AS same WHERE {same})"
        taken = self.database.transact(
            lambda: self._update(change_id, _HELD, this_process(), where=still_free)
        )
        return self.intent(change_id) if taken else None

    @atomic
    def claim(self, intent: Intent) -> Intent | None:
        known = self._lease(intent.change_id)
        # Whoever is sending it marks it unknown when done; of one that died, the lease is free.
        if known is None or not (known["state"] == IntentState.UNKNOWN or is_free(known)):
            return None
        claimed = self._update(
            intent.change_id,
            f"state = 'sent', sent_at = {{now}}, sends = sends + 1, {_HELD}",
            this_process(),
            where=f"given_up_by IS NULL AND sends = {intent.sends}",
        )
        return replace(intent, state=IntentState.SENT, sends=intent.sends + 1) if claimed else None

    @atomic
    def mark_unknown(self, change_id: ChangeId, code: str, *, counts: bool) -> None:
        changes = (
            "last_code = ?, tries = tries + ?, tried_at = {now},"
            # Who only looked does not say that whoever sends it has ended.
            " state = CASE WHEN lease_holder = ? THEN 'unknown' ELSE state END,"
            # Whoever sent it first goes back to the host now, so anybody may find out what became of it.
            " lease_until = CASE WHEN lease_holder = ? AND sends <= 1 THEN NULL ELSE lease_until END"
        )
        self._update(change_id, changes, code, int(counts), this_process(), this_process())

    @atomic
    def await_outcome(self, change_id: ChangeId) -> Intent | None:
        self._update(change_id, "awaited = 1")
        return self.intent(change_id)

    @atomic
    def settle(
        self,
        change_id: ChangeId,
        outcome: Outcome,
        rental: RentalRecord | None = None,
        *,
        sends: int | None = None,
    ) -> Outcome | None:
        known = self._locked(change_id)
        if known and known.outcome:
            return known.outcome
        if known and known.given_up_by and outcome.status is OutcomeStatus.DONE:
            return None
        if known and sends not in (None, known.sends):
            return None
        self._settle({change_id: outcome}, rental)
        return outcome

    @atomic
    def settle_given_up(
        self, booking: Outcome, giving_up: Outcome, rental: RentalRecord | None = None
    ) -> Outcome:
        self._locked(giving_up.change_id)
        self._settle({each.change_id: each for each in (booking, giving_up)}, rental)
        return giving_up

    @atomic
    def forget_intent(self, change_id: ChangeId) -> bool:
        self._locked(change_id)
        unsent = "sends <= 1 AND given_up_by IS NULL AND awaited IS NULL"
        self.database.execute(
            f"DELETE FROM intents WHERE change_id = ? AND {PENDING} AND {unsent}", [change_id]
        )
        self.erase_what_is_asked()
        return self.intent(change_id) is None

    # within a transaction

    def _locked(self, change_id: ChangeId) -> Intent | None:
        """Hold off whoever else writes about the same appointment; return the intent as it is then."""
        if intent := self.intent(change_id):
            self.database.lock(intent.appointment_id)
        return self.intent(change_id)

    def _conflict(self, intent: Intent) -> OtherPending | AlreadyBooked | None:
        if intent.appointment_id is None:
            return None
        other = self.pending_of([intent.appointment_id]).get(intent.appointment_id)
        # The booking that is given up is the one pending change its giving up need not wait for.
        if other and other.change_id != intent.gives_up:
            return OtherPending(other)
        rentals = self.rentals_of([intent.appointment_id]).get(intent.appointment_id, ())
        active = [each for each in rentals if each.is_active and intent.action is Action.BOOK]
        return AlreadyBooked(active[0]) if active else None

    def _settle(self, outcomes: Mapping[ChangeId, Outcome], rental: RentalRecord | None) -> None:
        for change_id, outcome in outcomes.items():
            self._update(change_id, _SETTLED, write_column(outcome), write_column(datetime.now(UTC)))
        if rental is not None:
            self.keep_rental(rental)
        self.erase_what_is_asked()

    def _lease(self, change_id: ChangeId) -> Row | None:
        held = f"state, lease_holder, lease_until, {self.database.NOW} AS now"
        sql = f"SELECT {held} FROM intents WHERE change_id = ? AND {PENDING}"
        return next(iter(self.database.query(sql, [change_id])), None)

    def _intents(self, condition: str, *values: object) -> list[Intent]:
        sql = f"SELECT *, {self.database.NOW} AS now FROM intents WHERE {condition}"
        return [read_row(row, Intent) for row in self.database.query(sql, values)]

    def _update(self, change_id: ChangeId, changes: str, *values: object, where: str = "1 = 1") -> int:
        changes = changes.format(now=self.database.NOW)
        sql = f"UPDATE intents SET {changes} WHERE change_id = ? AND {PENDING} AND {where}"
        return self.database.execute(sql, [*values, change_id])


def _read_settled(row: Row) -> SettledChange:
    outcome = msgspec.json.decode(row["outcome"])
    took = datetime.fromisoformat(row["settled_at"]) - datetime.fromisoformat(row["recorded_at"])
    code = outcome["reason"]["code"] if outcome["reason"] else None
    # A clock that was set back in between is no reason to count below nothing.
    return SettledChange(Action(row["action"]), outcome["status"], code, max(0.0, took.total_seconds()))
