"""The DMS in a SQLite file: a document for each customer, searched in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from planner_host.dms.port import Car, DmsCustomer, Hit
from planner_host.dms.problems import DmsProblem, Finding
from planner_host.dms.search import SearchIndex
from web_base.database import Database, sql_migrations, sqlite3

MIGRATIONS: Final = sql_migrations("planner_host_dms", Path(__file__).parent / "migrations")

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


class SqliteDms:
    """Customers and their cars in a SQLite file; implements the port `Dms`. Safe to share between threads."""

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
        if applied - {file.stem for file in (Path(__file__).parent / "migrations").glob("*.sql")}:
            self.close()
            raise DmsProblem(Finding("dms_newer", path.name))

    def search(self, words: str, *, limit: int = 20) -> tuple[Hit, ...]:
        """Find customers by what somebody has typed so far, best first; as the port says."""
        return self._current_index().search(words, limit=limit)

    def customer(self, number: str) -> DmsCustomer | None:
        """Return the customer of exactly this number, or None."""
        try:
            number.encode()
        except UnicodeEncodeError:  # half a character, which no file can hold
            return None
        with _translated(self._path):
            row = self._database.one("SELECT document FROM documents WHERE number = ?", number)
        return None if row is None else _read(row["document"])

    @property
    def is_empty(self) -> bool:
        """Return whether there are no customers."""
        with _translated(self._path):
            return self._database.one("SELECT 1 FROM documents") is None

    def replace(self, customers: Iterable[DmsCustomer]) -> Replaced:
        """Make these the customers of the DMS, each with a number of its own; everybody else is removed."""
        after = {each.number: json.dumps(asdict(each), ensure_ascii=False) for each in customers}
        with _translated(self._path), self._database.writing():
            before = {row["number"]: row["document"] for row in self._database.all("SELECT * FROM documents")}
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

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _current_index(self) -> SearchIndex:
        """Return the index, built anew where the customers have been replaced, by another program as well."""
        with _translated(self._path), self._lock:
            version = self._database.all("PRAGMA data_version")[0][0]
            if self._index is None or version != self._version:
                rows = self._database.all("SELECT document FROM documents")
                self._index = SearchIndex(_read(row["document"]) for row in rows)
                self._version = version
            return self._index


@contextmanager
def open_dms(path: Path) -> Iterator[SqliteDms]:
    """Open the DMS in a file, made where there is none, until the block is left.

    Raises:
        DmsProblem: the file cannot be used.
    """
    with closing(SqliteDms(path)) as dms:
        yield dms


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the file system into `DmsProblem`."""
    try:
        yield
    except OSError as error:
        raise DmsProblem(Finding("dms_not_writable", path.name)) from error
    except sqlite3.Error as error:
        name = str(getattr(error, "sqlite_errorname", "") or "")
        code = next((code for code, names in _CODES.items() if name.startswith(names)), "dms_failed")
        raise DmsProblem(Finding(code, path.name)) from error


def _read(document: str) -> DmsCustomer:
    fields = json.loads(document)
    return DmsCustomer(**fields | {"cars": tuple(Car(**car) for car in fields["cars"])})
