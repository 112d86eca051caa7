"""Whether ten times the vehicles cost at most ten times as much."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import planner as kit
from benchmarks.canned import canned
from benchmarks.carloop import Carloop, free_period, sandbox
from benchmarks.measuring import alternate
from benchmarks.row import ProgressDisplay, Row, Scale, number


def growth(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure the cost a vehicle of a search of many pages against that of one page, canned bytes both."""
    few, many, period = scale.vehicles, scale.many_vehicles, free_period()
    progress.preparing(f"a sandbox with {number(many)} vehicles")
    with (
        sandbox(vehicles=many) as carloop,
        canned(carloop, period, limit=few) as one_page,
        canned(carloop, period, limit=many) as pages,
        kit.planner(one_page) as host,
    ):

        def find(tape: Carloop, limit: int) -> None:
            kit.point_at(tape)
            found = kit.search(host, kit.request_of(period, limit))["options"]
            if len(found) != limit:
                raise AssertionError(f"{len(found)} vehicles instead of {limit}")

        rounds = progress.rounds("search of many vehicles against few", scale.rounds(40))
        ours, theirs = alternate(
            lambda: find(pages, many), lambda: find(one_page, few), rounds=rounds, warm_up=2
        )
    work = f"search of {number(many)} vehicles, canned bytes: cost a vehicle"
    yield Row(work, f"itself with {number(few)} vehicles", 1.2, ours.per_piece(many), theirs.per_piece(few))
