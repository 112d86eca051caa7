"""The figures of the hostile answers: what each cost, the line the run ends with, and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from proofs.hostile.measured_process import Measured
from proofs.hostile.second_origin import OriginAttempt
from proofs.reporting import NO_SEED, provenance

MOST_OVERRUN = 0.05
MOST_GROWN = 64 * 1024 * 1024
MOST_STALLED = 0.3
_KINDS = ("late", "grown", "stalled", "raw")
_LEGEND = """Each answer meets every request of a fresh process that has asked everything once before. *Past*: how long
after its deadline a call ended, where it did (50 ms at most). *Grown*: the most memory held above that before (less
than 64 MiB). *Stood still*: the longest another thread did not run (300 ms at most). *At the last moment*: the last
byte comes when 6 % of the time are left, so that reading the answer is what makes the call late."""
_SECOND_ORIGIN = """Every operation meets what leads to a second origin in every answer, or that origin's address typed
on the settings page while the token stands in the environment. Nobody came to the second origin, so neither did the
token; links that lead there are in no document that a planner shows."""


@dataclass(frozen=True, slots=True)
class AnswerCost:
    """One hostile answer with its four calls, and how often they were measured again."""

    answer: str
    calls: tuple[Measured, ...]
    again: int = 0


def wrong_of(measured: Measured) -> Iterator[str]:
    """Return the limits that a call exceeds."""
    if measured.overrun > MOST_OVERRUN or measured.late:
        yield "late"
    if measured.grown >= MOST_GROWN:
        yield "grown"
    if measured.stalled > MOST_STALLED:
        yield "stalled"
    if measured.raw or measured.answer == "provider_failed":
        yield "raw"


def last_line(costs: Sequence[AnswerCost], attempts: Sequence[OriginAttempt]) -> tuple[str, bool]:
    """Return the line the run ends with, and whether it is as it should be."""
    calls = [each for one in costs for each in one.calls]
    wrong = Counter(kind for each in calls for kind in wrong_of(each))
    followed = sum(bool(each.connections or each.shows_links) for each in attempts)
    tried = len(calls) + sum(len(each.answers) for each in attempts)
    figures = ", ".join(f"{wrong[kind]} {kind}" for kind in _KINDS)
    is_good = tried > 0 and not wrong and not followed and all(len(each.calls) == 4 for each in costs)
    return f"{tried} calls, {figures}, {followed} followed", is_good


def markdown(costs: Sequence[AnswerCost], attempts: Sequence[OriginAttempt], seconds: float) -> str:
    """Return the report."""
    again = sum(bool(each.again) for each in costs)
    timeout = f"{seconds:g} s a call, of which the host kit leaves the provider nine tenths"
    facts = {"measured again for a busy machine": f"{again} answers"}
    parts = [
        "# Hostile answers",
        f"Written by `python -m proofs.hostile`. {_LEGEND}",
        provenance(seed=NO_SEED, timeout=timeout, **facts),
        f"**{last_line(costs, attempts)[0]}**",
        "## Time and memory",
        "\n".join(_costs(costs)),
        "## A second origin",
        _SECOND_ORIGIN,
        "\n".join(_attempt_rows(attempts)),
    ]
    return "\n\n".join(parts)


def _costs(costs: Iterable[AnswerCost]) -> Iterator[str]:
    yield "| answer | call | outcome | past | grown | stood still |"
    yield "|---|---|---|---|---|---|"
    for each in costs:
        for call in each.calls:
            past = f"{call.overrun * 1000:.0f} ms" if call.overrun > 0 else "—"
            grown = f"{max(0, call.grown) / 1024 / 1024:.1f} MiB"
            still = f"{call.stalled * 1000:.0f} ms"
            wrong = "".join(f" **{kind}**" for kind in wrong_of(call))
            yield f"| {each.answer} | {call.call} | {call.answer}{wrong} | {past} | {grown} | {still} |"


def _attempt_rows(attempts: Sequence[OriginAttempt]) -> Iterator[str]:
    names = list(attempts[0].answers) if attempts else []
    yield f"| what leads there | {' | '.join(names)} | connections there | links shown |"
    yield "|---" * (len(names) + 3) + "|"
    for each in attempts:
        answers = " | ".join(each.answers[name] for name in names)
        yield f"| {each.method} | {answers} | {each.connections} | {'**yes**' if each.shows_links else 'none'} |"
