"""The records' erasures: what was asked to be erased, until nothing of it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from carloop_plugin.domain.appointments import CustomerIdentity, digest_number
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.figures import MovedAside
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.store.appointments import Appointments
from carloop_plugin.store.database import Row
from carloop_plugin.store.rows import atomic, insert, write_column
from carloop_plugin.store.tables import PENDING

_ASK = (
    "INSERT INTO erasures (appointment_id, asked_at, payload_only) VALUES (?, ?, ?)"
    " ON CONFLICT (appointment_id) DO UPDATE SET asked_at = excluded.asked_at, erased_at = NULL,"
    # One that was erased already may have been saved again since.
    " payload_only = CASE WHEN excluded.payload_only = 1 AND"
    " (erasures.payload_only = 1 OR erasures.erased_at IS NOT NULL) THEN 1 ELSE 0 END"
)
_WITH_CUSTOMERS = (("appointments", "id", "id"), ("intents", "change_id", "appointment_id"))
"""The tables that know customers by digest: name, key, and the column that names the appointment."""


class Erasures(Appointments):
    """`ports.Store`, as far as erasures go."""

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

    def moved_aside(self) -> Sequence[MovedAside]:
        return self.database.moved_aside()

    def discard_moved_aside(self) -> int:
        return self.database.discard_moved_aside()

    def finish_erasures(self, *, largest: int) -> bool:
        try:
            erased = self._erased()
            if not erased:
                return True
            # They hold what was in the records before, and cannot be searched for a person.
            self.database.discard_moved_aside()
            if not self.database.scrub(largest=largest):
                return False
            self._forget_erasures(erased)
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
        sql = "SELECT id FROM appointments WHERE id = ? AND number_digest = ?"
        if self.database.query(sql, [appointment_id, digest]):
            return False
        for table, key, owner in _WITH_CUSTOMERS:
            sql = f"SELECT {key} AS key, customers FROM {table} WHERE {owner} = ? AND customers IS NOT NULL"
            for row in self.database.query(sql, [appointment_id]):
                known = msgspec.json.decode(row["customers"], type=list[CustomerIdentity])
                kept = [each for each in known if each.number_digest != digest]
                sql = f"UPDATE {table} SET customers = ? WHERE {key} = ?"
                self.database.query(sql, [write_column(kept), row["key"]])
        return True

    @atomic
    def _erased(self) -> list[Row]:
        self.erase_what_is_asked()
        return self.database.query(
            "SELECT appointment_id, erased_at FROM erasures WHERE erased_at IS NOT NULL"
        )

    @atomic
    def _forget_erasures(self, erased: Sequence[Row]) -> None:
        # By when it was erased, too: one that was asked for again meanwhile is not finished.
        sql = "DELETE FROM erasures WHERE appointment_id = ? AND erased_at = ?"
        for row in erased:
            self.database.query(sql, [row["appointment_id"], row["erased_at"]])
