"""The records' appointments: the newest revision of each, its rentals as last seen at Carloop, its pending change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from carloop_plugin.domain.appointments import SavedAppointment, digest_number
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, RentalId, Site
from carloop_plugin.store.rows import Part, atomic, insert, read_row, write_column, write_row
from carloop_plugin.store.tables import FREE_TO_ERASE, KNOW_SITE, PENDING


class Appointments(Part):
    """`ports.Store`, as far as appointments and rentals go."""

    @atomic
    def save_appointment(self, appointment: SavedAppointment) -> SavedAppointment:
        self.database.query(self.database.LOCK, [appointment.id])
        known = self.appointments([appointment.id]).get(appointment.id)
        if known and known.revision >= appointment.revision:
            return known
        if known:
            appointment = appointment.after(known)
        insert(self.database, "appointments", write_row(appointment), key=("id",))
        self.database.query(KNOW_SITE, [appointment.site])
        return appointment

    def appointments(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, SavedAppointment]:
        sql = f"SELECT * FROM appointments WHERE id {self.database.AMONG}"
        rows = self.database.query(sql, [list(ids)])
        return {row["id"]: read_row(row, SavedAppointment) for row in rows}

    def appointments_numbered(self, number: str) -> Sequence[AppointmentId]:
        digest = digest_number(number, key=self.number_key)
        sql = "SELECT id FROM appointments WHERE number_digest = ? ORDER BY id"
        return [row["id"] for row in self.database.query(sql, [digest])] if digest else []

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
        holders = {(each.account, each.id) for each in there if each.is_active}
        if rental.is_active and holders - {(rental.account, rental.id)}:
            # Never two for one appointment: the one that came second is shown, and offered for cancellation.
            rental = replace(rental, linked=False)
        insert(self.database, "rentals", write_row(rental), key=("account", "id"))
        self.database.query(KNOW_SITE, [rental.site])
        return True

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
        customers = "(SELECT customers FROM intents WHERE intents.change_id = rentals.change_id) AS customers"
        sql = (
            f"SELECT rentals.*, {customers} FROM rentals WHERE {' AND '.join(asked) or '1 = 1'}"
            " ORDER BY updated_at DESC LIMIT ?"
        )
        return [read_row(row, RentalRecord) for row in self.database.query(sql, [*asked.values(), limit])]

    def time_zones(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, str]:
        sql = (
            "SELECT rentals.appointment_id AS id, coalesce(max(appointments.time_zone), max(rentals.time_zone),"
            " max(contacts.time_zone)) AS time_zone FROM rentals"
            " LEFT JOIN appointments ON appointments.id = rentals.appointment_id"
            " LEFT JOIN contacts ON contacts.account = rentals.account"
            f" WHERE rentals.appointment_id {self.database.AMONG} GROUP BY rentals.appointment_id"
        )
        rows = self.database.query(sql, [list(ids)])
        return {row["id"]: row["time_zone"] for row in rows if row["time_zone"]}

    def erase_what_is_asked(self) -> int:
        """Erase the appointments that wait for no change any more; return how many. Within a transaction."""
        sql = f"SELECT appointment_id, payload_only FROM erasures WHERE erased_at IS NULL AND {FREE_TO_ERASE}"
        found = self.database.query(sql)
        if not found:
            return 0
        among = self.database.AMONG
        whole = [row["appointment_id"] for row in found if not row["payload_only"]]
        # What a local time of a rental means is nobody's personal data.
        zone = "SELECT time_zone FROM appointments WHERE appointments.id = rentals.appointment_id"
        saved = f"appointment_id IN (SELECT id FROM appointments WHERE id {among})"
        self.database.query(f"UPDATE rentals SET time_zone = ({zone}) WHERE {saved}", [whole])
        known = f"customers IS NOT NULL AND appointment_id {among}"
        self.database.query(f"UPDATE intents SET customers = NULL WHERE {known}", [whole])
        erased = self.database.query(f"DELETE FROM appointments WHERE id {among} RETURNING id", [whole])
        every = [row["appointment_id"] for row in found]
        done = f"UPDATE erasures SET erased_at = ? WHERE appointment_id {among}"
        self.database.query(done, [write_column(datetime.now(UTC)), every])
        return len(erased)
