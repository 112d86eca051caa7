"""Tables for people on standard output. Rich is imported when one is printed, and not before."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from carloop_plugin.cli.plain import plain

if TYPE_CHECKING:
    from rich.console import Console

    from carloop_plugin.cli.texts import Texts

_WIDE = 240
_ROOMY = 120


@dataclass(frozen=True, slots=True)
class Stacked:
    """A cell of several lines."""

    lines: Sequence[object]

    def __str__(self) -> str:
        """Give the lines, each fit for a terminal."""
        return "\n".join(plain(_word(line)) for line in self.lines)


def is_roomy() -> bool:
    """Tell whether there is room for columns that a person can do without."""
    return _console().width >= _ROOMY


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, wrapping: Collection[str] = ()
) -> None:
    """Print rows under headings; as wide as they are where nobody's terminal limits them.

    :param wrapping: headings of the columns that give way on a narrow terminal. All others (ids, plates, times,
        prices) stay on their line.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold", no_wrap=heading not in wrapping)
    for row in rows:
        table.add_row(*(Text(str(cell) if isinstance(cell, Stacked) else plain(_word(cell))) for cell in row))
    _console().print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for name, value in facts:
        table.add_row(Text(name, style="bold"), Text(plain(_word(value)), overflow="fold"))
    _console().print(table)


def price_of(price: object, texts: Texts) -> str:
    """Write an amount as a person does, `49,90 €` or `€49.90`."""
    if not isinstance(price, dict):
        return "–"
    try:
        amount = f"{Decimal(str(price.get('amount'))):,.2f}"
    except InvalidOperation:
        return "–"
    if texts.locale == "de":
        amount = amount.translate(str.maketrans(",.", ".,"))
    currency = str(price.get("currency"))
    return texts("price.format", amount=amount, currency="€" if currency == "EUR" else f"{currency} ").strip()


def _console() -> Console:
    from rich.console import Console

    limited = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(file=sys.stdout, width=None if limited else _WIDE, highlight=False, markup=False)


def _word(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value)
