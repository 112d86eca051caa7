"""Kill every process with SIGKILL at every step, and count what is doubled or not linked afterwards.

    python -m proofs.crash --rounds 50 [--seed 1] [--jobs 2] [--operation REBOOK] [--report docs/evidence/crash.md]

Each round books, changes, rebooks or cancels through the plugin's own hooks, in a process that is killed; or its
recovery is, or Carloop, or the disk is full, or the records are locked, damaged or just being migrated (`plan.py`).
Three of four rounds take the next of all steps, the fourth is random. Then a new process recovers, and both sides are
compared (`checks.py`); so is Carloop's history, in which an appointment may have had two rentals at no moment, nor none
while it was rebooked. A full disk is a small one that is mounted; where that is not permitted, the length of files is
limited instead, which CI does not accept. Ends with the line
`N rounds, 0 doubled, 0 unlinked, 0 moments with two or none`; exits 1 where that is not so, with what was found on
standard error. The same seed runs the same rounds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from proofs.crash.disruptions import RoundResult, measure, run_round, warm_up
from proofs.crash.plan import CHANGES, Disruption, Measures, Operation, Round, Selection, plan_rounds
from proofs.crash.report import LIMITED, Run, write_report
from proofs.crash.testbed import running_testbed, small_disk
from proofs.reporting import with_progress

ROUNDS_PER_TESTBED = 25
"""Rounds that share a Carloop and its records, so that one round meets what the last one left."""

MOST_SHOWN = 50
"""Violations that are printed; the first one often causes others."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rounds that run on one testbed."""

    rounds: tuple[Round, ...]
    with_disk: bool


def run_part(part: Part) -> list[RoundResult]:
    """Run the rounds of one testbed, one after the other."""
    with (
        tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder,
        running_testbed(Path(folder), with_disk=part.with_disk) as testbed,
    ):
        return [run_round(each, testbed) for each in part.rounds]


def run_all(rounds: Sequence[Round], *, jobs: int, with_disk: bool) -> Iterator[list[RoundResult]]:
    """Run all rounds, on as many testbeds at once as there are jobs."""
    parts = [
        Part(tuple(rounds[start : start + ROUNDS_PER_TESTBED]), with_disk)
        for start in range(0, len(rounds), ROUNDS_PER_TESTBED)
    ]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(run_part, parts)


def why_no_disk() -> str | None:
    """Return why no small disk can be mounted here; None if it can."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder) / "disk"):
                return None
        except OSError as error:
            return str(error)


def run(*, rounds: int, seed: int, jobs: int, selection: Selection, no_disk: str | None) -> Run:
    """Measure, plan and run the rounds."""
    began = time.monotonic()
    warm_up()
    measures: Measures = measure(selection)
    planned = plan_rounds(rounds, measures, selection, seed=seed)
    parts = run_all(planned, jobs=jobs, with_disk=no_disk is None)
    results = list(with_progress(chain.from_iterable(parts), rounds, "rounds"))
    return Run(
        seed=seed,
        results=tuple(results),
        measures=measures,
        selection=selection,
        no_disk=no_disk,
        seconds=time.monotonic() - began,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds, print what was found, and count."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--disruption",
        choices=[disruption.name for disruption in Disruption],
        help="run rounds of this disruption only",
    )
    options.add_argument(
        "--operation", choices=[each.name for each in CHANGES], help="run rounds of this operation only"
    )
    options.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    options.add_argument("--report", type=Path, help="write a report to this file")
    asked = options.parse_args(arguments)
    selection = Selection(
        disruptions=(Disruption[asked.disruption],) if asked.disruption else tuple(Disruption),
        operations=(Operation[asked.operation],) if asked.operation else tuple(Operation),
    )
    no_disk = why_no_disk() if Disruption.FULL in selection.disruptions else None
    if no_disk:
        print(f"{LIMITED}: {no_disk}", file=sys.stderr)
        if os.environ.get("CI") == "true":
            print("CI must have a disk that can be filled", file=sys.stderr)
            return 1
    found = run(rounds=asked.rounds, seed=asked.seed, jobs=asked.jobs, selection=selection, no_disk=no_disk)
    for violation in found.violations[:MOST_SHOWN]:
        print(
            f"round {violation.round.number} ({violation.round.description}): {violation.text}",
            file=sys.stderr,
        )
    if asked.report:
        write_report(found, asked.report)
    print(found.last_line)
    return 1 if found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
