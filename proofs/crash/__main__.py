"""Kill everything with SIGKILL, everywhere, and count what is doubled or not linked afterwards.

    python -m proofs.crash --rounds 50 [--seed 1] [--jobs 2] [--report docs/evidence/crash.md]

Each round books, changes or cancels through the plugin's own hooks, in a process that is killed on the way; or its
recovery is, or Carloop, or the disk is full, or the records are locked, damaged or just being migrated (`plan.py`).
Three of four rounds take the next of all steps, the fourth takes what chance brings. Then a fresh process recovers, and
both sides are compared (`verdict.py`). A full disk is a small one that is mounted; who may not do that has a limit on
the length of files instead, which CI does not let pass. Ends with the line `N rounds, 0 doubled, 0 unlinked`; exits 1
where that is not so, with what was found on standard error. The same seed plays the same rounds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from proofs.crash.measuring import measure, warm_up
from proofs.crash.plan import Measures, Round, Scene, schedule
from proofs.crash.report import LIMITED, Run, write_report
from proofs.crash.scenes import Played, play
from proofs.crash.stage import raised, small_disk
from proofs.reporting import counted

ROUNDS_A_STAGE = 25
"""So many rounds share a Carloop and its records: what one leaves behind meets the next."""

MOST_SHOWN = 50
"""So many breaches are told; a first one often brings about others."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rounds that are played on one stage."""

    rounds: tuple[Round, ...]
    with_disk: bool


def play_part(part: Part) -> list[Played]:
    """Play the rounds of one stage, one after the other."""
    with (
        tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder,
        raised(Path(folder), with_disk=part.with_disk) as stage,
    ):
        return [play(each, stage) for each in part.rounds]


def play_all(rounds: Sequence[Round], *, jobs: int, with_disk: bool) -> Iterator[list[Played]]:
    """Play all rounds, on as many stages at once as there are jobs."""
    parts = [
        Part(tuple(rounds[start : start + ROUNDS_A_STAGE]), with_disk)
        for start in range(0, len(rounds), ROUNDS_A_STAGE)
    ]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(play_part, parts)


def why_no_disk() -> str | None:
    """Say why no disk can be filled here; None where one can."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder) / "disk"):
                return None
        except OSError as error:
            return str(error)


def run(*, rounds: int, seed: int, jobs: int, scenes: Sequence[Scene], no_disk: str | None) -> Run:
    """Measure, plan and play."""
    began = time.monotonic()
    warm_up()
    measures: Measures = measure(scenes)
    planned = schedule(rounds, measures, seed=seed, scenes=scenes)
    parts = play_all(planned, jobs=jobs, with_disk=no_disk is None)
    played = list(counted(chain.from_iterable(parts), rounds, "rounds"))
    return Run(
        seed=seed,
        played=tuple(played),
        measures=measures,
        scenes=tuple(scenes),
        no_disk=no_disk,
        seconds=time.monotonic() - began,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the rounds, say what was found, and count."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--scene", choices=[scene.name for scene in Scene], help="play rounds of this scene only"
    )
    options.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    options.add_argument("--report", type=Path, help="write what was played and found to this file")
    asked = options.parse_args(arguments)
    scenes = [Scene[asked.scene]] if asked.scene else list(Scene)
    no_disk = why_no_disk() if Scene.FULL in scenes else None
    if no_disk:
        print(f"{LIMITED}: {no_disk}", file=sys.stderr)
        if os.environ.get("CI") == "true":
            print("CI must have a disk that can be filled", file=sys.stderr)
            return 1
    found = run(rounds=asked.rounds, seed=asked.seed, jobs=asked.jobs, scenes=scenes, no_disk=no_disk)
    for breach in found.breaches[:MOST_SHOWN]:
        print(f"round {breach.round.number} ({breach.round.told}): {breach.says}", file=sys.stderr)
    if asked.report:
        write_report(found, asked.report)
    print(found.last_line)
    return 1 if found.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
