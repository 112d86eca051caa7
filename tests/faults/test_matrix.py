"""The whole matrix once, as the command plays it."""

import subprocess
import sys
from pathlib import Path

from carloop_faults.cells import all_cells

COMMAND = Path(__file__).with_name("matrix.py")


def test_no_fault_loses_doubles_or_hides_anything(tmp_path):
    """Each fault, operation and position under one seed: settled as one rental, told as it was, and in time."""
    report = tmp_path / "faults.md"
    done = subprocess.run(
        [sys.executable, str(COMMAND), "--seeds", "1", "--daily", "--report", str(report)],
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    cells = len(list(all_cells([1], daily=True)))
    last = done.stdout.splitlines()[-1] if done.stdout else ""
    assert last == f"{cells} cells, 0 lost, 0 doubled, 0 stuck, 0 raw", done.stderr[-4000:]
    assert done.returncode == 0
    assert last in report.read_text("utf-8")


def test_a_run_of_no_cell_proves_nothing():
    """And says so by its exit code."""
    command = [sys.executable, str(COMMAND), "--seeds", "1", "--workers", "1", "--only", "no such fault"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (1, "0 cells, 0 lost, 0 doubled, 0 stuck, 0 raw\n")
