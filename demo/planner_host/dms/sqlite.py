"""The DMS in a SQLite file: a document for each customer, searched in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from planner_host.dms.customer import DmsCustomer
from planner_host.dms.findings import DmsProblem, Finding
from planner_host.dms.search_index import SearchIndex
from web_base.database import Database, Row, sql_migrations, sqlite3

_FOLDER: Final = Path(__file__).with_name("migrations")
MIGRATIONS: Final = sql_migrations("planner_host_dms", _FOLDER)

_CODES: Final = {
    "dms_busy": ("SQLITE_BUSY", "SQLITE_LOCKED"),
    "dms_full": ("SQLITE_FULL",),
    "dms_damaged": ("SQLITE_CORRUPT", "SQLITE_NOTADB"),
    "dms_not_writable": ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"),
}


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many customers an import added, changed, removed and left as they were."""

    added: int
    changed: int
    removed: int
    unchanged: int


class Dms:
    """Customers and their cars in a SQLite file. Safe to share between threads.

    Every method raises `DmsProblem` where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made readable by its owner alone where it is new."""
        self._path = path
        self._lock = Lock()
        self._index: SearchIndex | None = None
        self._version = 0
        with _translated(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = Database(path, MIGRATIONS)
            applied = {each.name for each in MIGRATIONS.applied(self._database.tables)}
        # A later version may keep something else in a document.
        if applied - {file.stem for file in _FOLDER.glob("*.sql")}:
            self.close()
            raise DmsProblem(Finding("dms_newer", path.name))

    def search(self, words: str, *, limit: int = 20) -> tuple[DmsCustomer, ...]:
        """Find customers by what somebody has typed so far, best first, in an order that stays.

        Every word must begin a word of the customer's name, plates, number, telephone numbers, city or street.
        Any text is allowed; fewer than two letters or digits find nothing.
        """
        with _translated(self._path), self._lock:
            # Another program imports as well; the number changes when another connection has written.
            version = self._database.all("PRAGMA data_version")[0][0]
            if self._index is None or version != self._version:
                rows = self._database.all("SELECT document FROM documents")
                self._index, self._version = SearchIndex(map(_read, rows)), version
            index = self._index
        return index.search(words, limit=limit)

    def customer(self, number: str) -> DmsCustomer | None:
        """Return the customer of exactly this number, or None."""
        with _translated(self._path):
            row = self._database.one("SELECT document FROM documents WHERE number = ?", number)
        return None if row is None else _read(row)

    @property
    def is_empty(self) -> bool:
        """Return whether there are no customers."""
        with _translated(self._path):
            return self._database.one("SELECT 1 FROM documents") is None

    def replace(self, customers: Iterable[DmsCustomer]) -> Replaced:
        """Make these the customers of the DMS, each with a number of its own; everybody else is removed."""
        after = {each.number: msgspec.json.encode(each).decode() for each in customers}
        with _translated(self._path), self._database.writing():
            before = {row["number"]: row["document"] for row in self._database.all("SELECT * FROM documents")}
            # Only what differs is written: of an export most customers are as they were.
            kept = {number for number, document in after.items() if before.get(number) == document}
            for number in before.keys() - kept:
                self._database.run("DELETE FROM documents WHERE number = ?", number)
            for number in after.keys() - kept:
                self._database.run("INSERT INTO documents VALUES (?, ?)", number, after[number])
        with self._lock:
            self._index = None
        return Replaced(
            added=len(after.keys() - before.keys()),
            changed=len(after.keys() & before.keys()) - len(kept),
            removed=len(before.keys() - after.keys()),
            unchanged=len(kept),
        )

    def erase(self, numbers: Iterable[str]) -> int:
        """Delete customers, and what is left of them in the file; return how many there were."""
        with _translated(self._path):
            with self._database.writing():
                deletion = "DELETE FROM documents WHERE number = ?"
                count = sum(self._database.run(deletion, each) for each in numbers)
            if count:
                self._database.vacuum()
        with self._lock:
            self._index = None
        return count

    def close(self) -> None:
        """Close the file."""
        self._database.close()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the file system into `DmsProblem`."""
    try:
        yield
    except OSError as error:
        raise DmsProblem(Finding("dms_not_writable", path.name)) from error
    except sqlite3.Error as error:
        # Extended codes begin with the name of their family, as SQLITE_BUSY_SNAPSHOT.
        name = str(getattr(error, "sqlite_errorname", "") or "")
        code = next((code for code, names in _CODES.items() if name.startswith(names)), "dms_failed")
        raise DmsProblem(Finding(code, path.name)) from error


def _read(row: Row) -> DmsCustomer:
    return msgspec.json.decode(row["document"], type=DmsCustomer)
