"""The store on SQLite, with sqlite-utils: what one hook call reads and writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from carloop_plugin.appointment import SavedAppointment
from carloop_plugin.intents import (
    TRIES_BEFORE_SET_ASIDE,
    AlreadyBooked,
    Intent,
    IntentState,
    OtherPending,
    Outcome,
    OutcomeStatus,
    Recorded,
    RecordResult,
    RentalRecord,
    SameChange,
)
from carloop_plugin.model import (
    AccountId,
    Action,
    AppointmentId,
    ChangeId,
    Contact,
    Figures,
    RentalId,
    SettledChange,
    Site,
    StoredSettings,
)
from carloop_plugin.store.connection import reading, scrub, writing
from carloop_plugin.store.damaged import discard_moved_aside
from carloop_plugin.store.rows import (
    appointment_row,
    intent_row,
    read_appointment,
    read_intent,
    read_rental,
    read_settled,
    rental_row,
    write_instant,
    write_outcome,
)
from carloop_plugin.store.statements import insert, select, upsert

ACTIVE = "active = 1 AND linked = 1"
PENDING = "state != 'settled'"

# What was asked to be erased and waits for no change any more.
ERASABLE = (
    "SELECT appointment_id FROM erasures WHERE erased_at IS NULL AND NOT EXISTS"
    f" (SELECT 1 FROM intents WHERE intents.appointment_id = erasures.appointment_id AND {PENDING})"
)


class SqliteStore:
    """`ports.Store` over one connection, for one call."""

    def __init__(self, db: Database, path: Path, *, installation: str, deadline: float) -> None:
        self._db = db
        self._path = path
        self._deadline = deadline
        self._installation = installation

    @property
    def installation(self) -> str:
        return self._installation

    # appointments

    def save_appointment(self, appointment: SavedAppointment) -> SavedAppointment:
        with self._write() as db:
            known = self.appointment(appointment.id)
            if known and known.revision >= appointment.revision:
                return known
            upsert(db, "appointments", appointment_row(appointment), key=("id",))
            self._know(appointment.site)
            return appointment

    def appointment(self, appointment_id: AppointmentId) -> SavedAppointment | None:
        return self.appointments([appointment_id]).get(appointment_id)

    def appointments(
        self, appointment_ids: Sequence[AppointmentId]
    ) -> Mapping[AppointmentId, SavedAppointment]:
        rows = self._by_ids("SELECT * FROM appointments WHERE id IN", appointment_ids)
        return {appointment.id: appointment for appointment in map(read_appointment, rows)}

    def appointments_numbered(self, number: str) -> Sequence[AppointmentId]:
        rows = self._query("SELECT * FROM appointments WHERE number_digest != ''")
        return [found.id for found in map(read_appointment, rows) if found.has_number(number)]

    def forget_appointments(self, appointment_ids: Sequence[AppointmentId]) -> int:
        with self._write() as db:
            sql = (
                "INSERT INTO erasures (appointment_id, asked_at) SELECT value, ? FROM json_each(?) WHERE true"
                " ON CONFLICT (appointment_id) DO UPDATE SET asked_at = excluded.asked_at, erased_at = NULL"
            )
            db.execute(sql, [_now(), json.dumps(list(appointment_ids))])
            return self._erase_what_is_asked()

    def unfinished_erasures(self) -> int:
        return int(self._query("SELECT count(*) AS n FROM erasures WHERE erased_at IS NOT NULL")[0]["n"])

    def finish_erasures(self, *, largest: int) -> bool:
        begun = _now()
        if self._path.stat().st_size > largest or not scrub(self._db, self._path, deadline=self._deadline):
            return False
        with self._write() as db:
            db.execute("DELETE FROM erasures WHERE erased_at < ?", [begun])
        return True

    def discard_moved_aside(self) -> int:
        return discard_moved_aside(self._path)

    # intents

    def record(self, intent: Intent) -> RecordResult:
        with self._write() as db:
            if same := self.intent(intent.change_id):
                return SameChange(same)
            if conflict := self._conflict(intent):
                return conflict
            insert(db, "intents", intent_row(intent))
            self._know(intent.site)
            if intent.gives_up is not None:
                sql = f"UPDATE intents SET given_up_by = ? WHERE change_id = ? AND {PENDING}"
                db.execute(sql, [intent.change_id, intent.gives_up])
            return Recorded()

    def record_settled(self, intent: Intent, outcome: Outcome) -> Outcome:
        with self._write() as db:
            same = self.intent(intent.change_id)
            if same and same.outcome:
                return same.outcome
            if same is None:
                settled = replace(intent, state=IntentState.SETTLED, body=None, outcome=outcome)
                at_once = {"settled_at": write_instant(intent.recorded_at)}
                insert(db, "intents", intent_row(settled) | at_once)
            return outcome

    def intent(self, change_id: ChangeId) -> Intent | None:
        rows = self._query("SELECT * FROM intents WHERE change_id = ?", [change_id])
        return read_intent(rows[0]) if rows else None

    def pending_change(self, appointment_id: AppointmentId) -> Intent | None:
        return self.pending_of([appointment_id]).get(appointment_id)

    def pending_of(self, appointment_ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, Intent]:
        rows = self._by_ids(f"SELECT * FROM intents WHERE {PENDING} AND appointment_id IN", appointment_ids)
        found = sorted(map(read_intent, rows), key=lambda intent: intent.gives_up is not None)
        return {intent.appointment_id: intent for intent in found if intent.appointment_id is not None}

    def pending_intents(self, *, limit: int = 1000) -> Sequence[Intent]:
        sql = f"SELECT * FROM intents WHERE {PENDING} ORDER BY recorded_at LIMIT ?"
        return [read_intent(row) for row in self._query(sql, [limit])]

    def mark_sent(self, change_id: ChangeId, at: datetime) -> None:
        sql = (
            "UPDATE intents SET state = 'sent', last_sent_at = ?, sends = sends + 1"
            f" WHERE change_id = ? AND {PENDING}"
        )
        with self._write() as db:
            db.execute(sql, [write_instant(at), change_id])

    def mark_unknown(self, change_id: ChangeId, code: str, *, counts: bool) -> None:
        sql = (
            "UPDATE intents SET state = 'unknown', last_code = ?, tries = tries + ?"
            f" WHERE change_id = ? AND {PENDING}"
        )
        with self._write() as db:
            db.execute(sql, [code, int(counts), change_id])

    def settle(
        self, change_id: ChangeId, outcome: Outcome, rental: RentalRecord | None = None
    ) -> Outcome | None:
        with self._write():
            known = self.intent(change_id)
            if known and known.outcome:
                return known.outcome
            if known and known.given_up_by and outcome.status is OutcomeStatus.DONE:
                return None
            self._settle(change_id, outcome)
            self._keep(rental)
            return outcome

    def settle_given_up(
        self, booking: Outcome, giving_up: Outcome, rental: RentalRecord | None = None
    ) -> Outcome:
        with self._write():
            for outcome in (booking, giving_up):
                if outcome.change_id is not None:
                    self._settle(outcome.change_id, outcome)
            self._keep(rental)
            return giving_up

    def forget_intent(self, change_id: ChangeId) -> bool:
        sql = f"DELETE FROM intents WHERE change_id = ? AND {PENDING} AND sends <= 1 AND given_up_by IS NULL"
        with self._write() as db:
            is_gone = int(db.execute(sql, [change_id]).rowcount) > 0
            self._erase_what_is_asked()
            return is_gone

    # rentals

    def rentals_named(self, rental_id: RentalId, site: Site | None = None) -> Sequence[RentalRecord]:
        sql = (
            "SELECT * FROM rentals WHERE id = :id AND (:site IS NULL OR site = :site)"
            " ORDER BY active DESC, updated_at DESC"
        )
        return [read_rental(row) for row in self._query(sql, {"id": rental_id, "site": site})]

    def rental_of_change(self, change_id: ChangeId) -> RentalRecord | None:
        rows = self._query("SELECT * FROM rentals WHERE change_id = ?", [change_id])
        return read_rental(rows[0]) if rows else None

    def rentals_of(
        self, appointment_ids: Sequence[AppointmentId]
    ) -> Mapping[AppointmentId, Sequence[RentalRecord]]:
        rows = self._by_ids("SELECT * FROM rentals WHERE appointment_id IN", appointment_ids)
        found: dict[AppointmentId, list[RentalRecord]] = {}
        for rental in sorted(map(read_rental, rows), key=lambda rental: rental.updated_at, reverse=True):
            found.setdefault(rental.appointment_id, []).append(rental)
        return found

    def all_rentals(self, *, limit: int = 1000) -> Sequence[RentalRecord]:
        rows = self._query("SELECT * FROM rentals ORDER BY updated_at DESC LIMIT ?", [limit])
        return [read_rental(row) for row in rows]

    def keep_rental(self, rental: RentalRecord) -> bool:
        with self._write():
            return self._keep(rental)

    # accounts, sites, settings

    def sites(self) -> Sequence[Site]:
        return [Site(row["site"]) for row in self._query("SELECT site FROM sites ORDER BY site")]

    def feed_position(self, account: AccountId, *, now: datetime) -> datetime | None:
        sql = (
            "SELECT coalesce((SELECT position FROM contacts WHERE account = :account AND position <= :now),"
            " (SELECT min(updated_at) FROM rentals WHERE account = :account)) AS position"
        )
        position = self._query(sql, {"account": account, "now": write_instant(now)})[0]["position"]
        return datetime.fromisoformat(position) if position else None

    def note_contact(
        self, account: AccountId, *, at: datetime, skew: timedelta, position: datetime | None
    ) -> None:
        row = {
            "account": account,
            "at": write_instant(at),
            "skew_seconds": skew.total_seconds(),
            "position": write_instant(position) if position else None,
        }
        with self._write() as db:
            upsert(db, "contacts", row, key=("account",))

    def stored_settings(self, site: Site) -> StoredSettings | None:
        rows = self._query("SELECT base_url, station FROM settings WHERE site = ?", [site])
        return StoredSettings(rows[0]["base_url"], rows[0]["station"]) if rows else None

    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        row = {"site": site, "base_url": settings.base_url, "station": settings.station}
        with self._write() as db:
            upsert(db, "settings", row, key=("site",))
            self._know(site)

    def count_pending(self) -> tuple[int, datetime | None]:
        row = self._query(f"SELECT count(*) AS n, min(recorded_at) AS oldest FROM intents WHERE {PENDING}")[0]
        return row["n"], datetime.fromisoformat(row["oldest"]) if row["oldest"] else None

    def figures(self) -> Figures:
        pending = self.pending_intents(limit=100_000)
        contacts = self._query("SELECT * FROM contacts ORDER BY account")
        return Figures(
            installation=self._installation,
            location=str(self._path),
            journal=str(self._db.journal_mode),
            rentals=int(self._query("SELECT count(*) AS n FROM rentals")[0]["n"]),
            pending=len(pending),
            unknown=sum(intent.state is IntentState.UNKNOWN for intent in pending),
            oldest_pending=min((intent.recorded_at for intent in pending), default=None),
            set_aside=tuple(i.change_id for i in pending if i.tries >= TRIES_BEFORE_SET_ASIDE),
            contacts=tuple(
                Contact(
                    AccountId(row["account"]),
                    datetime.fromisoformat(row["at"]),
                    timedelta(seconds=row["skew_seconds"]),
                )
                for row in contacts
            ),
            oldest_unknown=min(
                (i.recorded_at for i in pending if i.state is IntentState.UNKNOWN), default=None
            ),
            settled=self._newest_settled(),
            unfinished_erasures=self.unfinished_erasures(),
        )

    def _newest_settled(self) -> tuple[SettledChange, ...]:
        sql = (
            "SELECT action, outcome, recorded_at, settled_at FROM intents WHERE settled_at IS NOT NULL"
            " ORDER BY settled_at DESC LIMIT 1000"
        )
        return tuple(map(read_settled, self._query(sql)))

    # within a transaction

    def _conflict(self, intent: Intent) -> OtherPending | AlreadyBooked | None:
        if intent.appointment_id is None:
            return None
        other = self.pending_change(intent.appointment_id)
        # The booking that is given up is the one pending change its giving up need not wait for.
        if other and other.change_id != intent.gives_up:
            return OtherPending(other)
        active = self._active_rental(intent.appointment_id) if intent.action is Action.BOOK else None
        return AlreadyBooked(active) if active else None

    def _active_rental(self, appointment_id: AppointmentId) -> RentalRecord | None:
        rows = self._query(f"SELECT * FROM rentals WHERE appointment_id = ? AND {ACTIVE}", [appointment_id])
        return read_rental(rows[0]) if rows else None

    def _settle(self, change_id: ChangeId, outcome: Outcome) -> None:
        sql = (
            "UPDATE intents SET state = 'settled', body = NULL, last_code = NULL, outcome = ?, settled_at = ?"
            f" WHERE change_id = ? AND {PENDING}"
        )
        self._db.execute(sql, [write_outcome(outcome), _now(), change_id])
        self._erase_what_is_asked()

    def _erase_what_is_asked(self) -> int:
        erased = self._db.execute(f"DELETE FROM appointments WHERE id IN ({ERASABLE})").rowcount
        sql = f"UPDATE erasures SET erased_at = ? WHERE appointment_id IN ({ERASABLE})"
        self._db.execute(sql, [_now()])
        return int(erased)

    def _keep(self, rental: RentalRecord | None) -> bool:
        if rental is None:
            return False
        known = self._rental(rental.account, rental.id)
        if known and (known.revision > rental.revision or known == rental):
            return False
        holder = self._active_rental(rental.appointment_id)
        if rental.is_active and holder and (holder.account, holder.id) != (rental.account, rental.id):
            # Never two for one appointment: the one that came second is shown, and offered for cancellation.
            rental = replace(rental, linked=False)
        upsert(self._db, "rentals", rental_row(rental), key=("account", "id"))
        self._know(rental.site)
        return True

    def _rental(self, account: AccountId, rental_id: RentalId) -> RentalRecord | None:
        rows = self._query("SELECT * FROM rentals WHERE account = ? AND id = ?", [account, rental_id])
        return read_rental(rows[0]) if rows else None

    def _know(self, site: Site) -> None:
        self._db.execute("INSERT OR IGNORE INTO sites (site) VALUES (?)", [site])

    # reading and writing

    def _write(self) -> Any:
        if self._db.conn.in_transaction:
            return self._db.atomic()
        return writing(self._db, self._path, deadline=self._deadline)

    def _query(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        if self._db.conn.in_transaction:
            return select(self._db, sql, params)
        with reading(self._db, self._path, deadline=self._deadline) as db:
            return select(db, sql, params)

    def _by_ids(self, sql: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        return self._query(f"{sql} (SELECT value FROM json_each(?))", [json.dumps(list(ids))])


def _now() -> str:
    # The records' own bookkeeping: no rule asks when a row was written.
    return write_instant(datetime.now(UTC))
