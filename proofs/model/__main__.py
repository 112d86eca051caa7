"""Run the model many times. Exit 1 if a run loses or doubles a rental, or shows a planner something wrong.

python -m proofs.model [--runs 2000] [--seed 1] [--report docs/evidence/model.md]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from proofs.model.machine import Dealership
from proofs.reporting import command, provenance, with_progress, write_report

BATCH = 50
"""Runs that hypothesis draws from one seed; each batch has another seed."""


def main() -> int:
    """Run, write the report, and count."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--steps", type=int, default=30, help="how many rules a run follows at most")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--report", type=Path, help="write a report to this file")
    asked = options.parse_args()
    began = time.monotonic()
    soak = run_batches(asked.runs, first_seed=asked.seed, steps=asked.steps)
    if asked.report:
        seconds = time.monotonic() - began
        write_report(asked.report, markdown(soak, first_seed=asked.seed, steps=asked.steps, seconds=seconds))
    for each in soak.counterexamples:
        print(each, end="\n\n")
    print(summary(soak))
    return 1 if soak.counterexamples else 0


@dataclass
class Soak:
    """The results of many runs so far."""

    runs: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    counterexamples: list[str] = field(default_factory=list)


def run_batches(runs: int, *, first_seed: int, steps: int) -> Soak:
    """Execute runs in batches; a batch that fails yields one shrunk counterexample, and the others go on."""
    soak = Soak()
    batches = range(0, runs, BATCH)
    for number, done in with_progress(enumerate(batches), len(batches), f"batches of {BATCH} runs"):
        _run_batch(soak, min(BATCH, runs - done), chance=first_seed * 100_000 + number, steps=steps)
        soak.runs = min(done + BATCH, runs)
    return soak


def _run_batch(soak: Soak, runs: int, *, chance: int, steps: int) -> None:
    has_failed = False

    class Counted(Dealership):
        def teardown(self) -> None:
            nonlocal has_failed
            try:
                super().teardown()
            except Exception:
                has_failed = True
                raise
            if not has_failed:  # what follows a failure shrinks it
                soak.tally.update(self.sim.tally)

    try:
        run_state_machine_as_test(seed(chance)(Counted), settings=_settings(runs, steps))
    except Exception as error:  # noqa: BLE001 - whatever a run fails with is a counterexample
        notes = "\n".join(getattr(error, "__notes__", ()))
        soak.counterexamples.append(f"seed {chance}: {type(error).__name__}: {error}\n{notes}")


def _settings(runs: int, steps: int) -> settings:
    return settings(
        max_examples=runs,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


def summary(soak: Soak) -> str:
    """Count."""
    return f"{soak.runs} runs, {len(soak.counterexamples)} counterexamples"


def markdown(soak: Soak, *, first_seed: int, steps: int, seconds: float) -> str:
    """Return the report."""
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in sorted(soak.tally.items()))
    traces = "\n\n".join(f"```\n{each}\n```" for each in soak.counterexamples)
    facts = provenance(
        command=f"`{command('model', (f'--runs {soak.runs}', f'--seed {first_seed}', f'--steps {steps}'))}`",
        seed=first_seed,
        minutes=f"{seconds / 60:.0f}",
    )
    return (
        f"# The stateful model\n\n**{summary(soak)}**\n\n{facts}\n\n"
        "What happened in these runs, the settling at the end of each included:\n\n"
        f"| what | times |\n|---|---:|\n{rows}" + (f"\n\n## Counterexamples\n\n{traces}" if traces else "")
    )


if __name__ == "__main__":
    sys.exit(main())
