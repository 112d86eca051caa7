"""The records' sites, their settings, and when their accounts were last heard of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from carloop_plugin.domain.accounts import Contact, StoredSettings
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.store.rows import Part, atomic, insert, read_row, write_column, write_row
from carloop_plugin.store.tables import KNOW_SITE


class Accounts(Part):
    """`ports.Store`, as far as sites and accounts go."""

    def sites(self) -> Sequence[Site]:
        return [Site(row["site"]) for row in self.database.query("SELECT site FROM sites ORDER BY site")]

    def stored_settings(self, site: Site) -> StoredSettings | None:
        rows = self.database.query("SELECT * FROM settings WHERE site = ?", [site])
        return read_row(rows[0], StoredSettings) if rows else None

    @atomic
    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        insert(self.database, "settings", {"site": site} | write_row(settings), key=("site",))
        self.database.execute(KNOW_SITE, [site])

    def feed_position(self, account: AccountId, *, now: datetime) -> datetime | None:
        sql = (
            "SELECT coalesce((SELECT position FROM contacts WHERE account = ? AND position <= ?),"
            " (SELECT min(updated_at) FROM rentals WHERE account = ?)) AS position"
        )
        position = self.database.query(sql, [account, write_column(now), account])[0]["position"]
        return datetime.fromisoformat(position) if position else None

    @atomic
    def note_contact(
        self,
        account: AccountId,
        *,
        at: datetime,
        skew: timedelta,
        position: datetime | None,
        time_zone: str | None = None,
        trouble: str | None = None,
    ) -> None:
        row = {
            "account": account,
            "at": write_column(at),
            "skew_seconds": skew.total_seconds(),
            "position": write_column(position),
            "time_zone": time_zone,
            "trouble": trouble,
        }
        insert(self.database, "contacts", row, key=("account",))

    def unreadable(self, account: AccountId | None = None) -> Sequence[UnreadableRental]:
        sql = (
            "SELECT * FROM unreadable WHERE account = coalesce(?, account)"
            " ORDER BY external_reference IS NULL, seen_at, id"
        )
        return [read_row(row, UnreadableRental) for row in self.database.query(sql, [account])]

    @atomic
    def note_unreadable(self, rental: UnreadableRental) -> None:
        insert(self.database, "unreadable", write_row(rental), key=("account", "id"))

    @atomic
    def forget_unreadable(self, rental: UnreadableRental) -> None:
        sql = "DELETE FROM unreadable WHERE account = ? AND id = ?"
        self.database.execute(sql, [rental.account, rental.id])

    def contacts(self) -> tuple[Contact, ...]:
        """Return when each account last answered."""
        sql = "SELECT account, at, skew_seconds AS skew, trouble FROM contacts ORDER BY account"
        return tuple(read_row(row, Contact) for row in self.database.query(sql))
