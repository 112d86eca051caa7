"""Planner servers that share a store and are killed: nothing is doubled, lost, locked or left pending."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("harness.py")
SMALL = ["--processes", "3", "--attempts", "20", "--vehicles", "3", "--kill-every", "3"]


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_servers_that_race_and_die_leave_everything_in_order(store, tmp_path):
    """A small race on each database; the long one is `make races`."""
    report = tmp_path / "evidence" / "races.md"
    command = [sys.executable, str(HARNESS), "--store", store, *SMALL, "--report", str(report)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CARLOOP_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environ)
    line = "3 processes, 60 attempts, 0 overlaps, 0 lost, 0 locked, 0 unsettled"
    assert line == done.stdout.splitlines()[-1], done.stdout + done.stderr
    assert done.returncode == 0
    assert line in report.read_text()
