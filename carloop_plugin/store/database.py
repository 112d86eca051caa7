"""What the records need of a database. There are two: a SQLite file, and PostgreSQL where servers share the records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from carloop_plugin.domain.figures import MovedAside

Row = dict[str, Any]
T = TypeVar("T")


class Database(Protocol):
    """A database as one hook call sees it, `?` for every value. Raises `StoreFailed`, by the call's deadline."""

    AMONG: str
    """SQL after a column that is to be one of a list, with a list of texts as its value."""
    NOW: str
    """SQL for the database's own time, in seconds since 1970."""
    LOCK: str
    """A query that waits until no other transaction holds a name, and holds it until this one ends. None is no name."""
    SKIP_LOCKED: str
    """SQL after a SELECT that locks its rows, and leaves out what another transaction has locked."""

    IS_SERVER: bool
    """Whether its files are a server's, which has a log, copies and backups that are out of our hands."""

    @property
    def place(self) -> str:
        """Where it is, for a person to read; no secret is in it."""

    @property
    def engine(self) -> str:
        """What it is and of which version, `SQLite 3.52.0`."""

    @property
    def journal(self) -> str:
        """Name the journal of a file; empty for a server."""

    def transact(self, work: Callable[[], T]) -> T:
        """Run work as one durable transaction; within another, as a part of it.

        It may run more than once, so it does nothing but read and write here.
        """

    def query(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a statement; return its rows, each by its columns' names. What writes is within a transaction."""

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Write once for each row of values, within a transaction."""

    def freeze(self, tables: Sequence[str]) -> None:
        """Hold off whoever else would write to the tables, until this transaction ends, however long it pauses."""

    def moved_aside(self) -> Sequence[MovedAside]:
        """List the files of damaged stores moved aside."""

    def discard_moved_aside(self) -> int:
        """Delete the files of damaged stores moved aside; return how many there were."""

    def scrub(self, *, largest: int) -> bool:
        """Clear what was deleted out of the files, too; False where something is in the way.

        :param largest: bytes, where nobody can write meanwhile: larger files are left alone.
        """
