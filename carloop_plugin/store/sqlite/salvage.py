"""What is left of damaged or lost records, held so that nobody writes to it until others have taken their place.

Damaged is what SQLite itself calls so. Records that are busy, of a newer version or cannot be opened are not: whatever
is in them would be lost.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # pysqlite3 where there is one

from carloop_plugin.domain.changes import Intent, IntentState
from carloop_plugin.domain.failures import Reason, StoreFailed
from carloop_plugin.domain.values import Site
from carloop_plugin.store.database import Row
from carloop_plugin.store.rows import read_row
from carloop_plugin.store.sqlite.database import explain, interrupt_at, migrations, noted_installation
from carloop_plugin.store.sqlite.file import LONGEST_USE, in_use_by_others
from carloop_plugin.store.tables import MIGRATIONS, newer_version
from carloop_plugin.store.upgrades import upgrade_outcome

_KEYS = {"sites": "site", "settings": "site", "intents": "change_id", "erasures": "appointment_id"}
"""What is carried over, by its table's key. Rentals are read from Carloop, and the host saves appointments again."""


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
                {n: v for n, v in row.items() if f"{table} {n}" in columns} for row in self._all_of(table)
            ]
            for table in _KEYS
        }
        # Whoever had leased one is gone, and digests are keyed anew: nobody knows whose a rental is.
        free = {"lease_holder": None, "lease_until": None, "customers": None}
        intents = [row for each in found["intents"] if (row := _whole(each | free))]
        self.is_complete &= len(intents) == len(found["intents"])
        return found | {"intents": intents}

    def _all_of(self, table: str) -> list[Row]:
        rows = self._read(f"SELECT * FROM {table} ORDER BY {_KEYS[table]}")
        # From its end, too: there may be damage in between.
        rows += [] if self.is_complete else self._read(f"SELECT * FROM {table} ORDER BY {_KEYS[table]} DESC")
        return list({row[_KEYS[table]]: row for row in rows}.values())

    def _read(self, sql: str) -> list[Row]:
        found: list[Row] = []
        try:
            # One by one: what comes before the damage is kept.
            found.extend(dict(row) for row in (self._db.execute(sql) if self._db else ()))
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
    try:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=wait)
    except sqlite3.Error as error:
        raise StoreFailed(explain(error, path)) from error
    connection.row_factory = sqlite3.Row
    with closing(connection):
        db, is_held = Database(connection), False
        interrupt_at(deadline, db)
        try:
            db.execute("BEGIN IMMEDIATE")
            is_held = True
            if _is_sound(db, path):
                raise StoreFailed(Reason("storage_failed", "store.sound", (("path", str(path)),)))
        except sqlite3.Error as error:
            reason = explain(error, path)
            if reason.code == "busy":
                raise in_use_by_others(path) from error
            if reason.text != "store.damaged":
                raise StoreFailed(reason) from error
        yield Remains(path, db if is_held else None)


def _is_sound(db: Database, path: Path) -> bool:
    """Return whether records are whole. Raise `StoreFailed` for those of a newer version."""
    applied = [each.name for each in migrations.applied(db)]
    if unknown := [name for name in applied if name not in MIGRATIONS]:
        raise newer_version(unknown[-1], place=str(path))
    if not applied or not _names_after(applied) <= _names(db):
        return False
    return bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")


def _names(db: Database) -> set[str]:
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


def _whole(row: Row) -> Row | None:
    """Return an intent of any version as this one has it; None where what is sent again would not be the same."""
    with suppress(Exception):  # whatever a damaged row holds
        row = row | {"outcome": row["outcome"] and upgrade_outcome(row)}
        intent = read_row(row | {"now": 0.0}, Intent)
        json.loads(intent.body or b"{}")
        is_settled = intent.state is IntentState.SETTLED
        if is_settled == (intent.outcome is not None) and not (is_settled and intent.body):
            return row
    return None
