"""Copy all records from one place to another, in one transaction on each side; both databases have the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from carloop_plugin.model import Reason, Refused
from carloop_plugin.store.database import Database, Row
from carloop_plugin.store.leases import is_free
from carloop_plugin.store.opening import Source, source_of

KEYS: Mapping[str, tuple[str, ...]] = {
    "installation": ("id",),
    "sites": ("site",),
    "settings": ("site",),
    "contacts": ("account",),
    "appointments": ("id",),
    "rentals": ("account", "id"),
    "intents": ("change_id",),
    "erasures": ("appointment_id",),
}
"""Every table with its key."""

BATCH = 1000

Tell = Callable[[int, int], None]
"""Is given the number of rows copied, and of all there are."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy brought: by its table, the rows on both sides, counted afterwards. `places` hold no secret."""

    places: tuple[str, str]
    counts: Mapping[str, tuple[int, int]]

    @property
    def is_whole(self) -> bool:
        """Tell whether both sides have the same numbers of rows."""
        return all(here == there for here, there in self.counts.values())


def copy_records(
    origin: str, target: str, *, deadline: float, tell: Tell = lambda _done, _all: None
) -> Copied:
    """Copy the records of one location into another, where none may be yet.

    :param deadline: monotonic seconds; a copy that is not done by then has changed nothing.
    :raises Refused: there is nothing to copy, something is there already, or a change is being sent just now.
    :raises StoreFailed: one of the two cannot be opened, read or written.
    """
    origins = source_of(origin)
    try:
        if not origins.exists(deadline=deadline):
            raise Refused(_reason("store.copy_nothing", origins.place))
        with origins.open(deadline=deadline) as here:
            # What is new is the same installation: its references are those of the rentals at Carloop.
            targets = source_of(target, installation=here.installation)
            try:
                return _copy(here.database, targets, deadline=deadline, tell=tell)
            finally:
                targets.close()
    finally:
        origins.close()


def _copy(here: Database, targets: Source, *, deadline: float, tell: Tell) -> Copied:
    with targets.open(deadline=deadline) as opened:
        there = opened.database
        # Before anything is locked: it may be one and the same.
        _refuse_used(there)
        here.transact(lambda: there.transact(lambda: _fill(here, there, tell)))
        there.note_installation()
        counts = {table: (_count(here, table), _count(there, table)) for table in KEYS}
    return Copied((here.place, there.place), counts)


def _fill(here: Database, there: Database, tell: Tell) -> None:
    for database in (here, there):
        database.freeze(tuple(KEYS))
    _refuse_used(there)
    _refuse_in_use(here)
    there.execute("DELETE FROM installation")
    done, total = 0, sum(_count(here, table) for table in KEYS)
    for table, key in KEYS.items():
        for rows in _batches(here, table, key):
            _insert(there, table, rows)
            done += len(rows)
            tell(done, total)


def _batches(db: Database, table: str, key: tuple[str, ...]) -> Iterator[list[Row]]:
    columns, last = ", ".join(key), None
    marks = ", ".join("?" * len(key))
    while True:
        beyond = f"WHERE ({columns}) > ({marks})" if last is not None else ""
        sql = f"SELECT * FROM {table} {beyond} ORDER BY {columns} LIMIT {BATCH}"
        rows = db.query(sql, last or ())
        if not rows:
            return
        yield rows
        last = [rows[-1][name] for name in key]


def _insert(db: Database, table: str, rows: list[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join("?" * len(rows[0]))
    db.execute_many(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows])


def _refuse_used(db: Database) -> None:
    if any(_count(db, table) for table in KEYS if table != "installation"):
        raise Refused(_reason("store.copy_not_empty", db.place))


def _refuse_in_use(db: Database) -> None:
    sql = f"SELECT lease_holder, lease_until, {db.NOW} AS now FROM intents WHERE state != 'settled'"
    if not all(is_free(row["lease_holder"], row["lease_until"], now=row["now"]) for row in db.query(sql)):
        raise Refused(_reason("store.copy_in_use", db.place))


def _count(db: Database, table: str) -> int:
    return int(db.query(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def _reason(text: str, place: str) -> Reason:
    return Reason("storage_failed", text, (("path", place),))
