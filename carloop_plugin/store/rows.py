"""Rows of the records to values and back, with msgspec.

A column holds an instant as RFC 3339 text in UTC, all of equal length, so that they sort; a period is two of them. What
needs no column of its own is JSON. A vehicle is an array there, in the order of `Vehicle`'s fields: a new field goes to
the end and has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from carloop_plugin.domain.appointments import SavedAppointment
from carloop_plugin.domain.changes import Intent, Outcome
from carloop_plugin.domain.rentals import RentalRecord

Row = Mapping[str, Any]
T = TypeVar("T")

_PERIODS = {"period": ("start", "end"), "appointment_period": ("appointment_start", "appointment_end")}
_JSON = ("customers", "details", "outcome")
_DETAILS = ("vehicle", "planned_end", "price", "web_url")
"""The fields of a rental that no statement asks for."""


def write_instant(instant: datetime) -> str:
    """Write an instant for the store: UTC, always with microseconds, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def now() -> str:
    """Write this moment, for the records' own bookkeeping: no rule asks when a row was written."""
    return write_instant(datetime.now(UTC))


def write_row(value: SavedAppointment | Intent | RentalRecord) -> dict[str, object]:
    """Return the columns of a value."""
    row: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(bytes, datetime))
    for name in _PERIODS.keys() & row.keys():
        period = row.pop(name) or {"start": None, "end": None}
        row |= zip(_PERIODS[name], (period["start"], period["end"]), strict=True)
    if isinstance(value, Intent):
        # The database's clock says when it was sent.
        del row["sent_at"], row["sent_ago"]
        row["outcome"] = write_outcome(value.outcome) if value.outcome else None
    if isinstance(value, RentalRecord):
        del row["customers"]
        row |= {"active": value.status.is_active, "details": {name: row.pop(name) for name in _DETAILS}}
    return {name: _write_column(each) for name, each in row.items()}


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
    # Lax, for truth values are 0 and 1.
    return msgspec.convert(values | values.pop("details", {}), kind, strict=False)


def write_outcome(outcome: Outcome) -> str:
    """Return an outcome as JSON, without the customers of its rental: an erasure would not find them there."""
    if outcome.rental is not None:
        outcome = replace(outcome, rental=replace(outcome.rental, customers=None))
    return msgspec.json.encode(outcome).decode()


def write_json(value: object) -> str:
    """Return a value as JSON."""
    return msgspec.json.encode(value).decode()


def _write_column(value: object) -> object:
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, bool):
        return int(value)
    return write_json(value) if isinstance(value, dict | list | tuple) else value
