"""Copy all records from one place to another, in one transaction on each side; both databases have the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from carloop_plugin.domain.failures import Reason, RuleBroken, StoreFailed
from carloop_plugin.store import leases
from carloop_plugin.store.database import Database, Row
from carloop_plugin.store.records import Source, source_of
from carloop_plugin.store.tables import PENDING

KEYS: Mapping[str, tuple[str, ...]] = {
    "installation": ("id",),
    "sites": ("site",),
    "settings": ("site",),
    "contacts": ("account",),
    "unreadable": ("account", "id"),
    "appointments": ("id",),
    "rentals": ("account", "id"),
    "intents": ("change_id",),
    "erasures": ("appointment_id",),
}
"""Every table with its key."""

BATCH = 1000

Progress = Callable[[int, int], None]
"""Called with the number of rows copied, and of all there are."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy brought: by its table, the rows on both sides, counted afterwards. `places` hold no secret."""

    places: tuple[str, str]
    counts: Mapping[str, tuple[int, int]]

    @property
    def is_whole(self) -> bool:
        """Return whether both sides have the same numbers of rows."""
        return all(here == there for here, there in self.counts.values())


def copy_records(
    origin: str, target: str, *, deadline: float, report: Progress = lambda _done, _all: None
) -> Copied:
    """Copy the records of one location into another, where none may be yet.

    :param deadline: monotonic seconds; a copy that is not done by then has changed nothing.
    :raises RuleBroken: there is nothing to copy, both are one and the same, something is there already, or a change is
        being sent just now.
    :raises StoreFailed: one of the two cannot be opened, read or written.
    """
    try:
        with closing(source_of(origin)) as origins:
            _refuse_nothing_or_same(origins, target, deadline=deadline)
            with (
                origins.open(deadline=deadline) as here,
                # What is new is the same installation: its references are those of the rentals at Carloop.
                closing(source_of(target, installation=here.installation)) as targets,
            ):
                return _copy(here.database, targets, deadline=deadline, report=report)
    except StoreFailed as failed:
        raise StoreFailed(_without_rebuild(failed.reason), may_be_written=failed.may_be_written) from None


def _refuse_nothing_or_same(origins: Source, target: str, *, deadline: float) -> None:
    identity = origins.identity(deadline=deadline)
    if identity is None:
        raise RuleBroken(_reason("store.copy_nothing", origins.place))
    with closing(source_of(target)) as targets:
        if identity == targets.identity(deadline=deadline):
            raise RuleBroken(_reason("store.copy_same", targets.place))


def _copy(here: Database, targets: Source, *, deadline: float, report: Progress) -> Copied:
    with targets.open(deadline=deadline) as opened:
        there = opened.database
        # Looked at again below; whoever writes here need not be held off for nothing.
        _refuse_used(there)
        here.transact(lambda: _move(here, there, report))
        targets.note_installation(here.query("SELECT id FROM installation")[0]["id"])
        counts = {table: (_count(here, table), _count(there, table)) for table in KEYS}
    return Copied((here.place, there.place), counts)


def _move(here: Database, there: Database, report: Progress) -> None:
    here.freeze(tuple(KEYS))
    sql = f"SELECT lease_holder FROM intents WHERE {PENDING} AND NOT {leases.FREE}".format(db=here)
    if not all(leases.is_gone(row["lease_holder"]) for row in here.query(sql, [[leases.PROCESS]])):
        raise RuleBroken(_reason("store.copy_in_use", here.place))
    total = sum(_count(here, table) for table in KEYS)
    try:
        there.transact(lambda: _fill(here, there, total, report))
    except _OriginFailed as failed:
        raise failed.error from None


def _fill(here: Database, there: Database, total: int, report: Progress) -> None:
    there.freeze(tuple(KEYS))
    _refuse_used(there)
    there.query("DELETE FROM installation")
    done = 0
    for table, key in KEYS.items():
        for rows in _batches(here, table, ", ".join(key)):
            names, marks = ", ".join(f'"{name}"' for name in rows[0]), ", ".join("?" * len(rows[0]))
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            there.execute_many(sql, [tuple(row.values()) for row in rows])
            done += len(rows)
            report(done, total)


class _OriginFailed(Exception):
    """The origin's error, on its way through the target's transaction, which would take it for one of its own."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _batches(here: Database, table: str, key: str) -> Iterator[list[Row]]:
    beyond, last = "", list[object]()
    while True:
        sql = f"SELECT * FROM {table} {beyond} ORDER BY {key} LIMIT {BATCH}"
        try:
            rows = here.query(sql, last)
        except Exception as error:  # noqa: BLE001 - raised again as soon as that transaction is rolled back
            raise _OriginFailed(error) from None
        if not rows:
            return
        yield rows
        last = [rows[-1][name] for name in KEYS[table]]
        beyond = f"WHERE ({key}) > ({', '.join('?' * len(last))})"


def _refuse_used(db: Database) -> None:
    if any(_count(db, table) for table in KEYS if table != "installation"):
        raise RuleBroken(_reason("store.copy_not_empty", db.place))


def _count(db: Database, table: str) -> int:
    return int(db.query(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def _reason(text: str, place: str) -> Reason:
    return Reason("storage_failed", text, (("path", place),))


def _without_rebuild(reason: Reason) -> Reason:
    """Return a reason without the advice to rebuild, which is for the records of `CARLOOP_STORE` alone."""
    if reason.text != "store.damaged":
        return reason
    params = dict(reason.params)
    is_database = params["why"] != "SQLITE_NOTADB"
    return _reason("store.copy_damaged" if is_database else "store.copy_no_database", params["path"])
