"""Carloop's history: how many rentals an appointment had after each transaction, and what no moment may show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Made(NamedTuple):
    """A rental that was made for an appointment: by a rebooking or not, and active still or not."""

    appointment: str
    by_rebooking: bool
    is_active: bool


def moments_of(history: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return how many rentals each appointment had from one transaction to the next, from `GET /sandbox/history`."""
    moments: dict[str, list[int]] = {}
    for item in history:
        moments.setdefault(item["appointment"].rpartition("/")[2], []).append(item["active"])
    return moments


def more_than_one(moments: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Yield each appointment that had more than one rental at some moment."""
    for appointment, counts in moments.items():
        if max(counts) > 1:
            yield f"{appointment}: {max(counts)} rentals at one moment"


def torn(moments: Mapping[str, Sequence[int]], rentals: Iterable[Made]) -> Iterator[str]:
    """Yield each appointment that had no rental, or two, while it was rebooked.

    A rebooking ends a rental and makes one in the same transaction, so it changes no count: there are as many rises
    as rentals that were made otherwise, and as many falls as rentals that have ended otherwise.
    """
    expected: Counter[tuple[str, int]] = Counter()
    for rental in rentals:
        expected[rental.appointment, 1] += not rental.by_rebooking
        expected[rental.appointment, -1] += (not rental.is_active) - rental.by_rebooking
    for appointment, counts in moments.items():
        steps = Counter(after - before for before, after in pairwise((0, *counts)))
        if any(steps[step] != expected[appointment, step] for step in (1, -1)):
            yield f"{appointment}: had {', '.join(map(str, counts))} rentals, one moment after another"
