"""The evidence of a cell that was run, as plain values: the checks need nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Document = Any


@dataclass(frozen=True, slots=True)
class Observation:
    """One moment: the state that the page shows, and the rentals that Carloop has."""

    state: Document
    rentals: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer during the fault: the outcome of a change, the seconds past its deadline, and the moment after it."""

    outcome: Document
    overrun: float
    after: Observation


@dataclass(frozen=True, slots=True)
class ChangeEvidence:
    """What happened to a change: before, while the fault lasted, after the recovery, and when asked for again.

    `keys` are those it was sent with, `pending` is the plugin's own count after the recovery, `raw` what was
    raised or logged as a bug, `late` what was not answered by the provider's own deadline. `moments` are how many
    rentals the appointment had at Carloop, from one transaction to the next. `cancellation` is the outcome of the
    cancellation that the plugin proposed for a wrong rental.
    """

    change: Document
    before: Observation
    answers: tuple[Answer, ...]
    keys: frozenset[str]
    settled: Observation
    pending: int
    again: Document
    once_more: Document
    final: Observation
    raw: tuple[str, ...]
    late: tuple[str, ...]
    moments: tuple[int, ...] = ()
    cancellation: Document | None = None


@dataclass(frozen=True, slots=True)
class SearchEvidence:
    """What happened to a search: `answer` the offer or the problem, `again` the same when the fault was over.

    `free` are the ids that Carloop itself returns for the same search.
    """

    answer: Document
    overrun: float
    again: Document
    free: tuple[str, ...]
    raw: tuple[str, ...]
    late: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuoteEvidence:
    """What happened to a quote: `answer` the price or the problem, `again` the same when the fault was over.

    `booking` is the outcome of another appointment's booking, made meanwhile where the fault does not affect that.
    """

    answer: Document
    overrun: float
    again: Document
    booking: Document
    before: Observation
    after: Observation
    keys: frozenset[str]
    raw: tuple[str, ...]
    late: tuple[str, ...]


Evidence = ChangeEvidence | SearchEvidence | QuoteEvidence
