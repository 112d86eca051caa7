"""Play many runs of the model: `make model RUNS=2000`. Exit 1 where one of them loses, doubles or misleads."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from carloop_model.soak import play, summary, write_report


def main() -> int:
    """Play, write down, and count."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--steps", type=int, default=30, help="how many rules a run follows at most")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--report", type=Path, help="write down what was played and found")
    asked = options.parse_args()
    began = time.monotonic()
    soak = play(asked.runs, first_seed=asked.seed, steps=asked.steps)
    if asked.report:
        seconds = time.monotonic() - began
        write_report(soak, asked.report, first_seed=asked.seed, steps=asked.steps, seconds=seconds)
    for each in soak.counterexamples:
        print(each, end="\n\n")
    print(summary(soak))
    return 1 if soak.counterexamples else 0


if __name__ == "__main__":
    sys.exit(main())
