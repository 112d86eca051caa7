"""Whether a calendar gets slower with the number of rentals the provider has ever kept."""

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
from benchmarks.postgres import run_postgres
from benchmarks.row import ProgressDisplay, Row, Scale, number
from carloop_plugin import plugin
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import (
    AccountId,
    AppointmentId,
    ChangeId,
    Money,
    Period,
    RentalId,
    Site,
    VehicleId,
)
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.store.records import source_of
from carloop_plugin.store.rows import write_row
from mobility_hookspecs import CallContext, specs

APPOINTMENTS = 50

# Rentals differ in their number alone, which is in their ids.
_FILL = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rentals})
INSERT INTO rentals ({names}) SELECT {values} FROM numbers
"""


def states(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure the hook over two files that differ in nothing but how many rentals they hold."""
    with TemporaryDirectory(prefix="carloop-states-") as folder:
        places = (str(Path(folder) / f"{name}.sqlite3") for name in ("short", "long"))
        yield from _compare(*places, "", scale, progress)


def shared_states(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure the same over two databases of a PostgreSQL."""
    with run_postgres() as postgres:
        yield from _compare(
            postgres.new_database(), postgres.new_database(), " on PostgreSQL", scale, progress
        )


def _compare(short: str, long: str, where: str, scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    manager = pluggy.PluginManager("workshop_planner")
    manager.add_hookspecs(specs)
    manager.register(plugin)

    def ask(location: str, rentals: int) -> None:
        use_store(location)
        ids = [f"A-{1 + index * (rentals // APPOINTMENTS)}" for index in range(APPOINTMENTS)]
        context = CallContext.within(60.0)
        (found,) = manager.hook.provide_mobility_states(appointment_ids=ids, context=context)
        if {state["state"] for state in found} != {"booked"}:
            raise AssertionError("a rental was not found")

    with environment({}):
        for location, rentals in ((short, scale.few_records), (long, scale.many_records)):
            progress.preparing(f"a store with {number(rentals)} rentals{where}")
            fill(location, rentals=rentals)
        try:
            ours, theirs = alternate(
                lambda: ask(long, scale.many_records),
                lambda: ask(short, scale.few_records),
                rounds=progress.rounds(f"states, large store against small{where}", scale.rounds(200)),
            )
        finally:
            plugin.close_mobility_provider()
    many = f"{number(scale.many_records)} rentals{where}"
    yield Row(
        f"provide_mobility_states for {APPOINTMENTS} appointments, store of {many}",
        f"store of {number(scale.few_records)}",
        1.3, ours, theirs,
    )  # fmt: skip


def fill(location: str, *, rentals: int) -> None:
    """Make a store that holds so many rentals, each of an appointment of its own."""
    values = {name: _numbered(value) for name, value in _row().items()}
    names = ", ".join(f'"{name}"' for name in values)
    sql = _FILL.format(names=names, values=", ".join(values.values()), rentals=rentals)
    source = source_of(location)
    with source.open(deadline=time.monotonic() + 600) as records:
        records.database.transact(lambda: records.database.query(sql))
        # As a database does by itself after a while.
        records.database.transact(lambda: records.database.query("ANALYZE"))
    source.close()


def _row() -> dict[str, object]:
    start = datetime(2026, 11, 24, 8, tzinfo=UTC)
    period = Period(start, start + timedelta(hours=33))
    vehicle = Vehicle(
        VehicleId("V1007"), "KA-CL 1107", "VW", "Golf", "kompaktklasse", ("automatik", "navigationssystem"),
        5, "petrol", "automatic", "karlsruhe",
    )  # fmt: skip
    record = RentalRecord(
        RentalId("R-@"), vehicle, period, period.end, RentalStatus.RESERVED, 1, start,
        Money(Decimal("99.80"), "EUR", True), None, Site("main"), AccountId("bench"), AppointmentId("A-@"),
        ChangeId("change-@"), period,
    )  # fmt: skip
    return write_row(record)


def _numbered(value: object) -> str:
    """Write a value as SQL in which `@` is the rental's number."""
    if not isinstance(value, str):
        return json.dumps(value)
    text = "'" + value.replace("'", "''") + "'"
    return f"replace({text}, '@', CAST(n AS TEXT))" if "@" in value else text
