"""Reconcile: settle what is pending, and read what changed at Carloop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from carloop_plugin.domain.accounts import Account, Contact
from carloop_plugin.domain.changes import Intent, OutcomeStatus, Reconciled
from carloop_plugin.domain.failures import CallFailed, Failed, StoreFailed
from carloop_plugin.domain.rentals import Rental, read_reference
from carloop_plugin.domain.values import AccountId, ChangeId, Site
from carloop_plugin.events import (
    CARLOOP_NOT_RECONCILED,
    CARLOOP_RECONCILED,
    ERASURE_FINISHED,
    ERASURE_PUT_OFF,
    RENTAL_CHANGED,
    log_event,
)
from carloop_plugin.ports import Carloop, UseCaseContext
from carloop_plugin.usecases.deliver import observe, settle_done
from carloop_plugin.usecases.feed import read_again, read_feed
from carloop_plugin.usecases.recover import cancel_withdrawn, change_lock, log_settled, recover_with

LEAST_SECONDS = 1.0
"""What one pending change may take of a round at least, the round's own end permitting."""

MOST_FRUITLESS = 3
"""After how many set aside changes that still cannot be settled a round leaves the other ones to the next."""

OVERLAP = timedelta(minutes=1)
"""How far the feed is read again: a change may become visible later than one that was written after it."""


LARGEST_AT_ONCE = 64 * 2**20
"""Bytes of records that are rewritten beside the day's work: a second or two, and others wait five for a lock."""


def reconcile(sites: Iterable[Site], context: UseCaseContext) -> Reconciled:
    """Settle pending changes and read those of the desk, as far as the deadline allows.

    A site whose Carloop cannot be asked costs its own news alone; its intents and keys are kept.
    """
    report = Reconciled()
    sessions = _sessions(sites, context)
    seen: set[tuple[str, AccountId]] = set()
    for done, (carloop, site) in enumerate(sessions):
        # A rejected token ends the round here: nothing is sent with it until it is accepted again.
        try:
            _reconcile_with(carloop, report, _share(context, len(sessions) - done), seen)
        except CallFailed as failure:
            log_event(CARLOOP_NOT_RECONCILED, site=site, code=failure.reason.code)
    with suppress(StoreFailed):
        if context.store.backlog().unfinished_erasures:
            finish_erasures(context)
    return report


def finish_erasures(context: UseCaseContext) -> bool:
    """Clear what was erased out of the records' files; return False where that has to be done later."""
    is_finished = context.store.finish_erasures(largest=LARGEST_AT_ONCE)
    log_event(ERASURE_FINISHED if is_finished else ERASURE_PUT_OFF)
    return is_finished


def _sessions(sites: Iterable[Site], context: UseCaseContext) -> Sequence[tuple[Carloop, Site]]:
    """Return the sessions of all sites, each once however many it serves, with the first of these.

    Two of them may still lead to one account, by two tokens or anew after the first was closed; only it can tell.
    """
    found: dict[Carloop, Site] = {}
    for site in sites:
        try:
            found.setdefault(context.connect(site), site)
        except Failed as failure:
            log_event(CARLOOP_NOT_RECONCILED, site=site, code=failure.reason.code)
    return list(found.items())


def _share(context: UseCaseContext, parts: int, *, at_least: float = 0.0) -> UseCaseContext:
    """Return the context of one of so many parts of the time that is left, so that a slow one costs the others none."""
    now = time.monotonic()
    left = max(0.0, context.deadline - now)
    return replace(context, deadline=now + min(left, max(left / parts, at_least)))


def _reconcile_with(
    carloop: Carloop, report: Reconciled, context: UseCaseContext, seen: set[tuple[str, AccountId]]
) -> None:
    begun, settled, changed = time.monotonic(), len(report.settled), len(report.changed)
    account = carloop.read_account(deadline=context.deadline)
    if (carloop.origin, account.id) in seen:
        return
    seen.add((carloop.origin, account.id))
    _settle_pending(report, carloop, account, context)
    _read_changes(report, carloop, account, context)
    log_event(
        CARLOOP_RECONCILED,
        begun,
        account=account.id,
        skew_seconds=round(account.skew.total_seconds(), 3),
        settled=len(report.settled) - settled,
        changed=len(report.changed) - changed,
    )


def _settle_pending(report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext) -> None:
    intents = context.store.pending_intents(account.id)
    fruitless = 0
    for done, intent in enumerate(intents):
        if time.monotonic() >= context.deadline or fruitless >= MOST_FRUITLESS:
            return
        # The changes at the desk need their part of the time too.
        own = _share(context, len(intents) - done + 1, at_least=LEAST_SECONDS)
        is_settled = _settle(intent, report, carloop, account, own)
        fruitless += intent.is_set_aside and not is_settled


def _settle(
    intent: Intent, report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext
) -> bool:
    with _leased(intent.change_id, context) as present:
        # A withdrawn booking settles with its withdrawal.
        if present is None or present.given_up_by is not None:
            return False
        outcome = recover_with(present, carloop=carloop, account=account, context=context)
        for change_id in filter(None, (present.change_id, present.gives_up)):
            settled = context.store.intent(change_id)
            if settled and settled.outcome:
                report.settled.append(settled.outcome)
    return outcome.status is not OutcomeStatus.UNKNOWN


@contextmanager
def _leased(change_id: ChangeId, context: UseCaseContext) -> Iterator[Intent | None]:
    """Take a pending intent; None where another thread or process, here or on another server, is at it."""
    with change_lock(change_id, deadline=0.0) as is_alone:
        yield context.store.lease(change_id) if is_alone else None


def _read_changes(report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext) -> None:
    position = context.store.feed_position(account.id, now=account.server_time)
    newest = position or account.server_time
    failure: CallFailed | None = None
    try:
        for rental in read_feed(newest - OVERLAP, carloop=carloop, account=account, context=context):
            _take(rental, report, carloop, account, context)
            newest = max(newest, rental.updated_at)
        for rental in read_again(carloop=carloop, account=account, context=context):
            _take(rental, report, carloop, account, context)
    except CallFailed as ended:
        failure = ended
    trouble = failure.reason.code if failure else None
    contact = Contact(account.id, context.clock.now(), account.skew, trouble)
    context.store.note_contact(contact, position=newest, time_zone=account.time_zone)
    if failure:
        raise failure


def _take(
    rental: Rental, report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext
) -> None:
    """Keep a rental of the feed, where it is ours."""
    reference = read_reference(rental.external_reference, installation=context.store.installation)
    if reference is None:
        return
    booking = context.store.intent(reference.change_id)
    if booking is not None and not booking.is_settled:
        _settle_found(booking, rental, report, account, context)
        return
    is_withdrawn = booking is not None and booking.given_up_by is not None
    cancelled = _cancel_late(rental, booking, carloop, context) if booking and is_withdrawn else None
    record = observe(cancelled or rental, account, context, reference=reference)
    if record and cancelled:
        record = replace(record, cancelled_here=True)
    if record and context.store.keep_rental(record):
        report.changed.append(record)
        log_event(
            RENTAL_CHANGED,
            account=record.account,
            site=record.site,
            appointment_id=record.appointment_id,
            rental_id=record.id,
            change_id=record.change_id,
            status=record.status.value,
        )


def _settle_found(
    booking: Intent, rental: Rental, report: Reconciled, account: Account, context: UseCaseContext
) -> None:
    """Link a booking's rental that is in the feed, also where recovery could not find it and set it aside."""
    with _leased(booking.change_id, context) as present:
        # One that is being withdrawn is cancelled by its withdrawal.
        if present is not None and present.given_up_by is None:
            outcome = settle_done(present, rental, account=account, context=context)
            log_settled(present, outcome, context)
            report.settled.append(outcome)


def _cancel_late(rental: Rental, booking: Intent, carloop: Carloop, context: UseCaseContext) -> Rental | None:
    """Cancel a rental that turned up although its booking was withdrawn; None where it is left as it is."""
    withdrawal = context.store.intent(booking.given_up_by) if booking.given_up_by else None
    stands = booking.outcome is not None and booking.outcome.status is OutcomeStatus.DONE
    if withdrawal is None or stands or not rental.status.is_active:
        return None
    result = cancel_withdrawn(rental, withdrawal, carloop=carloop, context=context)
    return result if isinstance(result, Rental) else None
