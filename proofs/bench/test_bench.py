"""`make bench` runs and writes what it promises. How fast anything is depends on the machine, and is not tested."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIELDS = ["work", "peer", "ours_s", "peer_s", "ratio", "goal"]


def bench(*arguments):
    """Run the bench as `make bench` does."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """Every row once, with small fleets and few rounds."""
    output = tmp_path_factory.mktemp("bench") / "results.json"
    done = bench("--quick", "--output", str(output))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(output.read_text("utf-8"))


def test_results_have_their_fixed_shape(quick):
    """Programs read the results: rows of six fields, the machine and the commit."""
    _, results = quick
    assert list(results) == ["rows", "machine", "commit"]
    assert [FIELDS] * len(results["rows"]) == [list(row) for row in results["rows"]]
    assert all(row["ratio"] == pytest.approx(row["ours_s"] / row["peer_s"]) for row in results["rows"])
    assert results["commit"] is None or re.fullmatch(r"[0-9a-f]{40}", results["commit"])


def test_every_figure_that_is_due_has_its_row(quick):
    """The rows are those of the design, each with its goal."""
    goals = [row["goal"] for row in quick[1]["rows"]]
    assert goals == [1.25, 1.25, 1.4, 1.4, 0.7, 0.05, 1.2, 1.5, 1.25, 1.1, 1.3, 1.3, 0.31, 1.5, 1.5, 1.3]


def test_each_goal_is_called_reached_or_missed(quick):
    """Each goal is called reached or missed, and every missed one is listed again below."""
    table, results = quick
    missed = [row for row in results["rows"] if row["ratio"] > row["goal"]]
    below = [line for line in table.splitlines() if line.startswith("missed: ")]
    assert (len(results["rows"]) - len(missed), len(missed)) == (table.count("│ reached │"), len(below))


def test_what_differs_from_sandbox_to_sandbox_is_reported(quick):
    """The search with history comes with its 95th percentile."""
    assert "95th percentile" in quick[0]


def test_one_row_alone_can_be_measured(tmp_path):
    """`--only` leaves out the rest."""
    output = tmp_path / "results.json"
    done = bench("--quick", "--only", "hosts", "--output", str(output))
    assert (done.returncode, 1) == (0, len(json.loads(output.read_text("utf-8"))["rows"]))
