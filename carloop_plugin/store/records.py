"""The records: `ports.Store` over any database of ours, and how they are opened, wherever they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from carloop_plugin.domain.accounts import Contact, StoredSettings
from carloop_plugin.domain.changes import TRIES_BEFORE_SET_ASIDE, Action, IntentState
from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.figures import Backlog, Figures, SettledChange
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.store.database import Row
from carloop_plugin.store.intents import Intents
from carloop_plugin.store.replaced_files import moved_aside
from carloop_plugin.store.rows import atomic, insert, read_row, write_column, write_row
from carloop_plugin.store.tables import FREE_TO_ERASE, PENDING

if TYPE_CHECKING:
    from carloop_plugin.store.postgres.server import PostgresServer
    from carloop_plugin.store.sqlite.file import SqliteFile

Source: TypeAlias = "SqliteFile | PostgresServer"
"""A place of records: a file, or a database on a server."""

_NEWEST_SETTLED = (
    "SELECT action, outcome, recorded_at, settled_at FROM intents WHERE settled_at IS NOT NULL"
    " ORDER BY settled_at DESC LIMIT 1000"
)
_BACKLOG = f"""
SELECT count(*) AS pending, min(recorded_at) AS oldest_pending,
  (SELECT count(*) FROM erasures WHERE erased_at IS NOT NULL OR {FREE_TO_ERASE}) AS unfinished_erasures
FROM intents WHERE {PENDING}
"""


class Records(Intents):
    """All of `ports.Store`. The rules are in its parts; the two databases differ in how they are opened and locked."""

    @property
    def is_on_server(self) -> bool:
        return self.database.path is None

    def sites(self) -> Sequence[Site]:
        return [Site(row["site"]) for row in self.database.query("SELECT site FROM sites ORDER BY site")]

    def stored_settings(self, site: Site) -> StoredSettings | None:
        rows = self.database.query("SELECT * FROM settings WHERE site = ?", [site])
        return read_row(rows[0], StoredSettings) if rows else None

    @atomic
    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        insert(self.database, "settings", {"site": site} | write_row(settings), key=("site",))
        insert(self.database, "sites", {"site": site}, key=None)

    def feed_position(self, account: AccountId, *, now: datetime) -> datetime | None:
        sql = (
            "SELECT coalesce((SELECT position FROM contacts WHERE account = ? AND position <= ?),"
            " (SELECT min(updated_at) FROM rentals WHERE account = ?)) AS position"
        )
        position = self.database.query(sql, [account, write_column(now), account])[0]["position"]
        return datetime.fromisoformat(position) if position else None

    @atomic
    def note_contact(self, contact: Contact, *, position: datetime | None, time_zone: str | None) -> None:
        row = {
            "account": contact.account,
            "at": write_column(contact.at),
            "skew_seconds": contact.skew.total_seconds(),
            "trouble": contact.trouble,
            "position": write_column(position),
            "time_zone": time_zone,
        }
        insert(self.database, "contacts", row, key=("account",))

    def contacts(self) -> Sequence[Contact]:
        sql = "SELECT account, at, skew_seconds AS skew, trouble FROM contacts ORDER BY account"
        return [read_row(row, Contact) for row in self.database.query(sql)]

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
        self.database.query(sql, [rental.account, rental.id])

    def backlog(self) -> Backlog:
        return read_row(self.database.query(_BACKLOG)[0], Backlog)

    def figures(self) -> Figures:
        pending, backlog = self.pending_intents(), self.backlog()
        unknown = [intent.recorded_at for intent in pending if intent.state is IntentState.UNKNOWN]
        return Figures(
            installation=self.installation,
            location=self.database.place,
            engine=self.database.engine,
            journal=self.database.journal,
            rentals=int(self.database.query("SELECT count(*) AS n FROM rentals")[0]["n"]),
            pending=backlog.pending,
            unknown=len(unknown),
            oldest_pending=backlog.oldest_pending,
            set_aside=tuple(intent.change_id for intent in pending if intent.tries >= TRIES_BEFORE_SET_ASIDE),
            contacts=tuple(self.contacts()),
            oldest_unknown=min(unknown, default=None),
            settled=tuple(map(_read_settled, self.database.query(_NEWEST_SETTLED))),
            unfinished_erasures=backlog.unfinished_erasures,
            moved_aside=tuple(moved_aside(self.database.path)) if self.database.path else (),
            unreadable=tuple(self.unreadable()),
        )


def _read_settled(row: Row) -> SettledChange:
    outcome = msgspec.json.decode(row["outcome"])
    took = datetime.fromisoformat(row["settled_at"]) - datetime.fromisoformat(row["recorded_at"])
    code = outcome["reason"]["code"] if outcome["reason"] else None
    # A clock that was set back in between is no reason to count below nothing.
    return SettledChange(Action(row["action"]), outcome["status"], code, max(0.0, took.total_seconds()))


def source_of(location: str, *, installation: str | None = None) -> Source:
    """Return the place of records that a location names. Nothing is opened yet.

    :param installation: the id to keep where the records are new.
    :raises StoreFailed: it is no location of ours, or PostgreSQL is not installed.
    """
    place = read_location(location)
    if place.is_shared:
        try:
            from carloop_plugin.store.postgres.server import PostgresServer
        except ImportError:
            raise StoreFailed(Reason("storage_failed", "store.postgres_missing")) from None
        return PostgresServer(location, installation=installation)
    if place.is_address:
        params = (("path", place.shown),)
        raise StoreFailed(Reason("storage_failed", "store.address_unclear", params))
    from carloop_plugin.store.sqlite.file import SqliteFile

    return SqliteFile(Path(location), installation=installation)
