"""Whether a calendar minds how many rentals the provider has ever kept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pluggy

from benchmarks.measuring import alternate
from benchmarks.planner import environment, use_store
from benchmarks.row import Row, Scale, Watch, number
from carloop_plugin import plugin
from carloop_plugin.documents import rental_record
from carloop_plugin.model import (
    Account,
    AccountId,
    AppointmentId,
    ChangeId,
    Money,
    Period,
    Rental,
    RentalId,
    RentalStatus,
    Site,
    Vehicle,
    VehicleId,
)  # fmt: skip
from carloop_plugin.reference import Reference
from carloop_plugin.store.connection import open_database
from carloop_plugin.store.pool import SqliteFile
from carloop_plugin.store.rows import rental_row
from mobility_hookspecs import CallContext, specs

APPOINTMENTS = 50

# What differs from rental to rental is its number alone: in its ids, and in its document.
_FILL = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rentals)
INSERT INTO rentals ({names}) SELECT {values} FROM numbers
"""


def states(scale: Scale, watch: Watch) -> Iterator[Row]:
    """Measure the hook over two stores that differ in nothing but how many rentals they hold."""
    with TemporaryDirectory(prefix="carloop-states-") as folder, environment({}):
        short, long = Path(folder) / "short.sqlite3", Path(folder) / "long.sqlite3"
        for path, rentals in ((short, scale.few_records), (long, scale.many_records)):
            watch.preparing(f"a store with {number(rentals)} rentals")
            fill(path, rentals=rentals)
        manager = pluggy.PluginManager("workshop_planner")
        manager.add_hookspecs(specs)
        manager.register(plugin)

        def ask(path: Path, rentals: int) -> None:
            use_store(path)
            ids = [f"A-{1 + index * (rentals // APPOINTMENTS)}" for index in range(APPOINTMENTS)]
            context = CallContext.within(60.0)
            (found,) = manager.hook.provide_mobility_states(appointment_ids=ids, context=context)
            if {state["state"] for state in found} != {"booked"}:
                raise AssertionError("a rental was not found")

        try:
            ours, theirs = alternate(
                lambda: ask(long, scale.many_records),
                lambda: ask(short, scale.few_records),
                rounds=watch.rounds("states, large store against small", scale.rounds(200)),
            )
        finally:
            plugin.close_mobility_provider()
    yield Row(
        f"provide_mobility_states for {APPOINTMENTS} appointments, store of {number(scale.many_records)} rentals",
        f"store of {number(scale.few_records)}",
        1.3, ours, theirs,
    )  # fmt: skip


def fill(path: Path, *, rentals: int) -> None:
    """Make a store that holds so many rentals, each of an appointment of its own."""
    with SqliteFile(path).open(deadline=time.monotonic() + 60):
        row = _row()
    values = {name: _numbered(value) for name, value in row.items()}
    names = ", ".join(f'"{name}"' for name in row)
    db = open_database(path)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute(_FILL.format(names=names, values=", ".join(values.values())), {"rentals": rentals})
    finally:
        db.close()


def _row() -> dict[str, object]:
    start = datetime(2026, 11, 24, 8, tzinfo=UTC)
    period = Period(start, start + timedelta(hours=33))
    vehicle = Vehicle(
        VehicleId("V1007"), "KA-CL 1107", "VW", "Golf", "kompaktklasse", ("automatik", "navigationssystem"),
        5, "petrol", "automatic", "karlsruhe",
    )  # fmt: skip
    rental = Rental(
        RentalId("R-@"), None, vehicle, period, period.end, RentalStatus.RESERVED, 1, start,
        Money(Decimal("99.80"), "EUR", True), None,
    )  # fmt: skip
    account = Account(AccountId("bench"), "Bench", "Europe/Berlin", (), start)
    reference = Reference("bench", Site("main"), AppointmentId("A-@"), ChangeId("change-@"))
    return rental_row(rental_record(rental, reference=reference, account=account, appointment_period=period))


def _numbered(value: object) -> str:
    """Write a value as SQL in which `@` is the rental's number."""
    if not isinstance(value, str):
        return json.dumps(value)
    text = "'" + value.replace("'", "''") + "'"
    return f"replace({text}, '@', n)" if "@" in value else text
