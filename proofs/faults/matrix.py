"""Run the whole matrix, several cells at a time.

    python -m proofs.faults [--seeds 10] [--workers 3] [--report docs/evidence/faults.md] [--only TEXT] [--daily]

Each worker is a process with a sandbox, a proxy, records and a host of its own. A cell whose only finding is a late
answer is repeated, twice at most: this machine may have been busy. Ends with the line
`N cells, 0 lost, 0 doubled, 0 stuck, 0 raw`; exits 1 where that is not so.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.queues import Queue
from pathlib import Path

from proofs.faults.cells import Cell, all_cells
from proofs.faults.checks import Finding, check_cell
from proofs.faults.report import CellResult, answer_of, count_wrong, last_line, markdown
from proofs.faults.run_cell import run_cell
from proofs.faults.testbed import FaultTestbed, run_testbed
from proofs.reporting import with_progress, write_report

MOST_REPLAYS = 2


def main() -> int:
    """Run, count, and write the report if asked for."""
    asked = _options().parse_args()
    every = all_cells(range(1, asked.seeds + 1), daily=asked.daily)
    cells = [each for each in every if asked.only in each.name]
    results = list(with_progress(run_all(cells, workers=asked.workers), len(cells), "cells"))
    results.sort(key=lambda each: cells.index(each.cell))
    for each in results:
        for finding in each.findings:
            print(f"{finding.kind}: {each.cell.name}: {finding.text}", file=sys.stderr)
    if asked.report:
        write_report(asked.report, markdown(results, seeds=f"1 to {asked.seeds}"))
    print(last_line(results))
    return 1 if count_wrong(results) or not results else 0


def run_all(cells: Sequence[Cell], *, workers: int) -> Iterator[CellResult]:
    """Run cells on several testbeds, and yield each result when it is there, in any order."""
    context = multiprocessing.get_context("spawn")
    done: Queue[CellResult] = context.Queue()
    processes = [
        context.Process(target=_work, args=(cells[number::workers], done), daemon=False)
        for number in range(min(workers, len(cells)))
    ]
    for process in processes:
        process.start()
    try:
        for _ in cells:
            yield done.get(timeout=300)
    finally:
        for process in processes:
            process.join(30)


def _work(cells: Sequence[Cell], done: Queue[CellResult]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="carloop-faults-") as folder,
        run_testbed(Path(folder)) as testbed,
    ):
        parent = multiprocessing.parent_process()
        for cell in cells:
            if parent is not None and not parent.is_alive():
                return
            done.put(_run(cell, testbed))


def _run(cell: Cell, testbed: FaultTestbed) -> CellResult:
    for replays in range(MOST_REPLAYS + 1):
        try:
            evidence = run_cell(cell, testbed)
        except Exception as error:  # noqa: BLE001 - any exception that a planner would see is a finding
            traceback.print_exc()
            text = f"{type(error).__name__}; the sandbox's exit code is {testbed.sandbox.process.poll()}"
            return CellResult(cell, "raised", (Finding("raw", text),), replays)
        findings = check_cell(cell, evidence)
        result = CellResult(cell, answer_of(evidence), findings, replays)
        if not findings or not all(finding.timing for finding in findings):
            break
    return result


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("--workers", type=int, default=3)
    options.add_argument("--report", type=Path)
    options.add_argument("--only", default="", help="cells whose name holds this text")
    options.add_argument(
        "--daily", action="store_true", help="without the faults that are only in the long run"
    )
    return options
