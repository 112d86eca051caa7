"""What is kept of a cell that was played; plain values, so that a judge needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Document = Any


@dataclass(frozen=True, slots=True)
class Observation:
    """One moment: what the page would say, and what Carloop itself says, whatever the plugin believes."""

    state: Document
    rentals: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer while the fault lasted: the outcome of a change, how late it came, and the moment after it."""

    outcome: Document
    overrun: float
    after: Observation


@dataclass(frozen=True, slots=True)
class ChangeEvidence:
    """What happened to a change: before, while the fault lasted, after the recovery, and when asked for again.

    `keys` are those it was sent under, `pending` is the plugin's own count after the recovery, `raw` what was
    raised or logged as somebody's bug, `late` what was not answered by the provider's own deadline. `mended` is
    what came of the cancellation that the plugin proposed for a rental nobody had asked for.
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
    cancellation: Document | None = None


@dataclass(frozen=True, slots=True)
class SearchEvidence:
    """What happened to a search: `answer` the offer or the problem, `again` the same when the fault was over.

    `free` are the ids that Carloop itself gives for the same question.
    """

    answer: Document
    overrun: float
    again: Document
    free: tuple[str, ...]
    raw: tuple[str, ...]
    late: tuple[str, ...]
