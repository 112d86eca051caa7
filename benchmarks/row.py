"""A row of the table, and the parameters of the functions that measure it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from benchmarks.measuring import Samples


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `goal` is the greatest ratio that still reaches it; `remark` is for a person."""

    work: str
    peer: str
    goal: float
    ours: Samples
    theirs: Samples
    remark: str = ""

    @property
    def ratio(self) -> float:
        """Return our median over the peer's: the smaller, the better."""
        return self.ours.median / self.theirs.median

    @property
    def reached(self) -> bool:
        """Return whether the goal is reached."""
        return self.ratio <= self.goal

    def document(self) -> dict[str, object]:
        """Write the row for `results.json`."""
        return {
            "work": self.work,
            "peer": self.peer,
            "ours_s": self.ours.median,
            "peer_s": self.theirs.median,
            "ratio": self.ratio,
            "goal": self.goal,
        }


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is to do; `share` of the usual rounds are measured."""

    vehicles: int = 1_000
    many_vehicles: int = 10_000
    fleet: int = 2_000
    few_rentals: int = 10_000
    many_rentals: int = 1_000_000
    few_records: int = 1_000
    many_records: int = 1_000_000
    share: float = 1.0

    def rounds(self, usual: int) -> int:
        """Return how often a row is measured."""
        return max(2, round(usual * self.share))


QUICK = Scale(
    vehicles=50,
    many_vehicles=1_050,
    fleet=30,
    few_rentals=180,
    many_rentals=1_800,
    few_records=100,
    many_records=1_000,
    share=0.05,
)


class ProgressDisplay(Protocol):
    """Shows how far the bench has come."""

    def rounds(self, label: str, count: int) -> Iterator[int]:
        """Count the rounds of one row: 0, 1, 2, …"""

    def preparing(self, label: str) -> None:
        """Show what is being prepared, untimed."""


Bench = Callable[[Scale, ProgressDisplay], Iterator[Row]]


def number(count: int) -> str:
    """Write a count for a person: `1,000,000`."""
    return f"{count:,}"
