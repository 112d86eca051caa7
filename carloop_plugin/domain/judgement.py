"""What an answer of Carloop means for an intent: the decision, without its effects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from carloop_plugin.domain.changes import (
    Action,
    AnswerLost,
    Confirmed,
    Intent,
    NotExecuted,
    WriteResult,
)
from carloop_plugin.domain.failures import Reason, is_final
from carloop_plugin.domain.rentals import Rental, RentalStatus, read_reference

LONGEST_FLIGHT = timedelta(minutes=2)
"""How long after its last sending a write might still arrive at Carloop."""

LONGEST_SENDING = 18.0
"""Seconds that one sending may take, with its retries: less than its claim lasts (`store/leases.py`)."""

OUTAGES = frozenset({"unreachable", "deadline_exceeded", "rate_limited", "not_authorised"})
"""Codes of failures that say nothing about the intent they happen to."""


@dataclass(frozen=True, slots=True)
class Done:
    """It was done; this is the rental now."""

    rental: Rental


@dataclass(frozen=True, slots=True)
class Astray:
    """Carloop did something else than it was asked for, and this is what."""

    rental: Rental


@dataclass(frozen=True, slots=True)
class Final:
    """It was not done and never will be."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Nothing:
    """It provably was not done, and may be asked for again."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may have been done."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class LookFirst:
    """Carloop refuses it now; an earlier sending may have been done all the same. Look before believing it."""

    reason: Reason


Verdict = Done | Astray | Final | Nothing | Unsure | LookFirst


def judge(intent: Intent, result: WriteResult) -> Verdict:
    """Decide what a sending's result means."""
    match result:
        case Confirmed(rental=rental, replayed=replayed):
            if not _answers(intent, rental, replayed=replayed):
                return Unsure(Reason("invalid_answer", "api.other_rental"))
            return Done(rental) if replayed or is_as_asked(intent, rental) else Astray(rental)
        case NotExecuted(reason=reason, after_lost_attempt=lost):
            if lost or intent.sends > 1 or reason.code == "reference_exists":
                return LookFirst(reason)
            return Final(reason) if is_final(reason) else Nothing(reason)
        case AnswerLost(reason=reason):
            return Unsure(reason)
        case _:
            assert_never(result)


def judge_after_looking(reason: Reason) -> Verdict:
    """Decide what a refusal means once Carloop was found to have nothing of the change."""
    return Final(reason) if is_final(reason) and reason.code != "reference_exists" else Unsure(reason)


def is_as_asked(intent: Intent, rental: Rental) -> bool:
    """Tell whether a rental is what its intent asked for."""
    if intent.action is Action.BOOK:
        return (rental.vehicle.id, rental.period, rental.external_reference) == (
            intent.vehicle_id,
            intent.period,
            intent.external_reference,
        )
    if intent.action is Action.CHANGE_END:
        return intent.period is not None and rental.period.end == intent.period.end
    return rental.status is RentalStatus.CANCELLED


def _answers(intent: Intent, rental: Rental, *, replayed: bool) -> bool:
    """Return whether a rental can be the answer to an intent at all, and not to somebody else's request.

    What is replayed was done as it was asked for; of a booking the reference alone says so, since the desk may have
    swapped the vehicle or extended the rental. What is not replayed may be wrong in everything, but is no answer where
    it carries the reference of another booking of ours.
    """
    if not replayed:
        own = (intent.external_reference or "").partition("/")[0]
        is_ours = read_reference(rental.external_reference, installation=own) is not None
        return intent.action is not Action.BOOK or not is_ours or _is_named(intent, rental)
    return _is_named(intent, rental) if intent.action is Action.BOOK else is_as_asked(intent, rental)


def _is_named(intent: Intent, rental: Rental) -> bool:
    return rental.external_reference == intent.external_reference


def proves(intent: Intent, rental: Rental) -> bool:
    """Tell whether a rental found at Carloop shows that the intent was done.

    A booking's rental is found by the booking's own reference: whatever the desk made of it since, it is ours.
    """
    if intent.action is Action.CHANGE_END:
        return rental.revision != intent.revision and is_as_asked(intent, rental)
    return intent.action is Action.BOOK or is_as_asked(intent, rental)


def may_send_again(intent: Intent, *, now: datetime) -> bool:
    """Tell whether an intent not found at Carloop may be sent once more. `now` is Carloop's time."""
    if intent.action is not Action.BOOK:
        return True
    return intent.given_up_by is None and intent.period is not None and intent.period.start > now


def may_be_in_flight(intent: Intent) -> bool:
    """Return whether the last sending might still arrive.

    An age below zero is that of a clock set back since: nothing waits for it to come right.
    """
    return intent.sent_ago is not None and timedelta(0) <= intent.sent_ago <= LONGEST_FLIGHT


def counts_as_try(reason: Reason) -> bool:
    """Return whether a failure brings an intent closer to being set aside: not while Carloop is away or slow."""
    return reason.code not in OUTAGES
