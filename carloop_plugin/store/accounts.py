"""The records' sites, their settings, and when their accounts were last heard of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from carloop_plugin.domain.accounts import Contact
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.settings import StoredSettings
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.store.database import Part, atomic
from carloop_plugin.store.rows import read_row, write_instant
from carloop_plugin.store.statements import upsert


class Accounts(Part):
    """`ports.Store`, as far as sites and accounts go."""

    @property
    def number_key(self) -> bytes:
        return bytes(self._db.query("SELECT number_key FROM installation")[0]["number_key"])

    def sites(self) -> Sequence[Site]:
        return [Site(row["site"]) for row in self._db.query("SELECT site FROM sites ORDER BY site")]

    def stored_settings(self, site: Site) -> StoredSettings | None:
        rows = self._db.query("SELECT base_url, station FROM settings WHERE site = ?", [site])
        return StoredSettings(rows[0]["base_url"], rows[0]["station"]) if rows else None

    @atomic
    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        row = {"site": site, "base_url": settings.base_url, "station": settings.station}
        upsert(self._db, "settings", row, key=("site",))
        self._know(site)

    def feed_position(self, account: AccountId, *, now: datetime) -> datetime | None:
        sql = (
            "SELECT coalesce((SELECT position FROM contacts WHERE account = ? AND position <= ?),"
            " (SELECT min(updated_at) FROM rentals WHERE account = ?)) AS position"
        )
        position = self._db.query(sql, [account, write_instant(now), account])[0]["position"]
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
            "at": write_instant(at),
            "skew_seconds": skew.total_seconds(),
            "position": write_instant(position) if position else None,
            "time_zone": time_zone,
            "trouble": trouble,
        }
        upsert(self._db, "contacts", row, key=("account",))

    def unreadable(self, account: AccountId | None = None) -> Sequence[UnreadableRental]:
        sql = (
            "SELECT * FROM unreadable WHERE account = coalesce(?, account)"
            " ORDER BY external_reference IS NULL, seen_at, id"
        )
        return [read_row(row, UnreadableRental) for row in self._db.query(sql, [account])]

    @atomic
    def note_unreadable(self, rental: UnreadableRental) -> None:
        row = {
            "account": rental.account,
            "id": rental.id,
            "external_reference": rental.external_reference,
            "seen_at": write_instant(rental.seen_at),
        }
        upsert(self._db, "unreadable", row, key=("account", "id"))

    @atomic
    def forget_unreadable(self, rental: UnreadableRental) -> None:
        sql = "DELETE FROM unreadable WHERE account = ? AND id = ?"
        self._db.execute(sql, [rental.account, rental.id])

    def _contacts(self) -> tuple[Contact, ...]:
        sql = "SELECT account, at, skew_seconds AS skew, trouble FROM contacts ORDER BY account"
        return tuple(read_row(row, Contact) for row in self._db.query(sql))

    def _know(self, site: Site) -> None:
        self._db.execute("INSERT INTO sites (site) VALUES (?) ON CONFLICT DO NOTHING", [site])
