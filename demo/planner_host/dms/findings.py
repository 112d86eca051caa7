"""Why the DMS cannot answer, or why an export is not imported: one exception, findings with codes.

No sentence repeats what stands in a cell: it may be personal data.
"""

from dataclasses import dataclass
from typing import Final

from planner_host.catalogues import catalogues
from web_base.languages import Language

MOST_FINDINGS: Final = 20
"""How many mistakes of an export a message lists."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `code` names its text; `line` counts from 1 and is 0 where there is none."""

    code: str
    file: str
    line: int = 0
    column: str = ""
    params: tuple[tuple[str, int], ...] = ()

    def message(self, language: Language) -> str:
        """Return a sentence with the place, what is wrong and what to do."""
        key = f"finding.{self.code}"
        place = [self.file]
        if self.line:
            place.append(language.text("finding.line", line=self.line))
        if self.column:
            place.append(language.text("finding.column", column=self.column))
        return f"{', '.join(place)}: {language.text(key, **dict(self.params))}"


class DmsProblem(Exception):
    """The DMS cannot answer (`dms_…`), or nothing of an export is imported (`csv_…`)."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        self.code = findings[0].code
        super().__init__(self.code)

    def message(self, locale: str = "de") -> str:
        """Return what is wrong in German (`de…`) or English, a line for each of the first `MOST_FINDINGS`."""
        language = catalogues()["de" if locale.lower().startswith("de") else "en"]
        lines = [finding.message(language) for finding in self.findings[:MOST_FINDINGS]]
        if more := len(self.findings) - len(lines):
            lines.append(language.text("finding.more", count=more))
        if self.code.startswith("csv_"):
            lines.append(language.text("finding.nothing_imported"))
        return "\n".join(lines)
