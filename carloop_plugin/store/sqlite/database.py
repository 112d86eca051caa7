"""A SQLite file as the records' database, with sqlite-utils."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.figures import MovedAside
from carloop_plugin.store.database import Row, T
from carloop_plugin.store.sqlite.connection import reading, scrub, select, writing
from carloop_plugin.store.sqlite.replaced_files import (
    KNOWN,
    discard_moved_aside,
    id_file,
    lost,
    moved_aside,
    note_installation,
)

FileOnDisk = tuple[int, int]
"""Which file on the disk it is, whatever it is called: device and number."""


def file_on_disk(path: Path) -> FileOnDisk | None:
    """Say which file a path leads to; None where there is none, or nothing is in it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_size else None


class Lender(Protocol):
    """What lends connections to a file."""

    def lend(self, *, deadline: float) -> AbstractContextManager[Database]:
        """Lend a connection for one transaction, or one look."""


class SqliteDatabase:
    """`database.Database` for one call. A connection is borrowed for each transaction, not for the whole call."""

    AMONG = "IN (SELECT value FROM json_each(?))"
    NOW = "(julianday('now') - 2440587.5) * 86400.0"
    SKIP_LOCKED = ""
    IS_SERVER = False

    def __init__(self, lender: Lender, path: Path, *, file: FileOnDisk | None, deadline: float) -> None:
        self._lender = lender
        self._path = path
        self._file = file
        self._deadline = deadline
        self._within: Database | None = None

    @property
    def place(self) -> str:
        return str(self._path)

    @property
    def engine(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    @property
    def journal(self) -> str:
        with self._lender.lend(deadline=self._deadline) as db:
            return str(db.journal_mode)

    def transact(self, work: Callable[[], T]) -> T:
        if self._within is not None:
            return work()
        with self._transaction():
            self._refuse_moved()
            return work()

    def lock(self, name: str) -> None:
        """Do nothing: a transaction that writes has the whole file."""

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        if self._within is not None:
            return select(self._within, sql, values)
        with (
            self._lender.lend(deadline=self._deadline) as db,
            reading(db, self._path, deadline=self._deadline),
        ):
            return select(db, sql, values)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        return int(self._writing.execute(sql, values).rowcount)

    def execute_many(self, sql: str, rows: Sequence[Any]) -> None:
        self._writing.conn.executemany(sql, rows)

    def freeze(self, tables: Sequence[str]) -> None:
        """Do nothing, as above."""

    def listed(self, texts: Sequence[str]) -> str:
        return json.dumps(list(texts))

    def moved_aside(self) -> list[MovedAside]:
        return moved_aside(self._path)

    def discard_moved_aside(self) -> int:
        return discard_moved_aside(self._path)

    def scrub(self, *, largest: int) -> bool:
        is_small = self._path.stat().st_size <= largest
        if not is_small:
            return False
        with self._lender.lend(deadline=self._deadline) as db:
            return scrub(db, self._path, deadline=self._deadline)

    def _refuse_moved(self) -> None:
        """Refuse to write to a file that is not in its place any more: nobody would find it again."""
        present = file_on_disk(self._path)
        if present is None:
            raise lost(self._path)
        if present != self._file:
            raise StoreFailed(Reason("busy", "store.busy"))

    def note_installation(self) -> None:
        id_file(self._path).unlink(missing_ok=True)
        KNOWN[self._path] = str(self.query("SELECT id FROM installation")[0]["id"])
        note_installation(self._path, KNOWN[self._path])

    @property
    def _writing(self) -> Database:
        if self._within is None:
            raise RuntimeError("what writes is a transaction")
        return self._within

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with (
            self._lender.lend(deadline=self._deadline) as db,
            writing(db, self._path, deadline=self._deadline),
        ):
            self._within = db
            try:
                yield
            finally:
                self._within = None
