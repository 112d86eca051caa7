"""The records: `ports.Store` over any database of ours, and how they are opened, wherever they are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from carloop_plugin.domain.changes import TRIES_BEFORE_SET_ASIDE, IntentState
from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.figures import Figures
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.store.accounts import Accounts
from carloop_plugin.store.intents import Intents


class Records(Accounts, Intents):
    """All of `ports.Store`. The rules are in its parts; the two databases differ in how they are opened and locked."""

    @property
    def is_on_server(self) -> bool:
        return self.database.IS_SERVER

    def figures(self) -> Figures:
        pending = self.pending_intents()
        unknown = [intent for intent in pending if intent.state is IntentState.UNKNOWN]
        return Figures(
            installation=self.installation,
            location=self.database.place,
            engine=self.database.engine,
            journal=self.database.journal,
            rentals=int(self.database.query("SELECT count(*) AS n FROM rentals")[0]["n"]),
            pending=len(pending),
            unknown=len(unknown),
            oldest_pending=min((intent.recorded_at for intent in pending), default=None),
            set_aside=tuple(intent.change_id for intent in pending if intent.tries >= TRIES_BEFORE_SET_ASIDE),
            contacts=self.contacts(),
            oldest_unknown=min((intent.recorded_at for intent in unknown), default=None),
            settled=self.newest_settled(),
            unfinished_erasures=self.unfinished_erasures(),
            moved_aside=tuple(self.moved_aside()),
            unreadable=tuple(self.unreadable()),
        )


class Source(Protocol):
    """A place of records: a file, or a database on a server."""

    @property
    def place(self) -> str:
        """Where it is, for a person to read; no secret is in it."""

    def exists(self, *, deadline: float) -> bool:
        """Return whether there are records, without making them."""

    def identity(self, *, deadline: float) -> object:
        """Return what is the same for the same place, by whatever name it is called."""

    def open(self, *, deadline: float) -> AbstractContextManager[Records]:
        """Lend the records for one call."""

    def note_installation(self, installation: str) -> None:
        """Note that the records are another installation's from now on."""

    def close(self) -> None:
        """Close what is kept open; calls under way go on, a later one opens anew."""


def source_of(location: str, *, installation: str | None = None) -> Source:
    """Return the place of records that a location names. Nothing is opened yet.

    :param installation: the id to keep where the records are new.
    :raises StoreFailed: it is no location of ours, or PostgreSQL is not installed.
    """
    if read_location(location).is_shared:
        return _server(location, installation)
    if read_location(location).is_address:
        params = (("path", read_location(location).shown),)
        raise StoreFailed(Reason("storage_failed", "store.address_unclear", params))
    from carloop_plugin.store.sqlite.file import SqliteFile

    return SqliteFile(Path(location), installation=installation)


def _server(address: str, installation: str | None) -> Source:
    try:
        from carloop_plugin.store.postgres.server import PostgresServer
    except ImportError:
        raise StoreFailed(Reason("storage_failed", "store.postgres_missing")) from None
    return PostgresServer(address, installation=installation)
