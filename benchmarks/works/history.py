"""Whether the sandbox's search gets slower with a long history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.carloop import instant, sandbox
from benchmarks.measuring import alternate
from benchmarks.peers.bare import bare
from benchmarks.row import ProgressDisplay, Row, Scale, number
from carloop_sandbox.store import Fleet, open_store

DAY_US = 86_400_000_000

# One rental of eight hours a vehicle and day, half of them behind us and returned, half ahead and active. A third of
# the fleet is rented at any hour of a day that has rentals, so both servers answer the search with the same cars.
_FILL = """
WITH RECURSIVE days (day) AS (SELECT :first UNION ALL SELECT day + 1 FROM days WHERE day + 1 < :first + :days),
made AS (
  SELECT v.id AS vehicle, v.rowid AS position, :today + day * :day_us + (v.rowid % 3) * :day_us / 3 AS start_us,
    day, row_number() OVER (ORDER BY day, v.rowid) AS n
  FROM days CROSS JOIN vehicles AS v
)
INSERT INTO rentals (number, id, vehicle_id, start_us, end_us, planned_end_us, status, customer, daily_rate_cents,
  created_us, updated_us, decided_us)
SELECT n, 'R' || n, vehicle, start_us, start_us + :day_us / 3, start_us + :day_us / 3,
  iif(day < 0, 'returned', 'reserved'), '{"source": "manual", "last_name": "Mustermann"}', 4990, n, n, n
FROM made ORDER BY n
"""


def history(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure one search in two sandboxes that differ in nothing but how many rentals they hold."""
    with TemporaryDirectory(prefix="carloop-history-") as folder:
        short, long = Path(folder) / "short", Path(folder) / "long"
        for data, rentals in ((short, scale.few_rentals), (long, scale.many_rentals)):
            progress.preparing(f"a sandbox with {number(rentals)} rentals")
            fill(data, vehicles=scale.fleet, rentals=rentals)
        with (
            sandbox(data=short) as few,
            sandbox(data=long) as many,
            bare(few) as ask_few,
            bare(many) as ask_many,
        ):
            period = _busy_period()
            if _rest(ask_few.search(period, 100)) != _rest(ask_many.search(period, 100)):
                raise AssertionError("the two sandboxes do not answer alike")
            ours, theirs = alternate(
                lambda: ask_many.search(period, 100),
                lambda: ask_few.search(period, 100),
                rounds=progress.rounds("sandbox search, long history against short", scale.rounds(400)),
            )
    remark = f"95th percentile {ours.worst * 1000:.1f} ms against {theirs.worst * 1000:.1f} ms"
    yield Row(
        f"sandbox search, {number(scale.fleet)} vehicles, {number(scale.many_rentals)} rentals",
        f"itself with {number(scale.few_rentals)} rentals",
        1.5, ours, theirs, remark,
    )  # fmt: skip


def fill(data: Path, *, vehicles: int, rentals: int) -> None:
    """Make a sandbox's data with so many rentals, evenly spread over its fleet and around today."""
    store = open_store(data, fleet=Fleet(vehicles=vehicles, account="bench"))
    try:
        database = store.database
        days = rentals // vehicles
        database.connection.execute("PRAGMA synchronous = OFF")
        with database.writing():
            database.run("DELETE FROM rentals")
            values = {"first": -(days // 2), "days": days, "today": _today_us(), "day_us": DAY_US}
            database.connection.execute(_FILL, values)
    finally:
        store.close()


def _busy_period() -> dict[str, str]:
    start = datetime.fromtimestamp(_today_us() / 1e6, UTC) + timedelta(days=1, hours=1)
    return {"start": instant(start), "end": instant(start + timedelta(hours=2))}


def _today_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1e6) // DAY_US * DAY_US


def _rest(page: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in page.items() if name not in ("as_of", "next_cursor")}
