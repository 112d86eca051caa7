"""The evidence: what was played where, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofs.crash.plan import Measures, Scene, in_turn
from proofs.crash.processes import AfterSeconds, AtCall, AtStep
from proofs.crash.scenes import Played
from proofs.crash.stage import Breach
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
    """All that was played."""

    seed: int
    played: tuple[Played, ...]
    measures: Measures
    scenes: tuple[Scene, ...]
    no_disk: str | None
    seconds: float

    @property
    def breaches(self) -> list[Breach]:
        """Return all that must not be."""
        return [breach for _, _, breaches in self.played for breach in breaches]

    @property
    def last_line(self) -> str:
        """Count the rounds in which something was doubled, and those in which something was not linked."""
        doubled = {breach.round.number for breach in self.breaches if breach.is_double}
        unlinked = {breach.round.number for breach in self.breaches if not breach.is_double}
        return f"{len(self.played)} rounds, {len(doubled)} doubled, {len(unlinked)} unlinked"

    @property
    def steps(self) -> tuple[int, int]:
        """Count the steps that were taken in turn, and all there are."""
        everything = {
            (each.scene, each.operation, each.detail, each.step)
            for each in in_turn(self.measures, scenes=self.scenes)
        }
        taken = {(r.scene, r.operation, r.detail, r.step) for r, _, _ in self.played}
        return len(everything & taken), len(everything)


def write_report(run: Run, path: Path) -> None:
    """Write the evidence as Markdown."""
    write_file(path, "\n".join(_lines(run)))


def _lines(run: Run) -> Iterator[str]:
    taken, all_steps = run.steps
    yield "# Crashes"
    yield ""
    yield f"**{run.last_line}**"
    yield ""
    asked = command("crash", (f"--rounds {len(run.played)}", f"--seed {run.seed}"))
    yield provenance(command=f"`{asked}`", seed=run.seed, seconds=f"{run.seconds:.0f}")
    yield f"- {taken} of {all_steps} steps taken in turn, the other rounds at random"
    if run.no_disk:
        yield f"- {LIMITED}: {run.no_disk}"
    yield ""
    yield from _table(run)
    for breach in run.breaches:
        yield f"- round {breach.round.number}: {breach.says}"


def _table(run: Run) -> Iterator[str]:
    yield "| what was killed or stood in the way | rounds | struck | doubled | unlinked |"
    yield "|---|---|---|---|---|"
    rounds = Counter(round_.scene for round_, _, _ in run.played)
    struck = Counter(round_.scene for round_, was_hit, _ in run.played if was_hit)
    doubled = Counter(b.round.scene for b in run.breaches if b.is_double)
    unlinked = Counter(b.round.scene for b in run.breaches if not b.is_double)
    for scene in Scene:
        cells = (rounds[scene], struck[scene], doubled[scene], unlinked[scene])
        yield f"| {scene.value} | {' | '.join(f'{cell:,}' for cell in cells)} |"
    yield ""
    operations = Counter(round_.operation for round_, _, _ in run.played)
    yield "By operation: " + _counted({name.value: count for name, count in operations.items()})
    yield ""
    deaths = Counter(_DEATHS[type(round_.kill)] for round_, was_hit, _ in run.played if was_hit)
    yield "How the plugin's process was to die: " + _counted(deaths)
    yield ""
    yield "*Struck*: the kill came before the work was over, or what stood in the way kept it from being done at once."


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {counts[name]:,}" for name in sorted(counts, key=lambda name: -counts[name]))
