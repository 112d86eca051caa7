"""The records' rentals, as last seen at Carloop: one active rental an appointment, the newest sight of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import (
    AccountId,
    AppointmentId,
    ChangeId,
    RentalId,
    Site,
)
from carloop_plugin.store.accounts import Accounts
from carloop_plugin.store.database import atomic
from carloop_plugin.store.rows import read_row, write_row
from carloop_plugin.store.statements import upsert

ACTIVE = "active = 1 AND linked = 1"


class Rentals(Accounts):
    """`ports.Store`, as far as rentals go."""

    def rentals_named(self, rental_id: RentalId, site: Site | None = None) -> Sequence[RentalRecord]:
        sql = (
            "SELECT * FROM rentals WHERE id = ? AND site = coalesce(?, site)"
            " ORDER BY active DESC, updated_at DESC"
        )
        return [read_row(row, RentalRecord) for row in self._db.query(sql, [rental_id, site])]

    def rental_of_change(self, change_id: ChangeId) -> RentalRecord | None:
        return self._one_rental("change_id = ?", change_id)

    def rentals_of(
        self, appointment_ids: Sequence[AppointmentId]
    ) -> Mapping[AppointmentId, Sequence[RentalRecord]]:
        customers = "(SELECT customers FROM intents WHERE intents.change_id = rentals.change_id) AS customers"
        sql = (
            f"SELECT rentals.*, {customers} FROM rentals WHERE appointment_id {self._db.AMONG}"
            " ORDER BY updated_at DESC"
        )
        rows = self._db.query(sql, [self._db.listed(appointment_ids)])
        found: dict[AppointmentId, list[RentalRecord]] = {}
        for row in rows:
            found.setdefault(row["appointment_id"], []).append(read_row(row, RentalRecord))
        return found

    def time_zones(self, appointment_ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, str]:
        sql = (
            "SELECT rentals.appointment_id AS id, coalesce(max(appointments.time_zone), max(rentals.time_zone),"
            " max(contacts.time_zone)) AS time_zone FROM rentals"
            " LEFT JOIN appointments ON appointments.id = rentals.appointment_id"
            " LEFT JOIN contacts ON contacts.account = rentals.account"
            f" WHERE rentals.appointment_id {self._db.AMONG} GROUP BY rentals.appointment_id"
        )
        rows = self._db.query(sql, [self._db.listed(appointment_ids)])
        return {AppointmentId(row["id"]): row["time_zone"] for row in rows if row["time_zone"]}

    def all_rentals(self, *, limit: int = 1000) -> Sequence[RentalRecord]:
        rows = self._db.query("SELECT * FROM rentals ORDER BY updated_at DESC LIMIT ?", [limit])
        return [read_row(row, RentalRecord) for row in rows]

    @atomic
    def keep_rental(self, rental: RentalRecord) -> bool:
        self._db.lock(rental.appointment_id)
        known = self.rental(rental.account, rental.id)
        if known and (known.revision > rental.revision or known == rental):
            return False
        holder = self._active_rental(rental.appointment_id)
        if rental.is_active and holder and (holder.account, holder.id) != (rental.account, rental.id):
            # Never two for one appointment: the one that came second is shown, and offered for cancellation.
            rental = replace(rental, linked=False)
        upsert(self._db, "rentals", write_row(rental), key=("account", "id"))
        self._know(rental.site)
        return True

    def _active_rental(self, appointment_id: AppointmentId) -> RentalRecord | None:
        return self._one_rental(f"appointment_id = ? AND {ACTIVE}", appointment_id)

    def rental(self, account: AccountId, rental_id: RentalId) -> RentalRecord | None:
        return self._one_rental("account = ? AND id = ?", account, rental_id)

    def _one_rental(self, condition: str, *values: str) -> RentalRecord | None:
        rows = self._db.query(f"SELECT * FROM rentals WHERE {condition}", values)
        return read_row(rows[0], RentalRecord) if rows else None
