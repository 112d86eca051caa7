"""The records' erasures: what was asked to be erased, until nothing of it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from carloop_plugin.domain.appointments import CustomerIdentity, digest_number
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.figures import MovedAside
from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.store.database import Row
from carloop_plugin.store.rows import Part, atomic, write_column
from carloop_plugin.store.tables import PENDING

# Of the erasures, those that wait for no change any more.
FREE = (
    f"NOT EXISTS (SELECT 1 FROM intents WHERE intents.appointment_id = erasures.appointment_id AND {PENDING})"
)
_ASK = (
    "INSERT INTO erasures (appointment_id, asked_at, payload_only) VALUES (?, ?, ?)"
    " ON CONFLICT (appointment_id) DO UPDATE SET asked_at = excluded.asked_at, erased_at = NULL,"
    # One that was erased already may have been saved again since.
    " payload_only = CASE WHEN excluded.payload_only = 1 AND"
    " (erasures.payload_only = 1 OR erasures.erased_at IS NOT NULL) THEN 1 ELSE 0 END"
)
_PRESENT_NUMBER = "SELECT number_digest FROM appointments WHERE id = ?"
_WITH_CUSTOMERS = (("appointments", "id", "id"), ("intents", "change_id", "appointment_id"))
"""The tables that know customers by digest: name, key, and the column that names the appointment."""


class Erasures(Part):
    """`ports.Store`, as far as erasures go."""

    @atomic
    def forget_appointments(self, appointment_ids: Sequence[AppointmentId]) -> int:
        self._ask(appointment_ids, payload_only=0)
        return self.erase_what_is_asked()

    @atomic
    def forget_payloads(self, appointment_ids: Sequence[AppointmentId]) -> None:
        self._ask(appointment_ids, payload_only=1)
        self.erase_what_is_asked()

    @atomic
    def carry_over(self, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        for table, each in rows.items():
            for row in each:
                names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
                sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
                self.database.execute(sql, list(row.values()))
        # What is saved again under the same id from now on is not what was to be erased.
        self.erase_what_is_asked()

    @atomic
    def forget_former_customers(self, number: str) -> None:
        digest = digest_number(number, key=self.number_key)
        if not digest:
            return
        named = f'%"{digest}"%'
        sql = (
            "SELECT id FROM appointments WHERE customers LIKE ?"
            " UNION SELECT appointment_id AS id FROM intents WHERE customers LIKE ?"
        )
        found = sorted(row["id"] for row in self.database.query(sql, [named, named]))
        former = [AppointmentId(each) for each in found if self._forget_former(each, digest)]
        # Nothing of them is left in the files either, once this is finished.
        self._ask(former, payload_only=1)
        self.erase_what_is_asked()

    def moved_aside(self) -> Sequence[MovedAside]:
        return self.database.moved_aside()

    def discard_moved_aside(self) -> int:
        return self.database.discard_moved_aside()

    def unfinished_erasures(self) -> int:
        sql = f"SELECT count(*) AS n FROM erasures WHERE erased_at IS NOT NULL OR {FREE}"
        return int(self.database.query(sql)[0]["n"])

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

    # within a transaction

    def _ask(self, appointment_ids: Sequence[AppointmentId], *, payload_only: int) -> None:
        # Whoever settles one of their changes just now looks for erasures before these are there.
        for each in self._waited_for(appointment_ids):
            self.database.lock(each)
        now = write_column(datetime.now(UTC))
        self.database.execute_many(_ASK, [(each, now, payload_only) for each in sorted(appointment_ids)])

    def erase_what_is_asked(self) -> int:
        """Erase the appointments that wait for no change any more; return how many. Within a transaction."""
        sql = f"SELECT appointment_id, payload_only FROM erasures WHERE erased_at IS NULL AND {FREE}"
        found = self.database.query(sql)
        if not found:
            return 0
        whole = [row["appointment_id"] for row in found if not row["payload_only"]]
        # What a local time of a rental means is nobody's personal data.
        zone = "SELECT time_zone FROM appointments WHERE appointments.id = rentals.appointment_id"
        among = f"SELECT id FROM appointments WHERE id {self.database.AMONG}"
        self.database.execute(
            f"UPDATE rentals SET time_zone = ({zone}) WHERE appointment_id IN ({among})", [whole]
        )
        known = f"customers IS NOT NULL AND appointment_id {self.database.AMONG}"
        self.database.execute(f"UPDATE intents SET customers = NULL WHERE {known}", [whole])
        erased = self.database.execute(f"DELETE FROM appointments WHERE id {self.database.AMONG}", [whole])
        every = [row["appointment_id"] for row in found]
        sql = f"UPDATE erasures SET erased_at = ? WHERE appointment_id {self.database.AMONG}"
        self.database.execute(sql, [write_column(datetime.now(UTC)), every])
        return erased

    def _forget_former(self, appointment_id: str, digest: str) -> bool:
        """Drop a number from whom an appointment was of; return whether that one is not its customer now."""
        self.database.lock(appointment_id)
        present = self.database.query(_PRESENT_NUMBER, [appointment_id])
        if present and present[0]["number_digest"] == digest:
            return False
        for table, key, owner in _WITH_CUSTOMERS:
            sql = f"SELECT {key} AS key, customers FROM {table} WHERE {owner} = ? AND customers IS NOT NULL"
            for row in self.database.query(sql, [appointment_id]):
                known = msgspec.json.decode(row["customers"], type=list[CustomerIdentity])
                kept = [each for each in known if each.number_digest != digest]
                sql = f"UPDATE {table} SET customers = ? WHERE {key} = ?"
                self.database.execute(sql, [write_column(kept), row["key"]])
        return True

    def _waited_for(self, appointment_ids: Sequence[AppointmentId]) -> list[str]:
        sql = f"SELECT DISTINCT appointment_id FROM intents WHERE {PENDING} AND appointment_id {self.database.AMONG}"
        rows = self.database.query(sql, [list(appointment_ids)])
        return sorted(row["appointment_id"] for row in rows)

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
        self.database.execute_many(sql, [(row["appointment_id"], row["erased_at"]) for row in erased])
