"""Stop Carloop for some minutes while planners go on working, and check every request and answer.

    python -m proofs.outage [--minutes 5] [--planners 4] [--advisors 3] [--pause 0.7] [--timeout 2]
                                  [--reconcile-every 30] [--seed 1] [--report docs/evidence/outage.md]

The planners are processes that share one store and reconcile by themselves. Ends with a line of figures; exits 1
where more than 10 % more requests were made than useful ones, or anything is unsettled, lost, doubled, wrongly shown or
raw.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from carloop_plugin import bootstrap, plugin
from mobility_hookspecs import MobilityHost
from proofs.outage.carloop import TOKEN, Document, KillableCarloop
from proofs.outage.checks import Span, check_all
from proofs.outage.figures import Figures, last_line, markdown
from proofs.outage.journal import ChangeAnswer, now, read_journals
from proofs.outage.phases import PHASES, end_outage
from proofs.outage.planner import Load, Signals, run_planner
from proofs.reporting import with_progress, write_report
from proofs.servers import our_rentals, plugin_environment, vehicle_ids
from tests.support.proxy import FaultProxy

LONGEST_SETTLING = 120.0
_TICK = 0.25


def main() -> int:
    """Run the outage, check it, and write the report if asked for."""
    asked = _options().parse_args()
    with tempfile.TemporaryDirectory(prefix="carloop-outage-") as folder:
        figures = run_outage(asked, Path(folder))
    for kind in ("lost", "doubled", "wrong_pages", "raw"):
        for text in getattr(figures.findings, kind)[:20]:
            print(f"{kind}: {text}", file=sys.stderr)
    if asked.report:
        write_report(asked.report, markdown(figures))
    print(last_line(figures))
    return 0 if figures.is_good else 1


def run_outage(asked: argparse.Namespace, folder: Path) -> Figures:
    """Run the planners through the outage and return the figures."""
    seconds = asked.minutes * 60
    with KillableCarloop(folder / "carloop") as carloop, FaultProxy(carloop.url) as proxy:
        environment = plugin_environment(folder, str(folder / "store.sqlite3"), proxy.url, TOKEN)
        os.environ |= environment
        vehicles = tuple(vehicle_ids(carloop, 1000))
        pace = (asked.advisors, asked.pause, asked.timeout, asked.reconcile_every)
        load = Load(*pace, vehicles, asked.seed)
        with _planners(asked.planners, load, folder, environment) as stop:
            before = max(2.0, seconds / 10)
            _wait(before, "before the outage")
            spans = list(_outage(proxy, carloop, seconds / len(PHASES)))
            returned = time.monotonic()
            _wait(before, "after its return")
            stop()
            unsettled = _wait_until_settled(returned + before + LONGEST_SETTLING)
            settled_after = time.monotonic() - returned
        entries = list(read_journals(folder))
        appointments = sorted(
            {each.change["appointment_id"] for each in entries if isinstance(each, ChangeAnswer)}
        )
        findings = check_all(entries, our_rentals(carloop), _pages(appointments))
        return Figures(asked, spans, entries, findings, unsettled, settled_after)


@contextmanager
def _planners(
    count: int, load: Load, folder: Path, environment: dict[str, str]
) -> Iterator[Callable[[], None]]:
    """Run planner processes; yield what stops their advisors and leaves them reconciling."""
    context = multiprocessing.get_context("spawn")
    signals = Signals(context.Semaphore(0), context.Event(), context.Event())
    processes = [
        context.Process(target=run_planner, args=(number, load, folder, environment, signals), daemon=True)
        for number in range(count)
    ]
    for process in processes:
        process.start()
    try:
        for _ in processes:
            signals.works.acquire(timeout=60)
        yield signals.stop.set
    finally:
        signals.stop.set()
        signals.finish.set()
        for process in processes:
            process.join(30)


def _outage(proxy: FaultProxy, carloop: KillableCarloop, seconds: float) -> Iterator[Span]:
    for phase in PHASES:
        phase.begin(proxy, carloop)
        began = now()
        _wait(seconds, phase.name)
        yield Span(phase.name, phase.text, began, now())
    end_outage(proxy, carloop)


def _wait(seconds: float, label: str) -> None:
    ticks = max(1, round(seconds / _TICK))
    for _ in with_progress(range(ticks), ticks, label):
        time.sleep(seconds / ticks)


def _wait_until_settled(until: float) -> int:
    """Wait until nothing is pending; return how many changes still are."""
    while True:
        with bootstrap.opened(deadline=time.monotonic() + 10) as services:
            pending = services.context.store.backlog().pending
        if not pending or time.monotonic() > until:
            return pending
        time.sleep(0.1)


def _pages(appointment_ids: Sequence[str]) -> dict[str, Document]:
    """Return the state of every appointment in the end."""
    pages: dict[str, Document] = {}
    with MobilityHost.of(plugin) as host:
        for start in range(0, len(appointment_ids), 100):
            asked = appointment_ids[start : start + 100]
            states = host.mobility_states(asked, timeout=30).answers["carloop"]
            pages |= {state["appointment_id"]: dict(state) for state in states}
    return pages


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--planners", type=int, default=4)
    options.add_argument("--advisors", type=int, default=3, help="of each planner")
    options.add_argument(
        "--pause", type=float, default=0.7, help="seconds an advisor takes between two things"
    )
    options.add_argument("--timeout", type=float, default=2.0, help="seconds an advisor waits for an answer")
    options.add_argument("--reconcile-every", type=float, default=30.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--report", type=Path)
    return options


if __name__ == "__main__":
    sys.exit(main())
