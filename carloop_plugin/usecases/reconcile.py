"""Reconcile: settle what is pending, and read what changed at Carloop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from carloop_plugin.domain.accounts import Account, Contact
from carloop_plugin.domain.changes import TRIES_BEFORE_SET_ASIDE, Action, Intent, OutcomeStatus, Reconciled
from carloop_plugin.domain.failures import CallFailed, Failed, StoreFailed
from carloop_plugin.domain.rentals import ACTIVE, Rental, Unreadable
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
from carloop_plugin.usecases.deliver import observe
from carloop_plugin.usecases.recover import cancel_given_up, change_lock, recover_with
from carloop_plugin.usecases.unreadable import Noted, note_unreadable, read_again

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

    A site whose Carloop cannot be asked delays its own changes alone; its intents and keys are kept.
    """
    report = Reconciled()
    # Each session once, however many sites it serves. Two may still lead to one account, by two tokens or anew after
    # the first was closed; only the account can tell.
    sessions: dict[Carloop, Site] = {}
    for site in sites:
        try:
            sessions.setdefault(context.connect(site), site)
        except Failed as failure:
            log_event(CARLOOP_NOT_RECONCILED, site=site, code=failure.reason.code)
    seen: set[tuple[str, AccountId]] = set()
    for done, (carloop, site) in enumerate(sessions.items()):
        # Each gets its part of the time that is left, so that a slow one costs the others none.
        now = time.monotonic()
        share = replace(context, deadline=now + (context.deadline - now) / (len(sessions) - done))
        try:
            _reconcile_with(carloop, report, share, seen)
        except CallFailed as failure:
            # A rejected token ends the round here: nothing is sent with it until it is accepted again.
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
        skew_seconds=account.skew.total_seconds(),
        settled=len(report.settled) - settled,
        changed=len(report.changed) - changed,
    )


def _settle_pending(report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext) -> None:
    intents = context.store.pending_intents(account.id)
    fruitless = 0
    for done, intent in enumerate(intents):
        now = time.monotonic()
        left = context.deadline - now
        if left <= 0 or fruitless >= MOST_FRUITLESS:
            return
        # The changes at the desk need their part of the time too.
        share = max(left / (len(intents) - done + 1), LEAST_SECONDS)
        own = replace(context, deadline=now + min(left, share))
        is_settled = _settle(intent.change_id, report, carloop, account, own)
        fruitless += intent.tries >= TRIES_BEFORE_SET_ASIDE and not is_settled


def _settle(
    change_id: ChangeId,
    report: Reconciled,
    carloop: Carloop,
    account: Account,
    context: UseCaseContext,
    found: Rental | None = None,
) -> bool:
    """Settle a pending change, unless another thread or process, here or on another server, is at it."""
    with change_lock(change_id, deadline=0.0) as is_alone:
        present = context.store.lease(change_id) if is_alone else None
        # A booking that is given up settles with its giving-up, which cancels it.
        if present is None or present.given_up_by is not None:
            return False
        outcome = recover_with(present, carloop, account, context, found=found)
        for each in filter(None, (present.change_id, present.gives_up)):
            settled = context.store.intent(each)
            if settled and settled.outcome:
                report.settled.append(settled.outcome)
    return outcome.status is not OutcomeStatus.UNKNOWN


def _read_changes(report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext) -> None:
    position = context.store.feed_position(account.id, now=account.server_time)
    newest = position or account.server_time
    noted = {each.id: each for each in context.store.unreadable(account.id)}
    failure: CallFailed | None = None
    try:
        for rental in read_feed(newest - OVERLAP, noted, carloop, account, context):
            _take(rental, report, carloop, account, context)
            newest = max(newest, rental.updated_at)
        for rental in read_again(noted, carloop, context) if noted else ():
            _take(rental, report, carloop, account, context)
    except CallFailed as ended:
        failure = ended
    trouble = failure.reason.code if failure else None
    contact = Contact(account.id, context.clock.now(), account.skew, trouble)
    context.store.note_contact(contact, position=newest, time_zone=account.time_zone)
    if failure:
        raise failure


def read_feed(
    since: datetime | None, noted: Noted, carloop: Carloop, account: Account, context: UseCaseContext
) -> Iterator[Rental]:
    """Read the rentals updated since an instant, and note those that cannot be read. Raise `CallFailed`."""
    for rental in carloop.rentals_changed_since(since, deadline=context.deadline):
        if isinstance(rental, Unreadable):
            note_unreadable(rental, noted, account, context)
            continue
        yield rental
        if known := noted.pop(rental.id, None):
            context.store.forget_unreadable(known)


def _take(
    rental: Rental, report: Reconciled, carloop: Carloop, account: Account, context: UseCaseContext
) -> None:
    """Keep a rental of the feed, where it is ours."""
    record = observe(rental, account.id, context)
    if record is None:
        return
    booking = context.store.intent(record.change_id)
    if booking and booking.outcome is None:
        # Also where recovery could not find it and set it aside.
        _settle(booking.change_id, report, carloop, account, context, rental)
        return
    if booking and booking.given_up_by:
        cancelled = _cancel_late(rental, booking, booking.given_up_by, carloop, context)
        late = observe(cancelled, account.id, context) if cancelled else None
        record = replace(late, cancelled_here=True) if late else record
    if context.store.keep_rental(record):
        report.changed.append(record)
        log_event(RENTAL_CHANGED, of=record, rental_id=record.id)


def _cancel_late(
    rental: Rental, booking: Intent, giving_up_id: ChangeId, carloop: Carloop, context: UseCaseContext
) -> Rental | None:
    """Cancel a rental that turned up although its booking was given up; None where it is left as it is."""
    giving_up = context.store.intent(giving_up_id)
    # A rebooking has cancelled the rental before it, so without it there would be none.
    stands = booking.action is Action.REBOOK or (
        booking.outcome is not None and booking.outcome.status is OutcomeStatus.DONE
    )
    if giving_up is None or stands or rental.status not in ACTIVE:
        return None
    result = cancel_given_up(rental, giving_up, carloop, context)
    return result if isinstance(result, Rental) else None
