"""The figures of the deadlines are held to their limit, and the command writes them down."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from carloop_faults.deadlines.case import Case, measure
from carloop_faults.deadlines.command import CASES, last_line

COMMAND = Path(__file__).with_name("deadlines.py")


def test_every_case_is_measured_and_written_down(tmp_path):
    """One call each, in the host kit and in the client."""
    report = tmp_path / "deadlines.md"
    command = [sys.executable, str(COMMAND), "--tries", "1", "--report", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    line = f"{len(CASES)} calls, 0 late, 0 astray"
    assert (0, f"{line}\n", "") == (done.returncode, done.stdout, done.stderr)
    text = report.read_text("utf-8")
    assert text.endswith(f"**{line}**\n")
    for each in (
        "- Date: ",
        "- Commit: ",
        "- Machine: ",
        "- Seed: none, what is played is not left to chance\n",
    ):
        assert each in text
    assert len(CASES) == text.count("| host kit |") + text.count("| client, a ")


def case(*overruns, told="deadline_exceeded"):
    """Make a case whose calls end so, one after the other."""
    left = list(overruns)

    @contextmanager
    def stopped():
        yield lambda _: (told, left.pop(0))

    return Case("nowhere", "nothing", stopped, 0.1)


def test_what_a_busy_machine_spoilt_is_measured_again():
    """Twice at most."""
    for ended, expected in (
        (measure(case(0.2, 0.049)), ((0.049,), 1)),
        (measure(case(0.2, 0.2, 0.3, 0.0)), ((0.3,), 2)),
    ):
        assert (ended.overruns, ended.again) == expected


@pytest.mark.parametrize(
    ("case", "line"),
    [
        (case(0.05, -0.1), "2 calls, 0 late, 0 astray"),
        (case(*[0.01, 0.0501] * 3), "2 calls, 1 late, 0 astray"),
        (case(0.0, 0.0, told="provider_failed"), "2 calls, 0 late, 1 astray"),
    ],
)
def test_each_figure_is_held_to_its_limit(case, line):
    """Not a millisecond more, and nothing else may be told."""
    found = [measure(case, tries=2)]
    assert last_line(found) == (line, line.endswith("0 late, 0 astray"))
    assert not last_line([])[1]
