"""The evidence: what was played where, and what was found."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from plan import Measures, Scene, in_turn
from processes import AfterSeconds, AtCall, AtStep
from scenes import Played
from stage import Breach

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
        """Give all that must not be."""
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
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_lines(run)) + "\n", "utf-8")


def _lines(run: Run) -> Iterator[str]:
    taken, all_steps = run.steps
    yield "# Crashes"
    yield ""
    yield "Written by the harness; do not edit. What is done in each round and looked at afterwards: `tests/crash/`."
    yield ""
    yield "```"
    yield f"$ make crash ROUNDS={len(run.played)} ARGS='--seed {run.seed} --report docs/evidence/crash.md'"
    yield run.last_line
    yield "```"
    yield ""
    yield f"- {datetime.now(UTC):%Y-%m-%d}, commit {_commit()}, seed {run.seed}, {run.seconds:.0f} s"
    yield f"- {_machine()}"
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


def _machine() -> str:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {system}"


def _commit() -> str:
    try:
        commit = _git("rev-parse", "--short", "HEAD").strip()
        return f"{commit} with changes" if _git("status", "--porcelain", "--", "*.py").strip() else commit
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    folder = Path(__file__).parent
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
