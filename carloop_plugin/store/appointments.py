"""The records' appointments: the newest revision of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carloop_plugin.domain.appointments import SavedAppointment
from carloop_plugin.domain.customers import digest_number
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.store.accounts import Accounts
from carloop_plugin.store.database import atomic
from carloop_plugin.store.rows import read_row, write_row
from carloop_plugin.store.statements import upsert


class Appointments(Accounts):
    """`ports.Store`, as far as appointments go."""

    @atomic
    def save_appointment(self, appointment: SavedAppointment) -> SavedAppointment:
        self._db.lock(appointment.id)
        known = self.appointment(appointment.id)
        if known and known.revision >= appointment.revision:
            return known
        if known:
            appointment = appointment.after(known)
        upsert(self._db, "appointments", write_row(appointment), key=("id",))
        self._know(appointment.site)
        return appointment

    def appointment(self, appointment_id: AppointmentId) -> SavedAppointment | None:
        return self.appointments([appointment_id]).get(appointment_id)

    def appointments(
        self, appointment_ids: Sequence[AppointmentId]
    ) -> Mapping[AppointmentId, SavedAppointment]:
        sql = f"SELECT * FROM appointments WHERE id {self._db.AMONG}"
        rows = self._db.query(sql, [self._db.listed(appointment_ids)])
        return {row["id"]: read_row(row, SavedAppointment) for row in rows}

    def appointments_numbered(self, number: str) -> Sequence[AppointmentId]:
        digest = digest_number(number, key=self.number_key)
        sql = "SELECT id FROM appointments WHERE number_digest = ? ORDER BY id"
        return [AppointmentId(row["id"]) for row in self._db.query(sql, [digest])] if digest else []
