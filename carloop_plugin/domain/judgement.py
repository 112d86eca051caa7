"""What an answer of Carloop means for an intent: decisions alone, without their effects."""

from __future__ import annotations

from datetime import datetime, timedelta

from carloop_plugin.domain.changes import (
    RENTING,
    Action,
    Answer,
    Done,
    Intent,
    NothingHappened,
    Refused,
    Unknown,
)
from carloop_plugin.domain.failures import Reason, is_final
from carloop_plugin.domain.rentals import Rental, RentalStatus

LONGEST_FLIGHT = timedelta(minutes=2)
"""How long after its last sending a write might still arrive at Carloop."""

LONGEST_SENDING = 18.0
"""Seconds that one sending may take, with its retries: less than its claim lasts (`store/intents.py`)."""

INCONCLUSIVE = frozenset({"unreachable", "deadline_exceeded", "rate_limited", "not_authorised"})
"""Codes of failures that say nothing about the intent they happen to: Carloop is away or slow."""


def judge(intent: Intent, answer: Answer) -> Answer:
    """Decide what Carloop's answer means for an intent.

    | Carloop answered                      | it means         |
    |---------------------------------------|------------------|
    | done, but another change's rental     | unknown          |
    | done as asked, or as done before      | done             |
    | done otherwise than asked             | refused, with the rental that came of it |
    | refused for good                      | refused          |
    | refused for now, or nothing happened  | nothing happened |
    | unknown                               | unknown          |

    A refusal that `needs_lookup` does not count before the rental was looked for: see `judge_not_found`.
    """
    match answer:
        case Done(rental, replayed):
            if not _can_answer(intent, rental, replayed=replayed):
                return Unknown(Reason("invalid_answer", "api.other_rental"))
            if replayed or is_as_asked(intent, rental):
                return answer
            text, params = f"change.mismatched_{intent.action}", (("rental", rental.id),)
            return Refused(Reason("invalid_answer", text, params), rental=rental)
        case Refused(reason):
            return Refused(reason) if is_final(reason) else NothingHappened(reason)
        case NothingHappened() | Unknown():
            return answer


def needs_lookup(intent: Intent, answer: Answer) -> bool:
    """Return whether an earlier sending may have done what this answer says was not done."""
    match answer:
        case Refused(reason, after_lost_attempt):
            return after_lost_attempt or intent.sends > 1 or reason.code == "reference_exists"
        case NothingHappened():
            return intent.sends > 1
    return False


def judge_not_found(reason: Reason) -> Answer:
    """Decide what a refusal means once Carloop was found to have nothing of the change."""
    if reason.code == "reference_exists":  # a contradiction, and a code that no host knows
        return Unknown(Reason("invalid_answer", "api.other_rental"))
    return Refused(reason) if is_final(reason) else Unknown(reason)


def is_as_asked(intent: Intent, rental: Rental) -> bool:
    """Return whether a rental is what its intent asked for."""
    if intent.action in RENTING:
        asked = (intent.vehicle_id, intent.period, intent.external_reference)
        return (rental.vehicle.id, rental.period, rental.external_reference) == asked
    if intent.action is Action.CHANGE_END:
        return intent.period is not None and rental.period.end == intent.period.end
    return rental.status is RentalStatus.CANCELLED


def proves(intent: Intent, rental: Rental) -> bool:
    """Return whether a rental found at Carloop shows that the intent was done.

    A booking's rental is found by the booking's own reference: whatever the desk made of it since, it is ours.
    """
    if intent.action is Action.CHANGE_END:
        return rental.revision != intent.revision and is_as_asked(intent, rental)
    return intent.action in RENTING or is_as_asked(intent, rental)


def may_send_again(intent: Intent, *, now: datetime) -> bool:
    """Return whether an intent not found at Carloop may be sent once more. `now` is Carloop's time."""
    if intent.action not in RENTING:
        return True
    return intent.given_up_by is None and intent.period is not None and intent.period.start > now


def may_be_in_flight(intent: Intent) -> bool:
    """Return whether the last sending might still arrive.

    An age below zero is that of a clock set back since: nothing waits for it to come right.
    """
    return intent.sent_ago is not None and timedelta(0) <= intent.sent_ago <= LONGEST_FLIGHT


def _can_answer(intent: Intent, rental: Rental, *, replayed: bool) -> bool:
    """Return whether a rental can be the answer to an intent at all, and not to somebody else's request.

    What is replayed was done as it was asked for; of a booking the reference alone says so, since the desk may have
    swapped the vehicle or extended the rental. What is not replayed may be wrong in everything, but is no answer where
    it carries the reference of another booking of ours. A reference begins with its installation.
    """
    is_named = rental.external_reference == intent.external_reference
    if intent.action not in RENTING:
        return not replayed or is_as_asked(intent, rental)
    ours, theirs = (str(each.external_reference).split("/")[0] for each in (intent, rental))
    return is_named if replayed else is_named or theirs != ours
