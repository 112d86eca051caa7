"""The records' appointments, the newest revision of each, and their rentals, as last seen at Carloop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carloop_plugin.domain.appointments import SavedAppointment, digest_number
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, RentalId, Site
from carloop_plugin.store.rows import Part, atomic, insert, read_row, write_row
from carloop_plugin.store.tables import KNOW_SITE


class Appointments(Part):
    """`ports.Store`, as far as appointments and rentals go."""

    @atomic
    def save_appointment(self, appointment: SavedAppointment) -> SavedAppointment:
        self.database.lock(appointment.id)
        known = self.appointment(appointment.id)
        if known and known.revision >= appointment.revision:
            return known
        if known:
            appointment = appointment.after(known)
        insert(self.database, "appointments", write_row(appointment), key=("id",))
        self.database.execute(KNOW_SITE, [appointment.site])
        return appointment

    def appointment(self, appointment_id: AppointmentId) -> SavedAppointment | None:
        return self.appointments([appointment_id]).get(appointment_id)

    def appointments(
        self, appointment_ids: Sequence[AppointmentId]
    ) -> Mapping[AppointmentId, SavedAppointment]:
        sql = f"SELECT * FROM appointments WHERE id {self.database.AMONG}"
        rows = self.database.query(sql, [list(appointment_ids)])
        return {row["id"]: read_row(row, SavedAppointment) for row in rows}

    def appointments_numbered(self, number: str) -> Sequence[AppointmentId]:
        digest = digest_number(number, key=self.number_key)
        sql = "SELECT id FROM appointments WHERE number_digest = ? ORDER BY id"
        return [row["id"] for row in self.database.query(sql, [digest])] if digest else []

    @atomic
    def keep_rental(self, rental: RentalRecord) -> bool:
        self.database.lock(rental.appointment_id)
        known = self.rental(rental.account, rental.id)
        if known and (known.revision > rental.revision or known == rental):
            return False
        there = self.rentals_of([rental.appointment_id]).get(rental.appointment_id, ())
        holders = {(each.account, each.id) for each in there if each.is_active}
        if rental.is_active and holders - {(rental.account, rental.id)}:
            # Never two for one appointment: the one that came second is shown, and offered for cancellation.
            rental = replace(rental, linked=False)
        insert(self.database, "rentals", write_row(rental), key=("account", "id"))
        self.database.execute(KNOW_SITE, [rental.site])
        return True

    def rental(self, account: AccountId, rental_id: RentalId) -> RentalRecord | None:
        rows = self.database.query("SELECT * FROM rentals WHERE account = ? AND id = ?", [account, rental_id])
        return read_row(rows[0], RentalRecord) if rows else None

    def rental_of_change(self, change_id: ChangeId) -> RentalRecord | None:
        rows = self.database.query("SELECT * FROM rentals WHERE change_id = ?", [change_id])
        return read_row(rows[0], RentalRecord) if rows else None

    def rentals_named(self, rental_id: RentalId, site: Site | None = None) -> Sequence[RentalRecord]:
        sql = (
            "SELECT * FROM rentals WHERE id = ? AND site = coalesce(?, site)"
            " ORDER BY active DESC, updated_at DESC"
        )
        return [read_row(row, RentalRecord) for row in self.database.query(sql, [rental_id, site])]

    def rentals_of(
        self, appointment_ids: Sequence[AppointmentId]
    ) -> Mapping[AppointmentId, Sequence[RentalRecord]]:
        customers = "(SELECT customers FROM intents WHERE intents.change_id = rentals.change_id) AS customers"
        sql = (
            f"SELECT rentals.*, {customers} FROM rentals WHERE appointment_id {self.database.AMONG}"
            " ORDER BY updated_at DESC"
        )
        found: dict[AppointmentId, list[RentalRecord]] = {}
        for row in self.database.query(sql, [list(appointment_ids)]):
            found.setdefault(row["appointment_id"], []).append(read_row(row, RentalRecord))
        return found

    def all_rentals(self, *, limit: int = 1000) -> Sequence[RentalRecord]:
        rows = self.database.query("SELECT * FROM rentals ORDER BY updated_at DESC LIMIT ?", [limit])
        return [read_row(row, RentalRecord) for row in rows]

    def time_zones(self, appointment_ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, str]:
        sql = (
            "SELECT rentals.appointment_id AS id, coalesce(max(appointments.time_zone), max(rentals.time_zone),"
            " max(contacts.time_zone)) AS time_zone FROM rentals"
            " LEFT JOIN appointments ON appointments.id = rentals.appointment_id"
            " LEFT JOIN contacts ON contacts.account = rentals.account"
            f" WHERE rentals.appointment_id {self.database.AMONG} GROUP BY rentals.appointment_id"
        )
        rows = self.database.query(sql, [list(appointment_ids)])
        return {row["id"]: row["time_zone"] for row in rows if row["time_zone"]}
