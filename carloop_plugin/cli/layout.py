"""Tables for people on standard output. Rich is imported when one is printed, and not before."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from carloop_plugin.cli.output import printable

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 240
_ROOMY = 120
_READABLE = 16
_GAP = 2
_PADDING = 3


@dataclass(frozen=True, slots=True)
class Stacked:
    """A cell of several lines."""

    lines: Sequence[object]

    def __str__(self) -> str:
        """Return the lines, each printable."""
        return "\n".join(printable(_word(line)) for line in self.lines)


def is_roomy() -> bool:
    """Return whether there is room for columns that a person can do without."""
    return _console().width >= _ROOMY


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    wrapping: Collection[str] = (),
    right: Collection[str] = (),
) -> None:
    """Print rows under headings; as wide as they are where nobody's terminal limits them.

    A terminal too narrow for the columns gets a block for each row instead, a line for each heading.

    :param wrapping: headings of the columns that wrap on a narrow terminal. All others (ids, plates, times,
        prices) stay on their line.
    :param right: headings of the columns that are aligned at their right, such as prices.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    console = _console()
    cells = [[_shown(cell) for cell in row] for row in rows]
    if not _fit(headings, cells, wrapping=wrapping, width=console.width):
        for number, row in enumerate(cells):
            if number:
                console.print()
            _print_pairs(console, list(zip(headings, row, strict=True)))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        justify: Literal["left", "right"] = "right" if heading in right else "left"
        table.add_column(Text(heading), justify=justify, overflow="fold", no_wrap=heading not in wrapping)
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line; a value below its name where the terminal is too narrow."""
    _print_pairs(_console(), [(name, _shown(value)) for name, value in facts])


def _print_pairs(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    if console.width < max((_width(name) for name, _ in pairs), default=0) + _GAP + _READABLE:
        for name, value in pairs:
            console.print(Text(name, style="bold", overflow="fold"))
            console.print(Padding(Text(value, overflow="fold"), (0, 0, 0, _GAP)))
        return
    table = Table.grid(padding=(0, _GAP))
    for name, value in pairs:
        table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    console.print(table)


def _fit(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, wrapping: Collection[str], width: int
) -> bool:
    """Return whether the columns fit: the fixed ones whole, those that wrap with a readable part."""
    columns = [[heading, *(row[index] for row in rows)] for index, heading in enumerate(headings)]
    needed = 0
    for heading, column in zip(headings, columns, strict=True):
        natural = max(_width(line) for cell in column for line in cell.split("\n"))
        needed += (min(natural, _READABLE) if heading in wrapping else natural) + _PADDING
    return needed <= width


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Stacked) else printable(_word(value))


def _console() -> Console:
    from rich.console import Console

    # Rich would take 80 columns for a pipe, and break lines that another program reads.
    limited = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stdout, width=None if limited else _WIDE, highlight=False, markup=False)


def _word(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value)
