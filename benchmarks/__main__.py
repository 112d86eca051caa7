"""Measure, print the table, write the results: `python -m benchmarks`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from benchmarks.results import RESULTS, has_changes, write_results
from benchmarks.row import QUICK, Row, Scale
from benchmarks.table import ProgressBar, table_of
from benchmarks.works import BENCHES


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", "names", multiple=True, metavar="NAME", type=click.Choice(list(BENCHES)),
              help=f"Measure these rows alone: {', '.join(BENCHES)}. May be given several times.")  # fmt: skip
@click.option("--rounds", type=click.FloatRange(min=0, min_open=True), default=1.0, metavar="N",
              help="Measure each row N times as often; 0.2 is a rough look.")  # fmt: skip
@click.option("--quick", is_flag=True,
              help="Small fleets and few rounds: whether the bench runs, not how fast anything is.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=RESULTS,
              help="Where the results go.  [default: benchmarks/results.json]")  # fmt: skip
def main(names: tuple[str, ...], rounds: float, quick: bool, output: Path) -> None:
    """Measure the product against its peers and print a ratio of medians for each piece of work.

    Ours and the peer run in turns in one run, so a noisy machine disturbs both alike. A missed goal is shown as
    missed; the exit code is 0 all the same, for a busy machine is no failure.
    """
    scale = QUICK if quick else Scale()
    console = Console(width=None if sys.stdout.isatty() else 160)
    rows = measure(names or tuple(BENCHES), replace(scale, share=scale.share * rounds))
    console.print(table_of(rows))
    missed = [row for row in rows if not row.reached]
    for row in missed:
        console.print(f"missed: {row.work}: {row.ratio:.3g} instead of {row.goal:g}", style="red")
    if not missed:
        console.print("every goal is reached", style="green")
    if has_changes():
        console.print("measured with changes that are not committed", style="yellow")
    write_results(rows, output)


def measure(names: tuple[str, ...], scale: Scale) -> list[Row]:
    """Run the named benches one after the other."""
    with ProgressBar(Console(stderr=True)) as progress:
        return [row for name in names for row in BENCHES[name](scale, progress)]


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
