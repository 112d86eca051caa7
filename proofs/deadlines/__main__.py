"""Measure how long after its deadline a call ends, in the host kit and in the client.

    python -m proofs.deadlines [--tries 20] [--report FILE]

A case that is late, perhaps on a busy machine, is measured again, twice at most. Ends with the line
`N calls, 0 late, 0 wrong`; exits 1 where that is not so, with what was found on standard error.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from proofs.deadlines.case import CaseResult, measure
from proofs.deadlines.client import CLIENT
from proofs.deadlines.host import HOST
from proofs.reporting import NO_SEED, provenance, with_progress, write_report

CASES = [*HOST, *CLIENT]
_LEGEND = """*Seconds*: what the calls of a case have. *After*: how long after their deadline they ended, 50 ms at
most; before it where there is a minus. *Late*: one ended later. *Wrong*: one ended with another code than
`deadline_exceeded`. In the host kit the provider hangs in the hook that is asked; in the client the other side stops as
it says."""


def main() -> int:
    """Measure, and write the report if asked for."""
    asked = _options().parse_args()
    # The host kit logs each provider that hangs.
    logging.getLogger().addHandler(logging.NullHandler())
    found = list(with_progress((measure(case, tries=asked.tries) for case in CASES), len(CASES), "cases"))
    for result in found:
        if result.is_late or result.is_wrong_code:
            print(
                f"{result.case.name}: {result.worst * 1000:.0f} ms, {sorted(result.codes)}", file=sys.stderr
            )
    if asked.report:
        write_report(asked.report, markdown(found, tries=asked.tries))
    line, is_good = last_line(found)
    print(line)
    return 0 if is_good else 1


def last_line(found: Sequence[CaseResult]) -> tuple[str, bool]:
    """Return the line the run ends with, and whether it is as it should be."""
    calls = sum(len(result.overruns) for result in found)
    late, wrong_code = sum(result.is_late for result in found), sum(result.is_wrong_code for result in found)
    return f"{calls} calls, {late} late, {wrong_code} wrong", calls > 0 and not late and not wrong_code


def markdown(found: Sequence[CaseResult], *, tries: int) -> str:
    """Return the report."""
    repeats = {"measured again for a busy machine": f"{sum(bool(result.repeats) for result in found)} cases"}
    parts = [
        "# Deadlines",
        f"Written by `python -m proofs.deadlines`. {_LEGEND}",
        provenance(seed=NO_SEED, tries=f"{tries} a case", **repeats),
        "\n".join(_rows(found)),
        f"**{last_line(found)[0]}**",
    ]
    return "\n\n".join(parts)


def _rows(found: Iterable[CaseResult]) -> Iterator[str]:
    yield "| where | what stops the call | seconds | after, median | after, worst |"
    yield "|---|---|---|---|---|"
    for result in found:
        case, middle = result.case, median(result.overruns)
        wrong = "".join(
            f" **{word}**"
            for word, holds in (("late", result.is_late), ("wrong", result.is_wrong_code))
            if holds
        )
        figures = f"{case.seconds:g} | {_milliseconds(middle)} | {_milliseconds(result.worst)}"
        yield f"| {case.where} | {case.what}{wrong} | {figures} |"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tries", type=int, default=20, help="calls a case")
    options.add_argument("--report", type=Path)
    return options


if __name__ == "__main__":
    sys.exit(main())
