"""Run the model many times. Exit 1 if a run loses or doubles a rental, or shows a planner something wrong.

python -m proofs.model [--runs 2000] [--seed 1] [--report docs/evidence/model.md]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from proofs.model.soak import markdown, run_batches, summary
from proofs.reporting import write_report


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


if __name__ == "__main__":
    sys.exit(main())
