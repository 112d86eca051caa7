"""What is left of damaged or lost records, held so that nobody writes to it until others have taken their place.

Damaged is what SQLite itself calls so. Records that are busy, of a newer version or cannot be opened are not: whatever
is in them would be lost.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.changes import Intent, IntentState
from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.values import Site
from carloop_plugin.store.database import Row
from carloop_plugin.store.rows import read_row
from carloop_plugin.store.sqlite.database import explain, interrupt_at
from carloop_plugin.store.sqlite.file import LONGEST_USE, in_use_by_others
from carloop_plugin.store.sqlite.installation import migrations, noted_installation, refuse_newer
from carloop_plugin.store.tables import MIGRATIONS
from carloop_plugin.store.upgrades import upgrade_outcome

_KEYS = {"sites": "site", "settings": "site", "intents": "change_id", "erasures": "appointment_id"}
"""What is carried over, by its table's key. Rentals are read from Carloop, and the host saves appointments again."""

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


class Remains:
    """What can still be read of records. `is_complete` is False where something was there that could not be."""

    def __init__(self, path: Path, db: Database | None) -> None:
        self._path = path
        self._db = db
        self.is_complete = db is not None

    def installation(self) -> str:
        """Find the id of the installation.

        :raises StoreFailed: neither the records nor the file beside them say.
        """
        if noted := noted_installation(self._path):
            return noted
        found = self._read("SELECT id FROM installation LIMIT 1")
        if found:
            return str(found[0]["id"])
        raise StoreFailed(Reason("storage_failed", "store.installation_lost", (("path", str(self._path)),)))

    def sites(self) -> Sequence[Site]:
        """Name every site of the records, as far as anything in them does."""
        tables = ("sites", "settings", "rentals", "intents", "appointments")
        found = (self._read(f"SELECT DISTINCT site FROM {table} WHERE site != ''") for table in tables)
        return [Site(site) for site in dict.fromkeys(row["site"] for rows in found for row in rows)]

    def rows(self) -> Mapping[str, Sequence[Row]]:
        """Read what has to be carried over, by its table."""
        # Damaged records may be of an earlier version, with columns that are gone since.
        columns = _names_after(list(MIGRATIONS))
        found = {
            table: [
                {name: value for name, value in row.items() if f"{table} {name}" in columns}
                for row in self._all_of(table, key)
            ]
            for table, key in _KEYS.items()
        }
        # Whoever had leased one is gone, and digests are keyed anew: nobody knows whose a rental is.
        free = {"lease_holder": None, "lease_until": None, "customers": None}
        intents = [row for each in found["intents"] if _is_readable(row := _upgraded(each | free))]
        self.is_complete &= len(intents) == len(found["intents"])
        return found | {"intents": intents}

    def _all_of(self, table: str, key: str) -> list[dict[str, Any]]:
        """Read a table from its beginning, and from its end where there is damage in between."""
        found: dict[object, dict[str, Any]] = {}
        for order in ("ASC", "DESC"):
            rows = self._read(f"SELECT * FROM {table} ORDER BY {key} {order}")
            found |= {row[key]: row for row in rows}
            if self.is_complete:
                break
        return list(found.values())

    def _read(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if self._db is None:
            return found
        try:
            rows = self._db.execute(sql)
            names = [column[0] for column in rows.description]
            # One by one: what comes before the damage is kept.
            found.extend(dict(zip(names, row, strict=True)) for row in rows)
        except sqlite3.Error:
            self.is_complete = False
        return found


@contextmanager
def remains_of(path: Path, *, deadline: float) -> Iterator[Remains]:
    """Hold what is left of damaged or lost records. While it is held nobody can write to it.

    :raises StoreFailed: they are sound, in use, of a newer version, or cannot be looked into.
    """
    if not path.exists():
        yield Remains(path, None)
        return
    wait = min(LONGEST_USE, max(0.0, deadline - time.monotonic()))
    address = f"{path.absolute().as_uri()}?mode=rw"
    with _refusing(path):
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait)
    with closing(connection):
        db = Database(connection)
        interrupt_at(deadline, db)
        is_held = _succeeds(path, lambda: db.execute("BEGIN IMMEDIATE"))
        if is_held and _succeeds(path, lambda: _look_through(db, path)):
            raise StoreFailed(Reason("storage_failed", "store.sound", (("path", str(path)),)))
        yield Remains(path, db if is_held else None)


def _succeeds(path: Path, work: Callable[[], object]) -> bool:
    """Return whether something can be done with the records, False where damage is in the way."""
    try:
        with _refusing(path):
            work()
    except _Damaged:
        return False
    return True


class _Damaged(Exception):
    """SQLite says that the file is damaged, or what should be in it is not there."""


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a refusal, except for those that say that the file is damaged."""
    try:
        yield
    except sqlite3.Error as error:
        name = str(getattr(error, "sqlite_errorname", "") or "")
        if name.startswith(_BUSY):
            raise StoreFailed(in_use_by_others(path)) from error
        if name.startswith(_DAMAGED):
            raise _Damaged from error
        raise StoreFailed(explain(error, path)) from error


def _look_through(db: Database, path: Path) -> None:
    """Raise `_Damaged` for records that are not whole, `StoreFailed` for those of a newer version."""
    refuse_newer(db, path)
    applied = [each.name for each in migrations.applied(db)]
    if not applied or not _names_after(applied) <= _names(db):
        raise _Damaged
    if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise _Damaged


def _names(db: Database) -> set[str]:
    """Name the tables, their columns and the indexes."""
    sql = (
        "SELECT s.name || ' ' || coalesce(c.name, '') FROM sqlite_schema AS s"
        " LEFT JOIN pragma_table_info(s.name) AS c"
    )
    return {row[0] for row in db.execute(sql)}


def _names_after(applied: Sequence[str]) -> set[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        db = Database(connection)
        later = [each.name for each in migrations.pending(db) if each.name not in applied]
        migrations.apply(db, stop_before=later)
        return _names(db)


def _upgraded(row: dict[str, Any]) -> dict[str, Any]:
    """Return an intent of any version as this one has it, as far as that can be done."""
    with suppress(Exception):  # whatever a damaged row holds
        return row | {"outcome": row["outcome"] and upgrade_outcome(row)}
    return row


def _is_readable(row: dict[str, Any]) -> bool:
    """Return whether an intent is whole: what is sent again must be what was sent before."""
    with suppress(Exception):  # whatever a damaged row holds
        intent = read_row(row | {"now": 0.0}, Intent)
        json.loads(intent.body or b"{}")
        is_settled = intent.state is IntentState.SETTLED
        return is_settled == (intent.outcome is not None) and not (is_settled and intent.body)
    return False
