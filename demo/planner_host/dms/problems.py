"""Say why the DMS cannot answer or an export is not taken: one exception, codes, two languages.

No sentence repeats what stands in a cell: it may be a person's.
"""

from dataclasses import dataclass
from typing import Final

from planner_host.dms.texts import ENGLISH, GERMAN

MOST_FINDINGS: Final = 20
"""So many mistakes of an export are told at once."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `code` names its text; `line` counts from 1 and is 0 where there is none."""

    code: str
    file: str
    line: int = 0
    column: str = ""
    params: tuple[tuple[str, int], ...] = ()

    def message(self, locale: str = "de") -> str:
        """Say where it is, what is wrong and what to do, in German (`de…`) or else in English."""
        texts = _catalogue(locale)
        place = [self.file]
        if self.line:
            place.append(texts["line"].format(line=self.line))
        if self.column:
            place.append(texts["column"].format(column=self.column))
        return f"{', '.join(place)}: {texts[self.code].format_map(dict(self.params))}"


class DmsProblem(Exception):
    """The DMS cannot answer (`dms_…`), or an export is not taken, nor any part of it (`csv_…`)."""

    def __init__(self, *findings: Finding) -> None:
        """Refuse for these reasons, at least one."""
        super().__init__(findings[0].code)
        self.findings = findings

    @property
    def code(self) -> str:
        """The first finding's code."""
        return self.findings[0].code

    def message(self, locale: str = "de") -> str:
        """Say what is wrong, a line each; no more than somebody would read at once."""
        texts = _catalogue(locale)
        lines = [finding.message(locale) for finding in self.findings[:MOST_FINDINGS]]
        if more := len(self.findings) - len(lines):
            lines.append(texts["more"].format(count=more))
        if self.code.startswith("csv_"):
            lines.append(texts["nothing_imported"])
        return "\n".join(lines)


def _catalogue(locale: str) -> dict[str, str]:
    return GERMAN if locale.lower().startswith("de") else ENGLISH
