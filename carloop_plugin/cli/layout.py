"""Tables and facts for people on standard output. Rich is imported when one is printed, and not before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from carloop_plugin.cli.output import printable

if TYPE_CHECKING:
    from rich.console import Console

    from carloop_plugin.cli.texts import Texts

_WRAPPING = frozenset(
    {"vehicle", "class", "remark", "station", "features", "allowed", "outcome", "kept_because"}
)
"""The columns that wrap on a narrow terminal; ids, plates, times and prices stay on their line."""

_RIGHT = frozenset({"price", "origin", "target"})
"""The columns that are aligned at their right, so that one sees which number is larger."""

_WIDE = 240
_ROOMY = 120
_READABLE = 16
_LONG_ID = 20
_GAP = 2
_PADDING = 3


def is_roomy() -> bool:
    """Return whether there is room for columns that a person can do without."""
    return _console().width >= _ROOMY


def print_table(headings: Sequence[str], rows: Iterable[Mapping[str, object]], texts: Texts) -> None:
    """Print rows under headings; as wide as they are where nobody's terminal limits them.

    A terminal too narrow for the columns gets a block for each row instead, a line for each heading.

    :param headings: the columns to print, each a text of `heading` and a key of every row.
    :param rows: a cell is a value, a list of values, or a tuple of lines.
    """
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    console = _console()
    titles = [texts(f"heading.{heading}") for heading in headings]
    cells = [[_shown(row[heading]) for heading in headings] for row in rows]
    table, needed = Table(box=SIMPLE_HEAD, pad_edge=False), 0
    for heading, title, *column in zip(headings, titles, *cells, strict=True):
        width = max(cell_len(line) for cell in (title, *column) for line in cell.split("\n"))
        # An appointment's id is not wrapped, unless it is so long that nothing else would have room.
        wraps = heading in _WRAPPING or (heading == "appointment" and width > _LONG_ID)
        needed += (min(width, _READABLE) if wraps else width) + _PADDING
        justify: Literal["left", "right"] = "right" if heading in _RIGHT else "left"
        table.add_column(Text(title), justify=justify, overflow="fold", no_wrap=not wraps)
    if needed <= console.width:
        for row in cells:
            table.add_row(*map(Text, row))
        console.print(table)
        return
    for number, row in enumerate(cells):
        if number:
            console.print()
        _print_pairs(console, list(zip(titles, row, strict=True)))


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line; a value below its name where the terminal is too narrow."""
    _print_pairs(_console(), [(name, _shown(value)) for name, value in facts])


def _print_pairs(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    from rich.cells import cell_len
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    if console.width < max((cell_len(name) for name, _ in pairs), default=0) + _GAP + _READABLE:
        for name, value in pairs:
            console.print(Text(name, style="bold", overflow="fold"))
            console.print(Padding(Text(value, overflow="fold"), (0, 0, 0, _GAP)))
        return
    table = Table.grid(padding=(0, _GAP))
    for name, value in pairs:
        table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    console.print(table)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(_shown, value))
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "–" if value in (None, "") else printable(str(value))


def _console() -> Console:
    from rich.console import Console

    # Rich would take 80 columns for a pipe, and break lines that another program reads.
    limited = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stdout, width=None if limited else _WIDE, highlight=False, markup=False)
