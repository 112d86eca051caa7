"""The records' appointments: the newest revision of each, its rentals as last seen at Carloop, its pending change.

And what was asked to be erased of them, until nothing of it is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from carloop_plugin.domain.appointments import CustomerIdentity, SavedAppointment, digest_number
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.rentals import ACTIVE, RentalRecord, gone
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, RentalId, Site
from carloop_plugin.store.replaced_files import discard_moved_aside
from carloop_plugin.store.rows import Part, atomic, insert, read_row, write_column, write_row
from carloop_plugin.store.tables import FREE_TO_ERASE, PENDING

_ASK = (
    "INSERT INTO erasures (appointment_id, asked_at, payload_only) VALUES (?, ?, ?)"
    " ON CONFLICT (appointment_id) DO UPDATE SET asked_at = excluded.asked_at, erased_at = NULL,"
    # One that was erased already may have been saved again since.
    " payload_only = CASE WHEN excluded.payload_only = 1 AND"
    " (erasures.payload_only = 1 OR erasures.erased_at IS NOT NULL) THEN 1 ELSE 0 END"
)
_NUMBERED = "SELECT id FROM appointments WHERE number_digest = ? ORDER BY id"
_IS_NUMBERED = "SELECT id FROM appointments WHERE id = ? AND number_digest = ?"
_ERASED = "SELECT appointment_id, erased_at FROM erasures WHERE erased_at IS NOT NULL"
# By when it was erased, too: one that was asked for again meanwhile is not finished.
_FINISH = "DELETE FROM erasures WHERE appointment_id = ? AND erased_at = ?"
# What a local time of a rental means is nobody's personal data.
_KEEP_ZONE = (
    "UPDATE rentals SET time_zone ="
    " (SELECT time_zone FROM appointments WHERE appointments.id = rentals.appointment_id)"
    " WHERE appointment_id IN (SELECT id FROM appointments WHERE id {among})"
)
_RENTALS = (
    "SELECT rentals.*, (SELECT customers FROM intents WHERE intents.change_id = rentals.change_id) AS customers"
    " FROM rentals WHERE {asked} ORDER BY updated_at DESC LIMIT ?"
)
_TIME_ZONES = (
    "SELECT rentals.appointment_id AS id, coalesce(max(appointments.time_zone), max(rentals.time_zone),"
    " max(contacts.time_zone)) AS time_zone FROM rentals"
    " LEFT JOIN appointments ON appointments.id = rentals.appointment_id"
    " LEFT JOIN contacts ON contacts.account = rentals.account"
    " WHERE rentals.appointment_id {among} GROUP BY rentals.appointment_id"
)
_WITH_CUSTOMERS = (("appointments", "id", "id"), ("intents", "change_id", "appointment_id"))
"""The tables that know customers by digest: name, key, and the column that names the appointment."""


class Appointments(Part):
    """`ports.Store`, as far as appointments, rentals and erasures go."""

    @atomic
    def save_appointment(self, appointment: SavedAppointment) -> SavedAppointment:
        self.database.query(self.database.LOCK, [appointment.id])
        known = self.appointments([appointment.id]).get(appointment.id)
        if known and known.revision >= appointment.revision:
            return known
        if known:
            appointment = appointment.after(known)
        insert(self.database, "appointments", write_row(appointment), key=("id",))
        insert(self.database, "sites", {"site": appointment.site}, key=None)
        return appointment

    def appointments(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, SavedAppointment]:
        sql = f"SELECT * FROM appointments WHERE id {self.database.AMONG}"
        rows = self.database.query(sql, [list(ids)])
        return {row["id"]: read_row(row, SavedAppointment) for row in rows}

    def appointments_numbered(self, number: str) -> Sequence[AppointmentId]:
        digest = digest_number(number, key=self.number_key)
        return [row["id"] for row in self.database.query(_NUMBERED, [digest])] if digest else []

    def pending_of(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, Intent]:
        sql = (
            f"SELECT *, {self.database.NOW} AS now FROM intents"
            f" WHERE {PENDING} AND appointment_id {self.database.AMONG} ORDER BY gives_up IS NOT NULL"
        )
        rows = self.database.query(sql, [list(ids)])
        return {row["appointment_id"]: read_row(row, Intent) for row in rows}

    @atomic
    def keep_rental(self, rental: RentalRecord) -> bool:
        self.database.query(self.database.LOCK, [rental.appointment_id])
        for known in self.rentals(rental_id=rental.id, account=rental.account):
            if known.revision > rental.revision or known == rental:
                return False
        there = self.rentals(appointment_ids=[rental.appointment_id])
        own = (rental.account, rental.id)
        others = [each for each in there if each.status in ACTIVE and (each.account, each.id) != own]
        if others and rental.linked:
            others = self._cancel_replaced(others, rental.change_id)
        if rental.is_active and any(each.linked for each in others):
            # Never two for one appointment: the one that came second is shown, and offered for cancellation.
            rental = replace(rental, linked=False)
        insert(self.database, "rentals", write_row(rental), key=("account", "id"))
        insert(self.database, "sites", {"site": rental.site}, key=None)
        return True

    def _cancel_replaced(self, others: list[RentalRecord], change_id: ChangeId) -> list[RentalRecord]:
        """Cancel the rental that a rebooking has replaced, which its own rental proves; return the other ones."""
        sql = "SELECT account, rental_id, revision FROM intents WHERE change_id = ? AND action = 'rebook'"
        rows = self.database.query(sql, [change_id])
        revisions = {(row["account"], row["rental_id"]): row["revision"] for row in rows}
        for each in others:
            if (revision := revisions.get((each.account, each.id))) is not None:
                # Above the revision that was replaced, so that what was read before cannot take it back.
                ended = replace(gone(each, cancelled_here=True), revision=max(each.revision, revision + 1))
                insert(self.database, "rentals", write_row(ended), key=("account", "id"))
        return [each for each in others if (each.account, each.id) not in revisions]

    def rentals(
        self,
        *,
        appointment_ids: Sequence[AppointmentId] | None = None,
        rental_id: RentalId | None = None,
        account: AccountId | None = None,
        site: Site | None = None,
        change_id: ChangeId | None = None,
        limit: int = 1_000_000,
    ) -> Sequence[RentalRecord]:
        named = {"id": rental_id, "account": account, "site": site, "change_id": change_id}
        asked: dict[str, object] = {f"{name} = ?": each for name, each in named.items() if each is not None}
        if appointment_ids is not None:
            asked[f"appointment_id {self.database.AMONG}"] = list(appointment_ids)
        sql = _RENTALS.format(asked=" AND ".join(asked) or "1 = 1")
        return [read_row(row, RentalRecord) for row in self.database.query(sql, [*asked.values(), limit])]

    def time_zones(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, str]:
        rows = self.database.query(_TIME_ZONES.format(among=self.database.AMONG), [list(ids)])
        return {row["id"]: row["time_zone"] for row in rows if row["time_zone"]}

    def erase_what_is_asked(self) -> int:
        """Erase the appointments that wait for no change any more; return how many. Within a transaction."""
        sql = f"SELECT appointment_id, payload_only FROM erasures WHERE erased_at IS NULL AND {FREE_TO_ERASE}"
        found = self.database.query(sql)
        if not found:
            return 0
        among = self.database.AMONG
        whole = [row["appointment_id"] for row in found if not row["payload_only"]]
        self.database.query(_KEEP_ZONE.format(among=among), [whole])
        known = f"customers IS NOT NULL AND appointment_id {among}"
        self.database.query(f"UPDATE intents SET customers = NULL WHERE {known}", [whole])
        erased = self.database.query(f"DELETE FROM appointments WHERE id {among} RETURNING id", [whole])
        every = [row["appointment_id"] for row in found]
        done = f"UPDATE erasures SET erased_at = ? WHERE appointment_id {among}"
        self.database.query(done, [write_column(datetime.now(UTC)), every])
        return len(erased)

    @atomic
    def forget_appointments(self, ids: Sequence[AppointmentId]) -> int:
        return self._ask(ids, payload_only=0)

    @atomic
    def forget_payloads(self, ids: Sequence[AppointmentId]) -> None:
        self._ask(ids, payload_only=1)

    @atomic
    def carry_over(self, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        for table, each in rows.items():
            for row in each:
                insert(self.database, table, row, key=None)
        # What is saved again under the same id from now on is not what was to be erased.
        self.erase_what_is_asked()

    @atomic
    def forget_former_customers(self, number: str) -> None:
        digest = digest_number(number, key=self.number_key)
        sql = (
            "SELECT id FROM appointments WHERE customers LIKE ?"
            " UNION SELECT appointment_id AS id FROM intents WHERE customers LIKE ?"
        )
        found = self.database.query(sql, [f'%"{digest}"%'] * 2) if digest else []
        former = [each for each in sorted(row["id"] for row in found) if self._forget_former(each, digest)]
        # Nothing of them is left in the files either, once this is finished.
        self._ask(former, payload_only=1)

    def discard_moved_aside(self) -> None:
        if self.database.path:
            discard_moved_aside(self.database.path)

    def finish_erasures(self, *, largest: int) -> bool:
        try:
            self.database.transact(self.erase_what_is_asked)
            erased = [[*row.values()] for row in self.database.query(_ERASED)]
            if not erased:
                return True
            # They hold what was in the records before, and cannot be searched for a person.
            self.discard_moved_aside()
            if not self.database.scrub(largest=largest):
                return False
            self.database.transact(lambda: [self.database.query(_FINISH, each) for each in erased])
        except StoreFailed:  # what is left to do is still noted
            return False
        return True

    def _ask(self, appointment_ids: Sequence[AppointmentId], *, payload_only: int) -> int:
        """Note what is to be erased, and erase what waits for no change; return how many. Within a transaction."""
        among = f"appointment_id {self.database.AMONG}"
        sql = f"SELECT DISTINCT appointment_id AS id FROM intents WHERE {PENDING} AND {among} ORDER BY appointment_id"
        # Whoever settles one of their changes just now looks for erasures before these are there.
        for row in self.database.query(sql, [list(appointment_ids)]):
            self.database.query(self.database.LOCK, [row["id"]])
        for each in sorted(appointment_ids):
            self.database.query(_ASK, [each, write_column(datetime.now(UTC)), payload_only])
        return self.erase_what_is_asked()

    def _forget_former(self, appointment_id: str, digest: str) -> bool:
        """Drop a number from whom an appointment was of; return whether that one is not its customer now."""
        self.database.query(self.database.LOCK, [appointment_id])
        if self.database.query(_IS_NUMBERED, [appointment_id, digest]):
            return False
        for table, key, owner in _WITH_CUSTOMERS:
            sql = f"SELECT {key} AS key, customers FROM {table} WHERE {owner} = ? AND customers IS NOT NULL"
            for row in self.database.query(sql, [appointment_id]):
                known = msgspec.json.decode(row["customers"], type=list[CustomerIdentity])
                kept = [each for each in known if each.number_digest != digest]
                sql = f"UPDATE {table} SET customers = ? WHERE {key} = ?"
                self.database.query(sql, [write_column(kept), row["key"]])
        return True
