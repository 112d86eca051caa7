"""Count mutmut's results, a row for each module, and list the mutants that no test noticed.

    python -m proofs.mutants [NAME]… [--score-only] [--report docs/evidence/mutants.md]

Runs mutmut, for an hour, or reads what an earlier run left in `mutants/`. A mutant that the types refuse needs no
test, so the score is the part of the others that a test noticed. What the page says
below the table is written by hand and kept. Ends with the line
`N mutants, N refused by the types, N noticed, N survived`, and how many were not tried, where some were not.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from proofs.reporting import NO_SEED, ROOT, provenance

BY_HAND = "## What survived, and why\n"
"""From here on a page is written by hand."""
NOTICED = frozenset({"killed", "timeout"})
TYPED = "caught by type check"
NOT_TRIED = frozenset({"not checked", "check was interrupted by user"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutant's name, such as `package.module.x_function__mutmut_1`, and mutmut's status of it."""

    name: str
    status: str

    @property
    def module(self) -> str:
        """Return the module that was changed."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of some mutants."""

    mutants: int
    typed: int
    noticed: int
    not_tried: int = 0

    @property
    def survived(self) -> int:
        """Count those that nothing noticed."""
        return self.mutants - self.typed - self.noticed

    @property
    def score(self) -> str:
        """Return the part that tests noticed of those the types let through."""
        tried = self.mutants - self.typed
        return f"{100 * self.noticed / tried:.1f} %" if tried else "–"

    @property
    def cells(self) -> str:
        """Write the row's cells."""
        return f"{self.mutants:,} | {self.typed:,} | {self.noticed:,} | {self.survived:,} | {self.score} |"


def read_results(folder: Path) -> list[Mutant]:
    """Return mutmut's results for the tree in a folder."""
    command = [sys.executable, "-m", "mutmut", "results", "--all", "true"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    lines = (line.strip().rpartition(": ") for line in said.splitlines() if "__mutmut_" in line)
    return [Mutant(name, status) for name, _, status in lines]


def count(mutants: Sequence[Mutant]) -> Row:
    """Count the statuses of mutants."""
    became = Counter(each.status for each in mutants)
    not_tried = sum(became[status] for status in NOT_TRIED)
    noticed = sum(became[status] for status in NOTICED)
    return Row(len(mutants) - not_tried, became[TYPED], noticed, not_tried)


def by_module(mutants: Sequence[Mutant]) -> dict[str, Row]:
    """Count the statuses of the mutants of each module."""
    modules = sorted({each.module for each in mutants})
    return {module: count([each for each in mutants if each.module == module]) for module in modules}


def summary(row: Row) -> str:
    """Return the counts as a line."""
    tried = f"{row.mutants} mutants, {row.typed} refused by the types, {row.noticed} noticed, {row.survived} survived"
    return tried + (f", {row.not_tried} not tried" if row.not_tried else "")


def report(mutants: Sequence[Mutant], by_hand: str) -> str:
    """Return the page, with what was written by hand."""
    return "\n".join(_lines(mutants)) + f"\n\n{BY_HAND}{by_hand}"


def _lines(mutants: Sequence[Mutant]) -> Iterator[str]:
    every = count(mutants)
    tools = ", ".join(f"{name} {version(name)}" for name in ("mutmut", "mypy", "pytest"))
    yield (
        "# Mutants\n\nmutmut changes the decision modules (what an answer means, what may be sent again, what a planner"
        " is told) in one place at a time, and runs the tests that come by it. Down to the table the page is written by"
        f" the tool.\n\n```\n$ make mutants\n{summary(every)}\n```\n\n{provenance(seed=NO_SEED, tools=tools)}"
    )
    yield "- score: the part that tests noticed of what the types let through\n"
    yield "| module | mutants | refused by the types | noticed by a test | survived | score |"
    yield "|---|---|---|---|---|---|"
    for module, row in by_module(mutants).items():
        yield f"| `{module}` | {row.cells}"
    yield f"| all | {every.cells}"


def run_mutmut(names: Sequence[str]) -> None:
    """Try every mutant, or those whose names match."""
    # mutants of the question whether a process is alive send it this signal, and the process they ask about is mutmut's
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # mutmut and the type check that it starts are beside this interpreter
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "2", *names]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, check=False)


def main() -> int:
    """Name the survivors, count, and write the page where one is asked for."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument(
        "names", nargs="*", help="mutants to try, such as `carloop_plugin.domain.judgement*`; else all"
    )
    options.add_argument("--score-only", action="store_true", help="read the results of an earlier run")
    options.add_argument("--report", type=Path, help="write the score to a page")
    asked = options.parse_args()
    if not asked.score_only:
        run_mutmut(asked.names)
    mutants = read_results(ROOT)
    for each in mutants:
        if each.status not in NOTICED | NOT_TRIED | {TYPED}:
            print(f"{each.name}: {each.status}")
    if asked.report:
        kept = asked.report.read_text("utf-8") if asked.report.exists() else ""
        asked.report.write_text(report(mutants, kept.partition(BY_HAND)[2]), "utf-8")
    print(summary(count(mutants)))
    return 0 if mutants else 1


if __name__ == "__main__":
    sys.exit(main())
