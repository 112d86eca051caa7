"""The figures of an outage: the line it ends with, and the report."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from carloop_plugin.api.client import MOST_TOKENS
from proofs.outage.checks import (
    MAX_MORE,
    Findings,
    Requests,
    Span,
    count_answers,
    count_pages,
    count_requests,
)
from proofs.outage.journal import ChangeAnswer, Entry
from proofs.reporting import provenance

_EXPLAINED = "[Never twice, never lost](../explanation/never-twice-never-lost.md#an-outage)"
_BUDGET = "[decisions](../decisions/README.md), the one on the retry budget"


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of an outage. `settled_after` counts the seconds from Carloop's return."""

    asked: argparse.Namespace
    spans: Sequence[Span]
    entries: Sequence[Entry]
    findings: Findings
    unsettled: int
    settled_after: float

    @property
    def requests(self) -> Requests:
        """Return the requests of the whole outage."""
        return count_requests(self.entries, self.spans)

    @property
    def unknown(self) -> int:
        """Return how many changes were answered `unknown` at least once."""
        answers = [
            each for each in self.entries if isinstance(each, ChangeAnswer) and each.status == "unknown"
        ]
        return len({each.change["change_id"] for each in answers})

    @property
    def is_good(self) -> bool:
        """Return whether every figure is reached, and there were requests at all."""
        findings = self.findings
        is_wrong = self.unsettled or findings.lost or findings.doubled or findings.wrong_pages or findings.raw
        return not is_wrong and self.requests.useful > 0 and self.requests.more <= self.most_more

    @property
    def most_more(self) -> float:
        """Return how many more requests are allowed; in a run of seconds the initial retry tokens are many."""
        tenth = self.requests.useful * MAX_MORE
        return tenth if self.asked.minutes >= 1 else max(tenth, self.asked.planners * MOST_TOKENS)


def last_line(figures: Figures) -> str:
    """Return the line the run ends with."""
    requests, findings = figures.requests, figures.findings
    return (
        f"{figures.asked.minutes:g} min outage: {requests.useful} useful requests, {requests.more} more "
        f"({requests.share:.1%}), {figures.unknown} changes unknown, {figures.unsettled} unsettled, "
        f"{len(findings.lost)} lost, {len(findings.doubled)} doubled, {len(findings.wrong_pages)} wrong pages, "
        f"{len(findings.raw)} raw"
    )


def markdown(figures: Figures) -> str:
    """Return the report."""
    asked = figures.asked
    answers = [each for each in figures.entries if isinstance(each, ChangeAnswer)]
    late = [each.overrun for each in answers if each.overrun > 0.05]
    load = f"{asked.planners} planner processes on one SQLite store, {asked.advisors} advisors each"
    pace = f"a change every {asked.pause:g} s each, {asked.timeout:g} s for its answer"
    reconciling = f"every {asked.reconcile_every:g} s in each process"
    rows = [_row(span, figures.entries) for span in figures.spans]
    parts = [
        "# An outage of Carloop under load",
        f"Written by `python -m proofs.outage`. What is counted: {_EXPLAINED}. Why retries are few: {_BUDGET}.",
        provenance(seed=str(asked.seed), load=load, pace=pace, reconciling=reconciling),
        f"**{last_line(figures)}**",
        f"All was settled {figures.settled_after:.1f} s after Carloop's return. Of {len(answers)} answers to advisors "
        f"{len(late)} came more than 50 ms past their deadline"
        + (f", the worst {max(late) * 1000:.0f} ms." if late else "."),
        "\n".join(
            [
                "| phase | what planners meet | useful requests | more | changes were answered | pages said |",
                "|---|---|---|---|---|---|",
                *rows,
            ]
        ),
    ]
    return "\n\n".join(parts)


def _row(span: Span, entries: Sequence[Entry]) -> str:
    requests = count_requests(entries, [span])
    answers, pages = _words(count_answers(entries, span)), _words(count_pages(entries, span))
    head = f"{span.name}, {span.ended - span.began:.0f} s | {span.text}"
    return f"| {head} | {requests.useful} | {requests.more} | {answers} | {pages} |"


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.most_common()) or "—"
