"""The search through the host kit, against clients that do less or the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import planner as kit
from benchmarks.canned import canned
from benchmarks.carloop import Carloop, Period, free_period, sandbox
from benchmarks.measuring import alternate
from benchmarks.peers.bare import bare
from benchmarks.peers.jsonschema_client import jsonschema_client
from benchmarks.peers.pydantic_client import pydantic_client
from benchmarks.row import ProgressDisplay, Row, Scale, number

HOURS, DAYS = 33, 2
ONE_LINER = "bare httpx.get(…).json()"
KEPT = "bare httpx with a kept client: client.get(…).json()"


def search(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure a search: HTTP, both validations, mapping, host kit and all."""
    period = free_period(hours=HOURS)
    progress.preparing(f"a sandbox with {number(scale.vehicles)} vehicles")
    with sandbox(vehicles=scale.vehicles) as carloop:
        yield from _against_bare(carloop, period, scale, progress, server="sandbox", goal=1.25)
        with canned(carloop, period, limit=scale.vehicles) as tape:
            yield from _against_bare(tape, period, scale, progress, server="canned bytes", goal=1.4)
            yield from _against_equivalents(tape, period, scale, progress)


def _against_bare(
    carloop: Carloop, period: Period, scale: Scale, progress: ProgressDisplay, *, server: str, goal: float
) -> Iterator[Row]:
    request = kit.request_of(period, scale.vehicles)
    with kit.planner(carloop) as host, bare(carloop) as client:
        for peer, rounds, find in ((ONE_LINER, 60, client.search_once), (KEPT, 200, client.search)):
            ours, theirs = alternate(
                lambda: kit.search(host, request),
                lambda find=find: find(period, scale.vehicles),  # type: ignore[misc]
                rounds=progress.rounds(f"search, {server}, against {peer}", scale.rounds(rounds)),
            )
            yield Row(_work(scale, server), peer, goal, ours, theirs)


def _against_equivalents(
    carloop: Carloop, period: Period, scale: Scale, progress: ProgressDisplay
) -> Iterator[Row]:
    request = kit.request_of(period, scale.vehicles)
    with (
        kit.planner(carloop) as host,
        pydantic_client(carloop) as models,
        jsonschema_client(carloop) as plain,
    ):
        peers = (
            ("httpx + pydantic models, both validations", 0.7, 200, models.search),
            ("httpx + plain jsonschema, both validations", 0.05, 20, plain.search),
        )
        for peer, goal, rounds, find in peers:
            ours, theirs = _same_work(
                lambda: kit.search(host, request),
                lambda find=find: find(period, scale.vehicles, days=DAYS),  # type: ignore[misc]
            )
            samples = alternate(
                ours,
                theirs,
                rounds=progress.rounds(f"search against {peer}", scale.rounds(rounds)),
                warm_up=2,
            )
            yield Row(_work(scale, "canned bytes"), peer, goal, *samples)


def _work(scale: Scale, server: str) -> str:
    return f"search of {number(scale.vehicles)} vehicles through the host kit, {server}"


def _same_work(
    ours: Callable[[], object], peer: Callable[[], object]
) -> tuple[Callable[[], object], Callable[[], object]]:
    """Refuse to compare with a peer that comes to another answer."""
    if ours() != peer():
        raise AssertionError("the peer's answer is not ours: it does other work")
    return ours, peer
