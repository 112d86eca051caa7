"""Time two pieces of work in turns, so that a noisy machine disturbs both alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median, quantiles

Work = Callable[[], object]

WARM_UP_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Samples:
    """The seconds one piece of work took, round by round; at least two."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the median, in seconds."""
        return median(self.seconds)

    @property
    def spread(self) -> float:
        """Return the interquartile range as a share of the median."""
        first, _, third = quantiles(self.seconds, n=4, method="inclusive")
        return (third - first) / self.median

    @property
    def worst(self) -> float:
        """Return the 95th percentile, in seconds."""
        return quantiles(self.seconds, n=20, method="inclusive")[-1]

    def per_piece(self, pieces: int) -> Samples:
        """Return the seconds for each of the pieces that were processed."""
        return Samples(tuple(seconds / pieces for seconds in self.seconds))


def alternate(
    ours: Work, peer: Work, *, rounds: Iterator[int], warm_up: int = WARM_UP_ROUNDS
) -> tuple[Samples, Samples]:
    """Run two pieces of work in turns: A B, B A, A B, … after some rounds that do not count.

    Who begins changes from round to round, so that neither always follows the other. The garbage of what ran
    before is collected before the clock starts; while it runs, collection is on for both, as in real life.
    """
    for _ in range(warm_up):
        ours()
        peer()
    taken: dict[Work, list[float]] = {ours: [], peer: []}
    for number in rounds:
        for work in (ours, peer) if number % 2 == 0 else (peer, ours):
            taken[work].append(_seconds(work))
    return Samples(tuple(taken[ours])), Samples(tuple(taken[peer]))


def _seconds(work: Work) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
