"""The report: which rounds were run, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofs.crash.disruptions import RoundResult
from proofs.crash.plan import Disruption, Measures, Selection, rounds_of_every_step
from proofs.crash.processes import AfterSeconds, AtCall, AtStep
from proofs.crash.testbed import KINDS, Violation
from proofs.reporting import command, provenance
from proofs.reporting import write_report as write_file

_DEATHS = {
    AtStep: "at a step",
    AtCall: "at any call of a function",
    AfterSeconds: "after any time",
    type(None): "not by its own hand (at a point of the sending, or not at all)",
}


LIMITED = "a full disk was a limit on the length of each file (RLIMIT_FSIZE), since none can be mounted here"


@dataclass(frozen=True, slots=True)
class Run:
    """All rounds that were run."""

    seed: int
    results: tuple[RoundResult, ...]
    measures: Measures
    selection: Selection
    no_disk: str | None
    seconds: float

    @property
    def violations(self) -> list[Violation]:
        """Return the violations of all rounds."""
        return [violation for _, _, violations in self.results for violation in violations]

    @property
    def last_line(self) -> str:
        """Count the rounds with a violation of each kind."""
        counts = Counter(kind for kind, _ in {(each.kind, each.round.number) for each in self.violations})
        return ", ".join((f"{len(self.results)} rounds", *(f"{counts[kind]} {kind}" for kind in KINDS)))

    @property
    def steps(self) -> tuple[int, int]:
        """Return how many steps were covered in turn, and how many there are."""
        everything = {
            (each.disruption, each.operation, each.detail, each.step)
            for each in rounds_of_every_step(self.measures, self.selection)
        }
        taken = {(r.disruption, r.operation, r.detail, r.step) for r, _, _ in self.results}
        return len(everything & taken), len(everything)


def write_report(run: Run, path: Path) -> None:
    """Write the report as Markdown."""
    write_file(path, "\n".join(_lines(run)))


def _lines(run: Run) -> Iterator[str]:
    taken, all_steps = run.steps
    asked = command("crash", (f"--rounds {len(run.results)}", f"--seed {run.seed}", *run.selection.arguments))
    facts = provenance(command=f"`{asked}`", seed=run.seed, seconds=f"{run.seconds:.0f}")
    yield f"# Crashes\n\n**{run.last_line}**\n\n{facts}"
    yield f"- {taken} of {all_steps} steps taken in turn, the other rounds at random"
    if run.no_disk:
        yield f"- {LIMITED}: {run.no_disk}"
    yield ""
    yield from _table(run)
    for violation in run.violations:
        yield f"- round {violation.round.number}: {violation.text}"


def _table(run: Run) -> Iterator[str]:
    yield f"| what was killed or stood in the way | rounds | took effect | {' | '.join(KINDS)} |"
    yield "|---|---|---|---|---|---|"
    rounds = Counter(round_.disruption for round_, _, _ in run.results)
    killed_process = Counter(round_.disruption for round_, took_effect, _ in run.results if took_effect)
    wrong = Counter((each.round.disruption, each.kind) for each in run.violations)
    for disruption in Disruption:
        kinds = (wrong[disruption, kind] for kind in KINDS)
        cells = (rounds[disruption], killed_process[disruption], *kinds)
        yield f"| {disruption.value} | {' | '.join(f'{cell:,}' for cell in cells)} |"
    yield ""
    operations = Counter(round_.operation for round_, _, _ in run.results)
    yield "By operation: " + _counted({name.value: count for name, count in operations.items()})
    yield ""
    deaths = Counter(_DEATHS[type(round_.kill)] for round_, took_effect, _ in run.results if took_effect)
    yield "How the plugin's process was to die: " + _counted(deaths)
    yield ""
    yield "*Took effect*: killed before the work was over, or kept from doing it at once by what stood in the way."


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {counts[name]:,}" for name in sorted(counts, key=lambda name: -counts[name]))
