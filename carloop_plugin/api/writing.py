"""From the last verdict on a write to what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from carloop_plugin.api.decode import Document
from carloop_plugin.api.failures import Broken
from carloop_plugin.api.verdict import Delayed, Done, Lost, Refused, Verdict
from carloop_plugin.domain.changes import (
    AnswerLost,
    Confirmed,
    NotExecuted,
    WriteResult,
)
from carloop_plugin.domain.rentals import Rental


def result_of(
    verdict: Verdict[Rental], *, lost_before: bool, rental_of: Callable[[Document], Rental]
) -> WriteResult:
    """Say what is known of a write.

    It was not executed only if every attempt provably was not. A refusal after a lost attempt says so: it may
    refuse what that attempt has already done.
    """
    match verdict:
        case Done():
            return Confirmed(verdict.value, replayed=verdict.replayed)
        case Refused():
            rental = _rental_in(verdict.problem, rental_of)
            return NotExecuted(verdict.reason, after_lost_attempt=lost_before, rental=rental)
        case Delayed() if not lost_before:
            return NotExecuted(verdict.reason)
        case Delayed() | Lost():
            return AnswerLost(verdict.reason)


def _rental_in(problem: Document | None, rental_of: Callable[[Document], Rental]) -> Rental | None:
    rental = None if problem is None else problem.get("rental")
    if rental is None:
        return None
    try:
        return rental_of(cast("Document", rental))
    except Broken:
        return None
