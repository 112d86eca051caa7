"""Open the records wherever they are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.store_location import is_address, is_shared_store, shown
from carloop_plugin.store.records import Records


class Source(Protocol):
    """A place of records: a file, or a database on a server."""

    @property
    def place(self) -> str:
        """Where it is, for a person to read; no secret is in it."""

    def exists(self, *, deadline: float) -> bool:
        """Tell whether there are records, without making them."""

    def identity(self, *, deadline: float) -> object:
        """Give what is the same for the same place, by whatever name it is called."""

    def open(self, *, deadline: float) -> AbstractContextManager[Records]:
        """Lend the records for one call."""

    def close(self) -> None:
        """Give back what is kept open; calls under way go on, a later one opens anew."""


def source_of(location: str, *, installation: str | None = None) -> Source:
    """Give the place of records that a location names. Nothing is opened yet.

    :param installation: the id to keep where the records are new.
    :raises StoreFailed: it is no location of ours, or PostgreSQL is not installed.
    """
    if is_shared_store(location):
        return _server(location, installation)
    if is_address(location):
        params = (("path", shown(location)),)
        raise StoreFailed(Reason("storage_failed", "store.address_unclear", params))
    from carloop_plugin.store.sqlite.pool import SqliteFile

    return SqliteFile(Path(location), installation=installation)


def _server(address: str, installation: str | None) -> Source:
    try:
        from carloop_plugin.store.postgres.source import PostgresServer
    except ImportError:
        raise StoreFailed(Reason("storage_failed", "store.postgres_missing")) from None
    return PostgresServer(address, installation=installation)
