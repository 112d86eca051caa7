"""What the parts of the records share: transactions, and rows as values, by msgspec.

A column holds an instant as RFC 3339 text in UTC, all of equal length, so that they sort; a period is two of them. What
needs no column of its own is JSON. A vehicle is an array there, in the order of `Vehicle`'s fields: a new field goes to
the end and has a default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import msgspec

from carloop_plugin.domain.accounts import Contact, StoredSettings
from carloop_plugin.domain.appointments import SavedAppointment
from carloop_plugin.domain.changes import Intent, Outcome
from carloop_plugin.domain.figures import Backlog
from carloop_plugin.domain.rentals import ACTIVE, RentalRecord, UnreadableRental
from carloop_plugin.store.database import Database, Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
P = ParamSpec("P")

_PERIODS = {"period": ("start", "end"), "appointment_period": ("appointment_start", "appointment_end")}
_JSON = ("customers", "details", "outcome")
_DETAILS = ("vehicle", "planned_end", "price", "web_url", "instead_of")
"""The fields of a rental that no statement asks for."""

# msgspec caches what it knows of a dataclass, and fills that cache without a lock: two threads that convert a type for
# the first time crash the process, as does a child forked meanwhile. Imports are locked, and a fork waits for them.
for _kind in (Backlog, Contact, Intent, RentalRecord, SavedAppointment, StoredSettings, UnreadableRental):
    msgspec.json.Decoder(_kind)


@dataclass(frozen=True)
class Part:
    """A part of the records: methods of `ports.Store` over a database, and what every part knows of the records."""

    database: Database
    installation: str
    number_key: bytes = field(repr=False)


S = TypeVar("S", bound=Part)


def atomic(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Make a method of the records one transaction."""

    @wraps(method)
    def within(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.database.transact(lambda: method(self, *args, **kwargs))

    return within


def insert(
    database: Database, table: str, row: Mapping[str, object], *, key: Sequence[str] | None = ()
) -> None:
    """Insert a row. Where `key` names columns, update the row that has the same values there, if there is one.

    With None for a key a row that is in conflict with another one is left out.

    sqlite-utils' own `insert` and `upsert` ask for the tables and columns each time: sixty statements a booking
    instead of twenty, a millisecond in all.
    """
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    if key:
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in row if name not in key)
        sql += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    elif key is None:
        sql += " ON CONFLICT DO NOTHING"
    database.query(sql, list(row.values()))


def write_row(value: DataclassInstance) -> dict[str, object]:
    """Return the columns of a value."""
    row = {each.name: getattr(value, each.name) for each in fields(value)}
    for name in _PERIODS.keys() & row.keys():
        period = row.pop(name)
        row |= zip(_PERIODS[name], (period.start, period.end) if period else (None, None), strict=True)
    if isinstance(value, Intent):
        # The database's clock says when it was sent.
        del row["sent_at"], row["sent_ago"]
    if isinstance(value, RentalRecord):
        del row["customers"]
        row |= {"active": value.status in ACTIVE, "details": {name: row.pop(name) for name in _DETAILS}}
    return {name: write_column(each) for name, each in row.items()}


def write_column(value: object) -> object:
    """Return a value as a column holds it: an instant so that text order is time order, truth as 0 or 1."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Outcome) and value.rental is not None:
        # An erasure would not find the customers there.
        value = replace(value, rental=replace(value.rental, customers=None))
    plain = int(value) if isinstance(value, bool) else msgspec.to_builtins(value, builtin_types=(bytes,))
    return msgspec.json.encode(plain).decode() if isinstance(plain, dict | list | tuple) else plain


def read_row(row: Row, kind: type[T]) -> T:
    """Return the value of a row. That of an intent has the database's time as `now`."""
    values = dict(row)
    for name, (start, end) in _PERIODS.items():
        if values.get(start):
            values[name] = {"start": values[start], "end": values[end]}
    for name in _JSON:
        text = values.pop(name, None)
        if text is not None:
            values[name] = msgspec.json.decode(text)
    if values.get("sent_at") is not None:
        values["sent_ago"] = values["now"] - values["sent_at"]
    # Lax, for truth is 0 or 1.
    return msgspec.convert(values | values.pop("details", {}), kind, strict=False)
