"""The score of the mutants is what mutmut found, and every survivor on the page is accounted for."""

import os
import re
import subprocess
import sys
import tomllib

from proofs.mutants.__main__ import BY_HAND, Mutant, Row, by_module, count, read_results, report, summary
from proofs.reporting import ROOT

CODE = "def is_late(hours: int) -> bool:\n    return hours > 24\n"
TEST = "from late import is_late\n\n\ndef test_late() -> None:\n    assert is_late(30)\n    assert not is_late(24)\n"
SETTINGS = (
    '[tool.mutmut]\nsource_paths = ["late.py"]\npytest_add_cli_args_test_selection = ["test_late.py"]\n'
)


def test_the_results_are_mutmuts_own(tmp_path):
    """A real run: `>=` is noticed; `25` is not, since no test has 25 hours."""
    for name, text in (("late.py", CODE), ("test_late.py", TEST), ("pyproject.toml", SETTINGS)):
        (tmp_path / name).write_text(text, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = [sys.executable, "-m", "mutmut", "run"]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    results = read_results(tmp_path)
    assert by_module(results) == {"late": Row(2, 0, 1)}, done.stdout + done.stderr
    assert [each.status for each in results if each.status != "killed"] == ["survived"]


def test_the_modules_to_change_and_the_tests_exist():
    """mutmut passes over a name that leads nowhere: the module would silently be left out."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    named = settings["only_mutate"] + settings["pytest_add_cli_args_test_selection"]
    assert [each for each in named if not (ROOT / each).is_file()] == []


def test_what_nothing_noticed_survived():
    """Whatever mutmut calls it; the score leaves out what the types refuse."""
    statuses = ["killed", "timeout", "survived", "no tests", "suspicious", "caught by type check"]
    assert counted(statuses) == ("6 mutants, 1 refused by the types, 2 noticed, 3 survived", "40.0 %")
    expected = ("6 mutants, 1 refused by the types, 2 noticed, 3 survived, 1 not tried", "40.0 %")
    assert counted([*statuses, "not checked"]) == expected


def counted(statuses):
    row = count([Mutant(f"a.b.x_c__mutmut_{n}", status) for n, status in enumerate(statuses)])
    return summary(row), row.score


def test_what_was_written_by_hand_is_kept():
    """Only the table is new."""
    page = report([Mutant("a.b.x_c__mutmut_1", "killed")], "\nBecause.\n")
    assert "| `a.b` | 1 | 0 | 1 | 0 | 100.0 % |" in page
    assert page.endswith(f"{BY_HAND}\nBecause.\n")


def test_every_survivor_is_accounted_for():
    """The numbers of the kinds add up to those that survived."""
    page = (ROOT / "docs" / "evidence" / "mutants.md").read_text("utf-8")
    table, _, by_hand = page.partition(BY_HAND)
    (survived,) = re.findall(r"^\| all \|.*\| ([\d,]+) \| [\d.]+ % \|$", table, re.MULTILINE)
    kinds = re.findall(r"^\| [^|]+ \| (\d+) \|", by_hand, re.MULTILINE)
    assert int(survived.replace(",", "")) == sum(map(int, kinds))
