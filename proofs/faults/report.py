"""The matrix as a table a person can read: operation × fault × position, what was told, what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proofs.faults.catalogue import CARLOOP, FAULTS, Fault
from proofs.faults.cells import OPERATIONS, Cell
from proofs.faults.evidence import ChangeEvidence, SearchEvidence
from proofs.faults.judge import KINDS, Finding
from proofs.reporting import provenance
from tests.support.wire_faults import Position

_EXPLAINED = "[Never twice, never lost](../explanation/never-twice-never-lost.md#the-fault-matrix)"
_LEGEND = """A cell says what was told while the fault lasted, and in how many of the seeds: each draws the byte, how
many requests are struck, whether the reads around a change are struck too, when what is held arrives, and whether the
advisor asks twice. Afterwards the fault was taken back, everything settled, and asked for again it was done; what
was not so stands in bold. A dash: the fault cannot be there."""


@dataclass(frozen=True, slots=True)
class Played:
    """A cell that was played: the first thing told, what is wrong with it, and how often it was played again."""

    cell: Cell
    told: str
    findings: tuple[Finding, ...]
    replays: int = 0


def told_of(evidence: ChangeEvidence | SearchEvidence) -> str:
    """Return in a word what was told while the fault lasted."""
    if isinstance(evidence, SearchEvidence):
        problem = evidence.told.get("problem")
        return str(problem["code"]) if problem else "found"
    outcome = evidence.told[0].outcome
    if outcome["status"] == "refused":
        return f"refused `{outcome['problem']['code']}`"
    return str(outcome["status"])


def last_line(played: Sequence[Played]) -> str:
    """Return the line the run ends with."""
    wrong = count_wrong(played)
    return f"{len(played)} cells, " + ", ".join(f"{wrong[kind]} {kind}" for kind in KINDS)


def count_wrong(played: Iterable[Played]) -> Counter[str]:
    """Count the cells with a finding of each kind."""
    return Counter(kind for each in played for kind in {finding.kind for finding in each.findings})


def markdown(played: Sequence[Played], *, seeds: str) -> str:
    """Write the report."""
    replayed = [each for each in played if each.replays]
    parts = [
        "# The fault matrix",
        f"Written by `python -m proofs.faults`. What it proves: {_EXPLAINED}.",
        provenance(seeds=seeds, **{"played again for a late answer": f"{len(replayed)} cells"}),
        f"**{last_line(played)}**",
        _LEGEND,
        "## Made by the proxy",
        _table(played, [fault for fault in FAULTS if fault not in CARLOOP]),
        "## Made by Carloop",
        _table(played, list(CARLOOP)),
    ]
    wrong = [each for each in played if each.findings]
    if wrong:
        parts += ["## What is wrong", "\n".join(_line(each) for each in wrong)]
    return "\n\n".join(parts)


def _line(played: Played) -> str:
    says = "; ".join(f"{finding.kind}: {finding.says}" for finding in played.findings)
    return f"- {played.cell.name}: {says}"


def _table(played: Sequence[Played], faults: Sequence[Fault]) -> str:
    heads = " | ".join(operation.replace("_", " ") for operation in OPERATIONS)
    rows = [f"| fault | position | {heads} |", "|---" * (2 + len(OPERATIONS)) + "|"]
    for fault in faults:
        for position in fault.positions:
            cells = [_cell(played, fault, position, operation) for operation in OPERATIONS]
            if any(cells):
                rows.append(f"| {fault.name} | {position} | {' | '.join(each or '—' for each in cells)} |")
    return "\n".join(rows)


def _cell(played: Sequence[Played], fault: Fault, position: Position, operation: str) -> str:
    here = [
        each
        for each in played
        if (each.cell.fault, each.cell.position, each.cell.operation) == (fault, position, operation)
    ]
    told = Counter(each.told for each in here).most_common()
    wrong = count_wrong(here)
    parts = [f"{count} {word}" for word, count in told]
    return ", ".join(parts + [f"**{wrong[kind]} {kind}**" for kind in KINDS if wrong[kind]])
