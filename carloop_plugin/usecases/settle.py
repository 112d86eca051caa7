"""Bring an answer of Carloop into the records: the effects of a verdict."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import assert_never

from carloop_plugin.contract.documents import rental_record
from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import (
    TRIES_BEFORE_SET_ASIDE,
    Action,
    Intent,
    Outcome,
    OutcomeStatus,
    WriteRequest,
)
from carloop_plugin.domain.failures import CallFailed, Reason, StoreFailed
from carloop_plugin.domain.judgement import (
    LONGEST_SENDING,
    Astray,
    Done,
    Final,
    LookFirst,
    Nothing,
    Unsure,
    Verdict,
    counts_as_try,
    is_as_asked,
    judge,
    judge_after_looking,
    proves,
)
from carloop_plugin.domain.rentals import Reference, Rental, RentalRecord, RentalStatus, read_reference
from carloop_plugin.domain.values import AccountId, RentalId
from carloop_plugin.events import CHANGE_SET_ASIDE, RENTAL_ASTRAY, tell
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.usecases.search import alternatives_to

_SAID = {
    "rental_closed": "change.rental_closed",
    "changed_elsewhere": "change.changed_elsewhere",
    "period_in_past": "change.period_in_past",
}

GONE = Reason("rental_not_found", "change.rental_gone", pointer="/rental_id")
"""Why the end of a rental that Carloop no longer has cannot be changed."""

IN_FLIGHT = Reason("outcome_pending", "change.still_in_flight")
"""Why nothing is said of an intent yet: another process sends it, or a sending may still arrive."""

_OUTDATED = frozenset({"rental_closed", "changed_elsewhere"})
"""Refusals that say that our record is behind."""


def send(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    """Send an intent that the caller has just recorded or claimed, and keep what came of it.

    For ever the same key, the same bytes, the same revision. What cannot be kept is answered `unknown`: the intent
    stays pending, and recovery settles it.
    """
    request = WriteRequest(
        intent.action, intent.change_id, intent.body or b"", intent.rental_id, intent.revision
    )
    result = carloop.send(request, deadline=sending_deadline(call))
    try:
        verdict = _look(intent, judge(intent, result), carloop=carloop, call=call)
        return apply(intent, verdict, carloop=carloop, account=account, call=call)
    except StoreFailed as failure:
        return unknown(intent, failure.reason)


def sending_deadline(call: Call) -> float:
    """Return when a sending has to end, in monotonic seconds: no other process may claim the intent before."""
    return min(call.deadline, time.monotonic() + LONGEST_SENDING)


def look_for(intent: Intent, *, carloop: Carloop, call: Call) -> Rental | None:
    """Find the rental at Carloop that proves the intent was done. Raise `CallFailed` where Carloop does not say."""
    if intent.action is Action.BOOK:
        found = carloop.find_rental(intent.external_reference or "", deadline=call.deadline)
    else:
        found = carloop.read_rental(intent.rental_id, deadline=call.deadline) if intent.rental_id else None
    return found if found and proves(intent, found) else None


def _look(intent: Intent, verdict: Verdict, *, carloop: Carloop, call: Call) -> Verdict:
    if not isinstance(verdict, LookFirst):
        return verdict
    try:
        found = look_for(intent, carloop=carloop, call=call)
    except CallFailed as failure:
        return Unsure(failure.reason)
    return Done(found) if found else judge_after_looking(verdict.reason)


def apply(intent: Intent, verdict: Verdict, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    """Keep what a verdict says and give the outcome that holds."""
    match verdict:
        case Done(rental):
            return settle_done(intent, rental, account=account, call=call)
        case Astray(rental):
            return _settle_astray(intent, rental, account=account, call=call)
        case Final(reason):
            return _settle_refused(intent, reason, carloop=carloop, account=account, call=call)
        case Nothing(reason):
            return _take_back(intent, reason, call=call)
        case Unsure(reason) | LookFirst(reason):
            return leave_unknown(intent, reason, call=call)
        case _:
            assert_never(verdict)


def settle_done(intent: Intent, rental: Rental, *, account: Account, call: Call) -> Outcome:
    """Settle an intent as done, its rental linked to the appointment."""
    record = record_of(intent, rental, account=account, call=call)
    outcome = Outcome(intent.change_id, OutcomeStatus.DONE, rental=record.document if record else None)
    held = call.store.settle(intent.change_id, outcome, record)
    return held or unknown(intent, Reason("outcome_pending", "change.given_up_meanwhile"))


def _settle_astray(intent: Intent, rental: Rental, *, account: Account, call: Call) -> Outcome:
    tell(RENTAL_ASTRAY, **named(intent) | {"rental_id": rental.id})
    record = record_of(intent, rental, account=account, call=call)
    if record and intent.action is Action.BOOK:
        record = replace(record, linked=False)
    outcome = Outcome(
        intent.change_id,
        OutcomeStatus.REFUSED,
        reason=Reason("invalid_answer", f"change.astray_{intent.action}", (("rental", rental.id),)),
    )
    return call.store.settle(intent.change_id, outcome, record) or outcome


def _settle_refused(
    intent: Intent, reason: Reason, *, carloop: Carloop, account: Account, call: Call
) -> Outcome:
    if reason.code == "rental_not_found":
        return _settle_gone(intent, carloop=carloop, account=account, call=call)
    alternatives: tuple[dict[str, object], ...] = ()
    if reason.code == "vehicle_unavailable" and intent.action is Action.BOOK:
        station = call.station_of(intent.site)
        alternatives = alternatives_to(intent, carloop=carloop, station=station, deadline=call.deadline)
    told = _told(reason, intent.action)
    record = (
        _seen_anew(intent, carloop=carloop, account=account, call=call) if reason.code in _OUTDATED else None
    )
    outcome = Outcome(
        intent.change_id,
        OutcomeStatus.REFUSED,
        rental=record.document if record else None,
        reason=told,
        alternatives=alternatives,
    )
    return call.store.settle(intent.change_id, outcome, record, sends=intent.sends) or unknown(
        intent, IN_FLIGHT
    )


def _seen_anew(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> RentalRecord | None:
    """Look at a rental that is not what we thought it is; None where Carloop does not answer now."""
    try:
        found = carloop.read_rental(intent.rental_id, deadline=call.deadline) if intent.rental_id else None
    except CallFailed:
        return None
    reference = (
        read_reference(found.external_reference, installation=call.store.installation) if found else None
    )
    return observed(found, reference=reference, account=account, call=call) if found and reference else None


def _told(reason: Reason, action: Action) -> Reason:
    """Add what to do to a refusal that Carloop says in a word."""
    if reason.code == "vehicle_unavailable" and reason.text is None:
        text, pointer = ("change.vehicle_taken", "/option_id")
        if action is Action.CHANGE_END:
            text, pointer = ("change.extension_blocked", "/end")
        return replace(reason, text=text, pointer=reason.pointer or pointer)
    return reason if reason.text or reason.code not in _SAID else replace(reason, text=_SAID[reason.code])


def _settle_gone(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    # "Gone" is believed only from the account that made the rental, asked anew.
    try:
        present = carloop.read_account(deadline=call.deadline)
    except CallFailed as failure:
        return _take_back(intent, failure.reason, call=call)
    if present.id != account.id:
        return _take_back(intent, Reason("account_changed", "change.account_changed"), call=call)
    known = _known(intent.rental_id, account.id, call) if intent.rental_id else None
    by_us = intent.action is Action.CANCEL
    record = gone(known, cancelled_here=by_us) if known else None
    outcome = Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=GONE)
    if by_us:
        outcome = Outcome(intent.change_id, OutcomeStatus.DONE, rental=record.document if record else None)
    return call.store.settle(intent.change_id, outcome, record) or outcome


def _take_back(intent: Intent, reason: Reason, *, call: Call) -> Outcome:
    """Refuse for now an intent that did nothing, and keep nothing of it, unless somebody waits for its outcome."""
    if call.store.forget_intent(intent.change_id):
        return Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=reason)
    return leave_unknown(intent, reason, call=call)


def gone(known: RentalRecord, *, cancelled_here: bool) -> RentalRecord:
    """Turn the record of a rental that Carloop no longer has into a cancelled one."""
    document = dict(known.document) | {"status": RentalStatus.CANCELLED.value, "allowed_changes": []}
    return replace(known, status=RentalStatus.CANCELLED, document=document, cancelled_here=cancelled_here)


def record_of(intent: Intent, rental: Rental, *, account: Account, call: Call) -> RentalRecord | None:
    """Turn the rental an intent brought into its record. None where it does not carry our reference."""
    reference = read_reference(rental.external_reference, installation=call.store.installation)
    if intent.action is Action.BOOK and intent.appointment_id is not None:
        reference = Reference(call.store.installation, intent.site, intent.appointment_id, intent.change_id)
    if reference is None:
        return None
    record = observed(rental, reference=reference, account=account, call=call)
    if intent.action is Action.BOOK:
        visit = record.appointment_period or intent.appointment_period
        return replace(record, appointment_period=visit, differs=not is_as_asked(intent, rental))
    # Whatever differed, the advisor has seen it and gone on from there.
    return replace(record, differs=False, cancelled_here=intent.action is Action.CANCEL)


def observed(rental: Rental, *, reference: Reference, account: Account, call: Call) -> RentalRecord:
    """Turn a rental seen at Carloop into its record, keeping what only we know of it."""
    fresh = rental_record(rental, reference=reference, account=account, appointment_period=None)
    known = _known(rental.id, account.id, call)
    if known is None:
        return fresh
    return replace(
        fresh,
        appointment_period=known.appointment_period,
        linked=known.linked,
        differs=known.differs,
        cancelled_here=known.cancelled_here,
    )


def _known(rental_id: RentalId, account: AccountId, call: Call) -> RentalRecord | None:
    named = call.store.rentals_named(rental_id)
    return next((rental for rental in named if rental.account == account), None)


def leave_unknown(intent: Intent, reason: Reason, *, call: Call) -> Outcome:
    """Keep that an outcome is not known yet."""
    counts = counts_as_try(reason)
    call.store.mark_unknown(intent.change_id, reason.code, counts=counts)
    if counts and intent.tries + 1 == TRIES_BEFORE_SET_ASIDE:
        tell(CHANGE_SET_ASIDE, **named(intent), code=reason.code, tries=TRIES_BEFORE_SET_ASIDE)
    return unknown(intent, reason)


def named(intent: Intent) -> dict[str, str | int | None]:
    """Give the fields by which an event names an intent."""
    return {
        "change_id": intent.change_id,
        "action": intent.action.value,
        "site": intent.site,
        "appointment_id": intent.appointment_id,
        "account": intent.account,
        "rental_id": intent.rental_id,
        "sends": intent.sends,
    }


def unknown(intent: Intent, reason: Reason) -> Outcome:
    """Say that the outcome of an intent is not known yet: the cause by its code, and never "try again"."""
    told = reason if (reason.text or "").startswith("change.") else Reason(reason.code, "change.unknown")
    return Outcome(intent.change_id, OutcomeStatus.UNKNOWN, reason=told)
