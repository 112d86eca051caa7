"""Read a CSV file as German software writes it into cells with their line and column.

Semicolons, a header, quotation marks where needed; UTF-8 with or without a byte order mark, or Windows-1252.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from planner_host.dms.findings import DmsProblem, Finding
from planner_host.dms.folding import plain, tidy

# A German letter in UTF-8. In Windows-1252 the same bytes are `Ã¤` and the like, which nobody writes.
_UTF8_LETTER: Final = re.compile(rb"\xc3[\x84\x96\x9c\x9f\xa4\xb6\xbc]")
_LETTERS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: `names` gives the names that each field's may have, the one that messages name first.

    Of each row of `needed`, one field at least must have a column.
    """

    names: Mapping[str, tuple[str, ...]]
    needed: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class CsvRow:
    """What stands in a line, tidied: `cells` by field, `titles` what their columns are called, `line` its first."""

    file: str
    line: int
    cells: Mapping[str, str]
    titles: Mapping[str, str]

    def finding(self, code: str, field: str = "", **params: int) -> Finding:
        """Return a finding about this line, or about one of its cells."""
        return Finding(code, self.file, self.line, self.titles.get(field, ""), tuple(params.items()))


def read_rows(path: Path, columns: Columns) -> list[CsvRow]:
    """Read a file; empty lines are left out, and columns that nobody knows.

    Raises:
        DmsProblem: this is no such file.
    """
    lines = _lines(path)
    line, header = next(lines, (1, []))
    if header[:1] == ["sep="]:  # Excel's own first line
        line, header = next(lines, (1, []))
    places = _places(header, columns, Finding("csv_delimiter", path.name, line))
    titles = {field: tidy(header[place]) for field, place in places.items()}
    rows: list[CsvRow] = []
    findings: list[Finding] = []
    for line, cells in lines:
        surplus = cells[len(header) :]  # a last semicolon is no further value
        if len(cells) >= len(header) and not any(surplus):
            tidied = {field: tidy(cells[place]) for field, place in places.items()}
            rows.append(CsvRow(path.name, line, tidied, titles))
        else:
            findings.append(Finding("csv_cells", path.name, line))
    if findings:
        raise DmsProblem(*findings)
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Return the cells of each line that is not empty, and its number; a cell may span several lines."""
    # Strict: a quotation mark within a value would shift all that follows.
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), delimiter=";", strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise DmsProblem(Finding("csv_quotes", path.name, line)) from None
        if any(cell.strip() for cell in cells):
            yield line, cells


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        raise DmsProblem(Finding("csv_unreadable", path.name)) from None
    try:
        return _text(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DmsProblem(Finding("csv_encoding", path.name, line)) from None


def _text(data: bytes) -> str:
    if (zero := data.find(0)) >= 0:  # UTF-16, or no text at all
        raise UnicodeDecodeError("utf-8", data, zero, zero + 1, "")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if data.startswith(BOM_UTF8) or _UTF8_LETTER.search(data):
            raise
        return data.decode("cp1252")


def _places(header: Sequence[str], columns: Columns, delimiter: Finding) -> dict[str, int]:
    titles = [_bare(title) for title in header]
    # Programs set to English write commas.
    if len(header) == 1 and re.search("[,\t]", header[0]):
        raise DmsProblem(delimiter)
    places: dict[str, int] = {}
    for field, names in columns.names.items():
        if name := next((name for name in map(_bare, names) if name in titles), ""):
            places[field] = titles.index(name)
            if titles.count(name) > 1:
                raise DmsProblem(
                    replace(delimiter, code="csv_column_twice", column=tidy(header[places[field]]))
                )
    missing = [fields for fields in columns.needed if not places.keys() & set(fields)]
    if missing:
        names_of = (" / ".join(columns.names[field][0] for field in fields) for fields in missing)
        raise DmsProblem(*(replace(delimiter, code="csv_column_missing", column=name) for name in names_of))
    return places


def _bare(title: str) -> str:
    return "".join(_LETTERS.findall(plain(title)))
