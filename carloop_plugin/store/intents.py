"""The records' intents: one pending change an appointment, each settled once, each looked after by one process."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from carloop_plugin.domain.changes import (
    RENTING,
    TRIES_BEFORE_SET_ASIDE,
    Intent,
    IntentState,
    Outcome,
    OutcomeStatus,
)
from carloop_plugin.domain.judgement import LONGEST_SENDING
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import AccountId, ChangeId
from carloop_plugin.store.appointments import Appointments
from carloop_plugin.store.rows import atomic, insert, read_row, write_column, write_row
from carloop_plugin.store.tables import PENDING
from mobility_hookspecs.authoring.forking import renew_in_child

# Of an appointment that was erased meanwhile no digest stays.
_SETTLED = (
    "state = 'settled', body = NULL, last_code = NULL, lease_until = NULL, lease_holder = NULL,"
    " customers = CASE WHEN EXISTS (SELECT 1 FROM appointments WHERE id = appointment_id) THEN customers END,"
    " outcome = ?, settled_at = ?"
)
_OF_ACCOUNT = "(account IS NULL OR account = coalesce(?, account))"
_UNKNOWN = (
    "last_code = ?, tries = tries + ?, tried_at = {db.NOW},"
    # Who only looked does not say that whoever sends it has ended.
    " state = CASE WHEN lease_holder = ? THEN 'unknown' ELSE state END,"
    # Whoever sent it first goes back to the host now, so anybody may find out what became of it.
    " lease_until = CASE WHEN lease_holder = ? AND sends <= 1 THEN NULL ELSE lease_until END"
)


# A lease saves requests and is no lock: two processes at one intent send the same key, and there is one rental. So it
# may be lost early, to a process that sees that its holder is dead, and is lost in any case when its time is over.
LEASE_SECONDS = LONGEST_SENDING + 2.0
"""How long one lasts. Hosts reconcile every 30 s, so what a dead server held is settled within a minute."""

HELD = f"lease_holder = ?, lease_until = {{db.NOW}} + {LEASE_SECONDS}"
"""SQL, formatted with the database as `db`, that leases an intent to the process whose name is its value."""

# One that would last too long was taken before the clock was set back.
FREE = (
    "(lease_until IS NULL OR lease_holder {db.AMONG}"
    f" OR NOT (lease_until > {{db.NOW}} AND lease_until <= {{db.NOW}} + {LEASE_SECONDS}))"
)
"""SQL for the intents that nobody has leased but the processes whose names are its value."""

PROCESS = ""
"""The name of this process, distinct from every other one's, past and future: computer, number, a random mark."""


def _name_process() -> None:
    # A process may get the number of one that is gone, be it an ancestor of its own.
    global PROCESS
    PROCESS = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


_name_process()
renew_in_child(_name_process)


def is_gone(holder: str) -> bool:
    """Return whether a process is known to be dead; of another computer's that cannot be known."""
    computer, number, _ = holder.split("/")
    if computer != socket.gethostname() or sys.platform == "win32":  # where signal 0 would end it
        return False
    if int(number) == os.getpid():
        return holder != PROCESS  # an earlier process, as in a container that was started anew
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, alive
    return False


class Intents(Appointments):
    """`ports.Store`, as far as intents go."""

    @atomic
    def record(self, intent: Intent) -> Intent | RentalRecord | None:
        self.database.query(self.database.LOCK, [intent.appointment_id])
        if same := self.intent(intent.change_id):
            return same
        appointment = [intent.appointment_id] if intent.appointment_id is not None else []
        for other in self.pending_of(appointment).values():
            # The booking that is given up is the one pending change its giving up need not wait for.
            if other.change_id != intent.gives_up:
                return other
        for rental in self.rentals(appointment_ids=appointment):
            # The one that is to be replaced does not stand in the way of its own replacement.
            is_replaced = (rental.account, rental.id) == (intent.account, intent.rental_id)
            if rental.is_active and intent.action in RENTING and not is_replaced:
                return rental
        insert(self.database, "intents", write_row(intent))
        insert(self.database, "sites", {"site": intent.site}, key=None)
        if intent.gives_up is not None:
            self._update(intent.gives_up, "given_up_by = ?", intent.change_id)
        # Recording claims the first sending.
        self._update(intent.change_id, f"sent_at = {{db.NOW}}, {HELD}", PROCESS)
        return None

    @atomic
    def record_settled(self, intent: Intent, outcome: Outcome) -> Outcome:
        settled = replace(intent, state=IntentState.SETTLED, body=None, outcome=outcome)
        row = write_row(settled) | {"settled_at": write_column(intent.recorded_at)}
        insert(self.database, "intents", row, key=None)
        same = self.intent(intent.change_id)
        return same.outcome if same and same.outcome else outcome

    def intent(self, change_id: ChangeId) -> Intent | None:
        sql = f"SELECT *, {self.database.NOW} AS now FROM intents WHERE change_id = ?"
        rows = self.database.query(sql, [change_id])
        return read_row(rows[0], Intent) if rows else None

    def pending_intents(self, account: AccountId | None = None) -> Sequence[Intent]:
        # Of those set aside the one comes first that was not tried for longest.
        last = f"CASE WHEN tries < {TRIES_BEFORE_SET_ASIDE} THEN 0 ELSE tried_at END"
        sql = f"SELECT *, {self.database.NOW} AS now FROM intents WHERE {PENDING} AND {_OF_ACCOUNT}"
        sql += f" ORDER BY {last}, tries, recorded_at"
        return [read_row(row, Intent) for row in self.database.query(sql, [account])]

    @atomic
    def take_up_set_aside(self) -> None:
        last = TRIES_BEFORE_SET_ASIDE - 1
        self.database.query(f"UPDATE intents SET tries = {last} WHERE {PENDING} AND tries > {last}")

    def lease(self, change_id: ChangeId) -> Intent | None:
        # Most often another process has it, and a look that locks nothing shows that.
        takers = self._takers(change_id)
        if not takers:
            return None
        # Nor is another transaction waited for that writes about it just now.
        same = f"same.change_id = intents.change_id AND {FREE}{self.database.SKIP_LOCKED}"
        still_free = f"EXISTS (SELECT 1 FROM intents AS same WHERE {same})"
        taken = self.database.transact(
            lambda: self._update(change_id, HELD, PROCESS, takers, where=still_free)
        )
        return self.intent(change_id) if taken else None

    @atomic
    def claim(self, intent: Intent) -> Intent | None:
        claimed = self._update(
            intent.change_id,
            f"state = 'sent', sent_at = {{db.NOW}}, sends = sends + 1, {HELD}",
            PROCESS,
            self._takers(intent.change_id),
            # Whoever is sending it marks it unknown when done; of one that died, the lease is free.
            where=f"(state = 'unknown' OR {FREE}) AND given_up_by IS NULL AND sends = {intent.sends}",
        )
        return replace(intent, state=IntentState.SENT, sends=intent.sends + 1) if claimed else None

    @atomic
    def mark_unknown(self, change_id: ChangeId, code: str, *, counts: bool) -> None:
        self._update(change_id, _UNKNOWN, code, int(counts), PROCESS, PROCESS)

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
        booking: Outcome | None = None,
        sends: int | None = None,
    ) -> Outcome | None:
        if known := self.intent(change_id):
            self.database.query(self.database.LOCK, [known.appointment_id])
            known = self.intent(change_id)
        if known and known.outcome:
            return known.outcome
        if known and known.given_up_by and outcome.status is OutcomeStatus.DONE:
            return None
        if known and sends not in (None, known.sends):
            return None
        now = write_column(datetime.now(UTC))
        self._update(change_id, _SETTLED, write_column(outcome), now)
        if booking is not None:
            self._update(booking.change_id, _SETTLED, write_column(booking), now)
        if rental is not None:
            self.keep_rental(rental)
        self.erase_what_is_asked()
        return outcome

    @atomic
    def forget_intent(self, change_id: ChangeId) -> bool:
        if known := self.intent(change_id):
            self.database.query(self.database.LOCK, [known.appointment_id])
        unsent = "sends <= 1 AND given_up_by IS NULL AND awaited IS NULL"
        sql = f"DELETE FROM intents WHERE change_id = ? AND {PENDING} AND {unsent}"
        self.database.query(sql, [change_id])
        self.erase_what_is_asked()
        return self.intent(change_id) is None

    def _takers(self, change_id: ChangeId) -> Sequence[str]:
        """Name the processes whose lease may be taken: this one, a dead one. None while one that is alive has it."""
        sql = f"SELECT lease_holder FROM intents WHERE change_id = ? AND {PENDING} AND NOT {FREE}"
        rows = self.database.query(sql.format(db=self.database), [change_id, [PROCESS]])
        holders = [row["lease_holder"] for row in rows]
        return [PROCESS, *holders] if all(map(is_gone, holders)) else []

    def _update(self, change_id: ChangeId, changes: str, *values: object, where: str = "1 = 1") -> bool:
        """Change a pending intent; return False where there is none. Formatted with the database as `db`."""
        sql = (
            f"UPDATE intents SET {changes} WHERE {where} AND change_id = ? AND {PENDING} RETURNING change_id"
        )
        return bool(self.database.query(sql.format(db=self.database), [*values, change_id]))
