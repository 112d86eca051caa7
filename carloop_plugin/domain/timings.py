"""How changes end and how long they take, counted from the newest ones that the records have settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from carloop_plugin.domain.values import Action, SettledChange

DONE = "done"


@dataclass(frozen=True, slots=True)
class Durations:
    """How long changes of one kind took, in seconds, from their intent's commit to their outcome's."""

    count: int
    median: float
    p95: float
    longest: float

    def document(self) -> dict[str, object]:
        """Give them as JSON has them."""
        return {"count": self.count, "median": self.median, "p95": self.p95, "longest": self.longest}


def durations(settled: Sequence[SettledChange]) -> Mapping[Action, Durations]:
    """Say how long changes took, for each action that was settled at all.

    Only those that were done: a refusal that needs no call takes no time, and would make the rest look fast.
    """
    done = {a: sorted(s.seconds for s in settled if s.action is a and s.status == DONE) for a in Action}
    return {action: _durations(seconds) for action, seconds in done.items() if seconds}


def refusals(settled: Sequence[SettledChange]) -> Mapping[str, int]:
    """Count the refusals by their code, the most frequent first."""
    return dict(Counter(each.code or "" for each in settled if each.status != DONE).most_common())


def changes_document(settled: Sequence[SettledChange]) -> dict[str, object]:
    """Give how changes ended, and how long they took, as JSON has them."""
    refused = refusals(settled)
    return {
        "counted": len(settled),
        "done": len(settled) - sum(refused.values()),
        "refused": sum(refused.values()),
        "refused_by_code": refused,
        "seconds": {action.value: took.document() for action, took in durations(settled).items()},
    }


def _durations(seconds: Sequence[float]) -> Durations:
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 99
    return Durations(len(seconds), round(cuts[49], 3), round(cuts[94], 3), round(seconds[-1], 3))
