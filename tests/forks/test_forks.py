"""Servers that fork while they book: nothing is lost, swapped or raised."""

import os
import subprocess
import sys
from pathlib import Path

HARNESS = Path(__file__).with_name("harness.py")


def test_servers_that_fork_leave_everything_in_order(tmp_path):
    """Three rounds on each database, one for each place to fork at; the long proof is `make forks`."""
    report = tmp_path / "evidence" / "forks.md"
    command = [sys.executable, str(HARNESS), "--rounds", "3", "--report", str(report)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CARLOOP_")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environ)
    line = "3 rounds, 0 lost, 0 swapped, 0 raised"
    assert line == done.stdout.splitlines()[-1], done.stdout + done.stderr
    assert done.returncode == 0
    assert line in report.read_text()
