"""The matrix as a table: operation × fault × position, and the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proofs.faults.catalogue import CARLOOP, FAULTS, Fault
from proofs.faults.cells import OPERATIONS, Cell
from proofs.faults.checks import KINDS, Finding
from proofs.faults.evidence import ChangeEvidence, Evidence
from proofs.reporting import provenance
from tests.support.wire_faults import Position

_EXPLAINED = "[Never twice, never lost](../explanation/never-twice-never-lost.md#the-fault-matrix)"
_LEGEND = """A cell says what was answered while the fault lasted, in how many of the seeds: each draws the byte, how
many requests meet the fault, whether the reads around a change meet it too, when what is held arrives, and whether
the advisor asks twice. Afterwards the fault was taken back, everything settled, and asked for again it was done; what
was not so stands in bold. A dash: the fault cannot be there."""


@dataclass(frozen=True, slots=True)
class CellResult:
    """The result of a cell: the first answer, what is wrong with it, and how often it was repeated."""

    cell: Cell
    answer: str
    findings: tuple[Finding, ...]
    replays: int = 0


def answer_of(evidence: Evidence) -> str:
    """Return a summary of the first answer during the fault."""
    if not isinstance(evidence, ChangeEvidence):
        problem = evidence.answer.get("problem")
        return str(problem["code"]) if problem else "found"
    outcome = evidence.answers[0].outcome
    if outcome["status"] == "refused":
        return f"refused `{outcome['problem']['code']}`"
    return str(outcome["status"])


def last_line(results: Sequence[CellResult]) -> str:
    """Return the line the run ends with."""
    wrong = count_wrong(results)
    return f"{len(results)} cells, " + ", ".join(f"{wrong[kind]} {kind}" for kind in KINDS)


def count_wrong(results: Iterable[CellResult]) -> Counter[str]:
    """Count the cells with a finding of each kind."""
    return Counter(kind for each in results for kind in {finding.kind for finding in each.findings})


def markdown(results: Sequence[CellResult], *, seeds: str) -> str:
    """Return the report."""
    replayed = [each for each in results if each.replays]
    parts = [
        "# The fault matrix",
        f"Written by `python -m proofs.faults`. What it proves: {_EXPLAINED}.",
        provenance(seeds=seeds, **{"played again for a late answer": f"{len(replayed)} cells"}),
        f"**{last_line(results)}**",
        _LEGEND,
        "## Made by the proxy",
        _table(results, [fault for fault in FAULTS if fault not in CARLOOP]),
        "## Made by Carloop",
        _table(results, list(CARLOOP)),
    ]
    wrong = [each for each in results if each.findings]
    if wrong:
        parts += ["## What is wrong", "\n".join(_line(each) for each in wrong)]
    return "\n\n".join(parts)


def _line(result: CellResult) -> str:
    text = "; ".join(f"{finding.kind}: {finding.text}" for finding in result.findings)
    return f"- {result.cell.name}: {text}"


def _table(results: Sequence[CellResult], faults: Sequence[Fault]) -> str:
    heads = " | ".join(operation.replace("_", " ") for operation in OPERATIONS)
    rows = [f"| fault | position | {heads} |", "|---" * (2 + len(OPERATIONS)) + "|"]
    for fault in faults:
        for position in fault.positions:
            cells = [_cell(results, fault, position, operation) for operation in OPERATIONS]
            if any(cells):
                rows.append(f"| {fault.name} | {position} | {' | '.join(each or '—' for each in cells)} |")
    return "\n".join(rows)


def _cell(results: Sequence[CellResult], fault: Fault, position: Position, operation: str) -> str:
    here = [
        each
        for each in results
        if (each.cell.fault, each.cell.position, each.cell.operation) == (fault, position, operation)
    ]
    answers = Counter(each.answer for each in here).most_common()
    wrong = count_wrong(here)
    parts = [f"{count} {word}" for word, count in answers]
    return ", ".join(parts + [f"**{wrong[kind]} {kind}**" for kind in KINDS if wrong[kind]])
