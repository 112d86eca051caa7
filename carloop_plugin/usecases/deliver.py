"""Deliver a change: record it, send it, judge what Carloop answers, settle it.

    record   the intent is durable, or nothing is sent
    claim    one conditional update before each sending; recording claims the first
    send     the same key, the same bytes and the same revision each time
    judge    what the answer means: `domain/judgement.py`
    settle   one transaction: the outcome, the rental, and the payload erased

Recovery enters at `send`, with an intent that it has claimed.
"""

from __future__ import annotations

import time
from dataclasses import replace

from carloop_plugin.domain.changes import (
    RENTING,
    TRIES_BEFORE_SET_ASIDE,
    Action,
    Answer,
    Done,
    Intent,
    NothingHappened,
    Outcome,
    OutcomeStatus,
    Refused,
    Unknown,
)
from carloop_plugin.domain.failures import ACCOUNT_CHANGED, GONE, CallFailed, Failed, Reason, RuleBroken
from carloop_plugin.domain.judgement import (
    INCONCLUSIVE,
    LONGEST_SENDING,
    judge,
    judge_not_found,
    needs_lookup,
    proves,
)
from carloop_plugin.domain.rentals import Rental, RentalRecord, gone, record_of
from carloop_plugin.domain.values import AccountId, VehicleId
from carloop_plugin.domain.vehicles import Alternative, Vehicle
from carloop_plugin.events import CHANGE_RECORDED, CHANGE_SET_ASIDE, RENTAL_MISMATCHED, log_event
from carloop_plugin.ports import Carloop, UseCaseContext
from carloop_plugin.usecases.search import alternatives_to

IN_FLIGHT = Reason("outcome_pending", "change.still_in_flight")
"""Why the outcome of an intent is unknown: another process sends it, or a sending may still arrive."""

GIVEN_UP = Reason("outcome_pending", "change.given_up_meanwhile")
"""Why the outcome of a booking is unknown: it settles with the cancellation that gives it up."""

OTHER_CHANGE = Reason("outcome_pending", "change.other_pending")
"""Why a change cannot begin."""

_ADVICE = {
    ("vehicle_unavailable", Action.BOOK): ("change.vehicle_taken", "/option_id"),
    ("vehicle_unavailable", Action.CHANGE_END): ("change.extension_blocked", "/end"),
    ("vehicle_unavailable", Action.REBOOK): ("change.rebooking_blocked", "/option_id"),
}
_TEXTS = {
    "rental_closed": "change.rental_closed",
    "changed_elsewhere": "change.changed_elsewhere",
    "period_in_past": "change.period_in_past",
}
_OUTDATED = frozenset({"rental_closed", "changed_elsewhere"})
"""Refusals that say that our record is behind."""


def deliver(intent: Intent, carloop: Carloop, context: UseCaseContext) -> Outcome | Intent:
    """Record an intent, send it, and settle it. Return the intent that is there already, where it is.

    :raises RuleBroken: another change to the appointment is pending, or it has a rental by now.
    :raises StoreFailed: the intent could not be made durable; nothing was sent.
    """
    there = context.store.record(intent)
    if isinstance(there, RentalRecord):
        raise RuleBroken(Reason("already_booked", "change.already_booked"), rental=there)
    if there is None:
        log_event(CHANGE_RECORDED, of=intent)
        return send(intent, carloop, context)
    if there.change_id != intent.change_id:
        raise RuleBroken(OTHER_CHANGE)
    # Another process was asked for the same change a moment before.
    return there


def send(intent: Intent, carloop: Carloop, context: UseCaseContext) -> Outcome:
    """Send an intent that the caller has just recorded or claimed, and settle it by what Carloop answers.

    What cannot be kept is answered `unknown`: the intent stays pending, and recovery settles it.
    """
    # No other process may claim the intent before this sending has ended.
    answer = carloop.send(intent, deadline=min(context.deadline, time.monotonic() + LONGEST_SENDING))
    try:
        if not isinstance(answer, Done) and needs_lookup(intent, answer):
            answer = _look_up(intent, answer.reason, carloop, context)
        return settle(intent, judge(intent, answer), carloop, context)
    except Failed as failure:
        return unknown(intent, failure.reason)


def _look_up(intent: Intent, reason: Reason, carloop: Carloop, context: UseCaseContext) -> Answer:
    """Look for what an earlier sending may have done, before a refusal counts."""
    try:
        found = find_proof(intent, carloop, context)
    except CallFailed as failure:
        return Unknown(failure.reason)
    return Done(found, replayed=True) if found else judge_not_found(reason)


def find_proof(intent: Intent, carloop: Carloop, context: UseCaseContext) -> Rental | None:
    """Return the rental at Carloop that proves the intent was done. Raise `CallFailed` where Carloop does not say."""
    if intent.rental_id and intent.action not in RENTING:
        found = carloop.read_rental(intent.rental_id, deadline=context.deadline)
    else:
        found = carloop.find_rental(intent.external_reference or "", deadline=context.deadline)
    return found if found and proves(intent, found) else None


def settle(intent: Intent, answer: Answer, carloop: Carloop, context: UseCaseContext) -> Outcome:
    """Settle an intent by a judged answer, and return the outcome that holds."""
    match answer:
        case Done(rental):
            record = record_made_by(intent, rental, context)
            done = Outcome(intent.change_id, OutcomeStatus.DONE, record)
            return context.store.settle(intent.change_id, done, record) or unknown(intent, GIVEN_UP)
        case Refused(reason, rental=Rental() as rental):
            return _settle_mismatched(intent, rental, reason, context)
        case Refused(reason):
            return _settle_refused(intent, reason, carloop, context)
        case NothingHappened(reason):
            return _take_back(intent, reason, context)
        case Unknown(reason):
            return leave_unknown(intent, reason, context)


def _settle_mismatched(intent: Intent, rental: Rental, reason: Reason, context: UseCaseContext) -> Outcome:
    """Settle an intent for which Carloop did something else: refused, with the rental offered for cancellation."""
    log_event(RENTAL_MISMATCHED, of=intent, rental_id=rental.id)
    record = record_made_by(intent, rental, context)
    if record and intent.action in RENTING:
        record = replace(record, linked=False)
    outcome = Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=reason)
    return context.store.settle(intent.change_id, outcome, record) or outcome


def _settle_refused(intent: Intent, reason: Reason, carloop: Carloop, context: UseCaseContext) -> Outcome:
    if reason.code == "rental_not_found":
        return _settle_gone(intent, carloop, context)
    record = None
    alternatives: tuple[Alternative, ...] = ()
    # What cannot be had now costs the answer's details, not the outcome.
    try:
        if reason.code == "vehicle_unavailable" and intent.action in RENTING:
            station = context.settings_of(intent.site).station
            alternatives = alternatives_to(
                intent, carloop=carloop, station=station, deadline=context.deadline
            )
        elif reason.code in _OUTDATED and intent.rental_id:
            found = carloop.read_rental(intent.rental_id, deadline=context.deadline)
            record = observe(found, intent.account, context) if found else None
    except Failed:
        pass
    told = with_advice(reason, intent.action)
    outcome = Outcome(intent.change_id, OutcomeStatus.REFUSED, record, told, alternatives)
    held = context.store.settle(intent.change_id, outcome, record, sends=intent.sends)
    return held or unknown(intent, IN_FLIGHT)


def with_advice(reason: Reason, action: Action) -> Reason:
    """Add what to do to a refusal for which Carloop has a code alone."""
    if reason.text is not None:
        return reason
    text, pointer = _ADVICE.get((reason.code, action), (_TEXTS.get(reason.code), None))
    return replace(reason, text=text, pointer=reason.pointer or pointer)


def _settle_gone(intent: Intent, carloop: Carloop, context: UseCaseContext) -> Outcome:
    # "Gone" counts only from the account that made the rental, asked anew.
    try:
        account = carloop.read_account(deadline=context.deadline)
    except CallFailed as failure:
        return _take_back(intent, failure.reason, context)
    if account.id != intent.account:
        return _take_back(intent, ACCOUNT_CHANGED, context)
    known = context.store.rentals(rental_id=intent.rental_id, account=account.id) if intent.rental_id else ()
    is_cancellation = intent.action is Action.CANCEL
    record = gone(known[0], cancelled_here=is_cancellation) if known else None
    done = Outcome(intent.change_id, OutcomeStatus.DONE, record)
    outcome = done if is_cancellation else Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=GONE)
    return context.store.settle(intent.change_id, outcome, record) or outcome


def _take_back(intent: Intent, reason: Reason, context: UseCaseContext) -> Outcome:
    """Refuse for now an intent that did nothing, and keep nothing of it, unless somebody waits for its outcome."""
    if context.store.forget_intent(intent.change_id):
        return Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=reason)
    return leave_unknown(intent, reason, context)


def observe(rental: Rental, account: AccountId | None, context: UseCaseContext) -> RentalRecord | None:
    """Return the record of an account's rental seen at Carloop; None where it does not carry a reference of ours."""
    known = context.store.rentals(rental_id=rental.id, account=account)
    return record_of(rental, account, installation=context.store.installation, known=known)


def record_made_by(intent: Intent, rental: Rental, context: UseCaseContext) -> RentalRecord | None:
    """Return the record of the rental an intent brought. None where it does not carry our reference."""
    known = context.store.rentals(rental_id=rental.id, account=intent.account)
    if intent.action not in RENTING:
        # Whatever differed before, the advisor has seen it and gone on from there.
        known = [replace(each, differs=False, instead_of=None) for each in known]
        record = record_of(rental, intent.account, installation=context.store.installation, known=known)
        return record and replace(record, cancelled_here=intent.action is Action.CANCEL)
    # The booking's own, whatever reference it carries.
    ours = replace(rental, external_reference=intent.external_reference)
    record = record_of(ours, intent.account, installation=context.store.installation, known=known)
    if record is None:
        return None
    former = record.instead_of
    if former is None and rental.vehicle.id != intent.vehicle_id:
        former = Vehicle(intent.vehicle_id or VehicleId(""), "", "", "", "")
    visit = record.appointment_period or intent.appointment_period
    differs = rental.period != intent.period
    return replace(record, appointment_period=visit, differs=differs, instead_of=former)


def leave_unknown(intent: Intent, reason: Reason, context: UseCaseContext) -> Outcome:
    """Keep that an outcome is not known yet. It is a try only where Carloop answered: an outage sets nothing aside."""
    counts = reason.code not in INCONCLUSIVE
    context.store.mark_unknown(intent.change_id, reason.code, counts=counts)
    if counts and intent.tries + 1 == TRIES_BEFORE_SET_ASIDE:
        log_event(CHANGE_SET_ASIDE, of=intent, code=reason.code, tries=TRIES_BEFORE_SET_ASIDE)
    return unknown(intent, reason)


def unknown(intent: Intent, reason: Reason) -> Outcome:
    """Return that the outcome of an intent is unknown: the cause by its code, and never "try again"."""
    is_about_change = str(reason.text).startswith("change.")
    told = reason if is_about_change else Reason(reason.code, "change.unknown")
    return Outcome(intent.change_id, OutcomeStatus.UNKNOWN, reason=told)
