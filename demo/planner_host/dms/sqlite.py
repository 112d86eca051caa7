"""The DMS in a SQLite file."""

# SQL is put together from constants of this file and names of fields, never from what came in.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from planner_host.dms.database import Connection, connect, translated, writing
from planner_host.dms.folding import written_out
from planner_host.dms.keys import BEGUN, SHORTEST_VIN_KEY, Asked, Rank, asked, keys_of
from planner_host.dms.port import CAR_FIELDS, CUSTOMER_FIELDS, Car, DmsCustomer, Hit

_AFTER_ALL: Final = "\U0010ffff"
_FIELDS: Final = ", ".join(CUSTOMER_FIELDS)
_CAR_FIELDS: Final = ", ".join(CAR_FIELDS)

# A key that was typed to its end counts for more than one that was merely begun.
_COST: Final = f"min(rank + {BEGUN} * (key <> ?))"
_BEGUN: Final = "FROM keys WHERE key >= ? AND key < ? AND rank < ?"
_FOUND: Final = f"SELECT customer, {_COST} AS cost {_BEGUN} GROUP BY customer"
_ALSO: Final = f" + (SELECT {_COST} {_BEGUN} AND keys.customer = found.customer)"

_HITS: Final = """
SELECT number, first_name, last_name, company, city,
  (SELECT group_concat(licence_plate, char(10))
   FROM (SELECT licence_plate FROM cars WHERE customer = id AND licence_plate <> '' ORDER BY position))
FROM ({found}) JOIN customers ON id = customer WHERE cost IS NOT NULL ORDER BY cost, sorted_by, number LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of the customers when all of them were replaced."""

    added: int
    changed: int
    removed: int
    unchanged: int


class SqliteDms:
    """Customers and their cars in a SQLite file; keeps the port `Dms`. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open a file that `open_dms` has made; `close` closes it."""
        self._path = path
        # A search takes about a millisecond: waiting for one's turn costs less than a connection a thread.
        self._lock = Lock()
        with translated(path):
            self._connection = connect(path)

    def search(self, words: str, *, limit: int = 20) -> tuple[Hit, ...]:
        """Find customers by what somebody has typed so far, best first; as the port says."""
        wanted = asked(words)
        if wanted is None or limit < 1:
            return ()
        sql, values = _find(wanted)
        with translated(self._path), self._lock:
            rows = self._connection.execute(_HITS.format(found=sql), (*values, limit)).fetchall()
        return tuple(_hit(*row) for row in rows)

    def customer(self, number: str) -> DmsCustomer | None:
        """Give the customer of exactly this number, or None."""
        try:
            number.encode()
        except UnicodeEncodeError:  # half a character, which no file can hold
            return None
        with translated(self._path), self._lock:
            return next(_read(self._connection, "WHERE number = ?", number), None)

    def replace(self, customers: Iterable[DmsCustomer]) -> Replaced:
        """Make these the customers of the DMS, each with a number of its own; who is not among them is removed."""
        with writing(self._path) as connection:
            return replace_all(connection, customers)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def open_dms(path: Path, *, seeded_customers: int = 0, seed: int = 1) -> SqliteDms:
    """Open the DMS in a file, made where there is none.

    Args:
        path: the SQLite file.
        seeded_customers: fill a DMS that has no customers with so many who do not exist.
        seed: the same number gives the same ones.

    Raises:
        DmsProblem: the file cannot be used.
    """
    with writing(path) as connection:
        if seeded_customers and connection.execute("SELECT 1 FROM customers").fetchone() is None:
            from planner_host.dms.seeding import seeded

            replace_all(connection, seeded(seeded_customers, seed=seed))
    return SqliteDms(path)


def replace_all(connection: Connection, customers: Iterable[DmsCustomer]) -> Replaced:
    """Replace all customers inside the caller's transaction; who stays as he is is not touched."""
    before = {each.number: each for each in _read(connection)}
    after = {each.number: each for each in customers}
    unchanged = {number for number, each in after.items() if before.get(number) == each}
    gone = [(number,) for number in before if number not in unchanged]
    connection.executemany("DELETE FROM customers WHERE number = ?", gone)
    _add(connection, [each for number, each in after.items() if number not in unchanged])
    return Replaced(
        added=len(after.keys() - before.keys()),
        changed=len(after.keys() & before.keys()) - len(unchanged),
        removed=len(before.keys() - after.keys()),
        unchanged=len(unchanged),
    )


def _add(connection: Connection, customers: list[DmsCustomer]) -> None:
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM customers").fetchone()[0]
    numbered = list(enumerate(customers, start=first))
    connection.executemany(
        f"INSERT INTO customers (id, sorted_by, {_FIELDS}) VALUES (?, ?{', ?' * len(CUSTOMER_FIELDS)})",
        (
            (id_, written_out(each.name), *(getattr(each, name) for name in CUSTOMER_FIELDS))
            for id_, each in numbered
        ),
    )
    connection.executemany(
        f"INSERT INTO cars (customer, position, {_CAR_FIELDS}) VALUES (?, ?{', ?' * len(CAR_FIELDS)})",
        (
            (id_, position, *(getattr(car, name) for name in CAR_FIELDS))
            for id_, each in numbered
            for position, car in enumerate(each.cars)
        ),
    )
    connection.executemany(
        "INSERT INTO keys (key, rank, customer) VALUES (?, ?, ?)",
        sorted((key, int(rank), id_) for id_, each in numbered for key, rank in keys_of(each)),
    )


def _read(connection: Connection, where: str = "", *values: str) -> Iterator[DmsCustomer]:
    rows = connection.execute(
        f"SELECT {_FIELDS}, {_CAR_FIELDS} FROM customers LEFT JOIN cars ON customer = id {where} ORDER BY id, position",
        values,
    ).fetchall()
    split = len(CUSTOMER_FIELDS)
    for fields, group in groupby(rows, key=lambda row: row[:split]):
        cars = tuple(Car(*row[split:]) for row in group if row[split] is not None)
        yield DmsCustomer(**dict(zip(CUSTOMER_FIELDS, fields, strict=True)), cars=cars)


def _find(wanted: Asked) -> tuple[str, list[object]]:
    """Write the query for customers who have all words, or any of the wholes; the rarest word leads."""
    words = sorted(wanted.words, key=len, reverse=True)
    sql = f"SELECT customer, cost{_ALSO * (len(words) - 1)} AS cost FROM ({_FOUND}) AS found"
    if wanted.wholes:
        either = " UNION ALL ".join([sql, *[_FOUND] * len(wanted.wholes)])
        sql = f"SELECT customer, min(cost) AS cost FROM ({either}) GROUP BY customer"
    # The places of the further words stand before those of the first in the text of the query.
    keys = [*words[1:], words[0], *wanted.wholes]
    return sql, [value for key in keys for value in _range(key)]


def _range(key: str) -> tuple[object, ...]:
    below = Rank.VIN + 10 if len(key) >= SHORTEST_VIN_KEY else Rank.VIN
    return (key, key, key + _AFTER_ALL, int(below))


def _hit(number: str, first: str, last: str, company: str, city: str, plates: str | None) -> Hit:
    who = DmsCustomer(number, first_name=first, last_name=last, company=company)
    contact = who.contact if company else ""
    return Hit(number, who.name, city, tuple(plates.split("\n")) if plates else (), contact)
