"""The table on the terminal, and a progress bar while the bench runs."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from benchmarks.measuring import Samples
from benchmarks.row import Row


class ProgressBar:
    """Draws a bar for the row being measured. A context manager."""

    def __init__(self, console: Console) -> None:
        """Draw on a console."""
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> ProgressBar:
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._progress.stop()

    def preparing(self, label: str) -> None:
        """Show what is being prepared, untimed."""
        self._progress.reset(self._task, description=f"preparing {label}", total=None)

    def rounds(self, label: str, count: int) -> Iterator[int]:
        """Count the rounds of one row."""
        self._progress.reset(self._task, description=label, total=count)
        for number in range(count):
            yield number
            self._progress.advance(self._task)


def table_of(rows: list[Row]) -> Table:
    """Return the rows as a table: work, ours, compared with, ratio, goal, reached or not."""
    table = Table(title="Ratios of medians, measured in turns; smaller is better", title_justify="left")
    for heading, justify in (
        ("work", "left"), ("ours", "right"), ("compared with", "left"), ("theirs", "right"),
        ("ratio", "right"), ("goal", "right"), ("", "left"),
    ):  # fmt: skip
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for row in rows:
        reached = "[green]reached[/]" if row.reached else "[bold red]missed[/]"
        work = f"{row.work}\n[dim]{row.remark}[/]" if row.remark else row.work
        table.add_row(
            work, _time(row.ours), row.peer, _time(row.theirs), f"{row.ratio:.3g}", f"≤ {row.goal:g}", reached
        )
    return table


def _time(samples: Samples) -> str:
    """Write a median and, in brackets, how far the middle half of the rounds spreads around it."""
    value, unit = (samples.median * 1e3, "ms") if samples.median >= 1e-4 else (samples.median * 1e6, "µs")
    return f"{value:.3g} {unit} (±{samples.spread * 50:.0f} %)"
