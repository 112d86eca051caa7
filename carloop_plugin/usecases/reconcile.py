"""Reconcile: settle what is pending, and bring in what changed at Carloop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import CallFailed, Failed
from carloop_plugin.domain.rentals import Rental, RentalRecord, read_reference
from carloop_plugin.domain.values import AccountId, ChangeId, Site
from carloop_plugin.events import CARLOOP_HEARD, CARLOOP_UNHEARD, RENTAL_CHANGED, tell
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.usecases.erase import finish_erasures
from carloop_plugin.usecases.feed import read_again, read_feed
from carloop_plugin.usecases.in_flight import one_at_a_time
from carloop_plugin.usecases.recover import cancel_at_carloop, recover_with, tell_settled
from carloop_plugin.usecases.settle import observed, settle_done

LEAST_SECONDS = 1.0
"""What one pending change may take of a round at least, the round's own end permitting."""

MOST_FRUITLESS = 3
"""After how many set aside changes that still cannot be settled a round leaves the other ones to the next."""

OVERLAP = timedelta(minutes=1)
"""How far the feed is read again: a change may become visible later than one that was written after it."""


@dataclass(slots=True)
class Reconciled:
    """What a round of reconciling brought."""

    settled: list[Outcome] = field(default_factory=list)
    changed: list[RentalRecord] = field(default_factory=list)


def reconcile(sites: Iterable[Site], call: Call) -> Reconciled:
    """Settle pending changes and bring in the desk's, as far as the deadline allows.

    A site whose Carloop cannot be asked costs its own news alone; its intents and keys are kept.
    """
    report = Reconciled()
    carloops = _each_once(sites, call)
    seen: set[tuple[str, AccountId]] = set()
    for done, (site, carloop) in enumerate(carloops):
        # A rejected token ends the round here: nothing is sent with it until it is accepted again.
        try:
            _reconcile_with(carloop, report, _share(call, len(carloops) - done), seen=seen)
        except CallFailed as failure:
            tell(CARLOOP_UNHEARD, site=site, code=failure.reason.code)
    finish_erasures(call)
    return report


def _reconcile_with(
    carloop: Carloop, report: Reconciled, call: Call, *, seen: set[tuple[str, AccountId]]
) -> None:
    begun, settled, changed = time.monotonic(), len(report.settled), len(report.changed)
    account = carloop.read_account(deadline=call.deadline)
    if (carloop.origin, account.id) in seen:
        return
    seen.add((carloop.origin, account.id))
    _settle_all(report, carloop=carloop, account=account, call=call)
    _bring_in(report, carloop=carloop, account=account, call=call)
    tell(
        CARLOOP_HEARD,
        account=account.id,
        skew_seconds=round(account.skew.total_seconds(), 3),
        settled=len(report.settled) - settled,
        changed=len(report.changed) - changed,
        seconds=round(time.monotonic() - begun, 3),
    )


def _share(call: Call, parts: int) -> Call:
    """Give one of so many their part of the time that is left, so that a slow one costs the others nothing."""
    now = time.monotonic()
    return replace(call, deadline=now + max(0.0, call.deadline - now) / parts)


def _settle_all(report: Reconciled, *, carloop: Carloop, account: Account, call: Call) -> None:
    ours = call.store.intents_to_recover(account.id)
    fruitless = 0
    for done, intent in enumerate(ours):
        if time.monotonic() >= call.deadline or fruitless >= MOST_FRUITLESS:
            return
        # The news from the desk need their part too.
        part = _share(call, len(ours) - done + 1)
        at_least = min(call.deadline, time.monotonic() + LEAST_SECONDS)
        mine = replace(part, deadline=max(part.deadline, at_least))
        is_settled = _settle(intent, report, carloop=carloop, account=account, call=mine)
        fruitless += intent.is_set_aside and not is_settled


def _each_once(sites: Iterable[Site], call: Call) -> Sequence[tuple[Site, Carloop]]:
    """Find the sessions of all sites, each once however many it serves, with the first of these.

    Two of them may still lead to one account, by two tokens or anew after the first was closed; only it can tell.
    """
    found: dict[Carloop, Site] = {}
    for site in sites:
        try:
            found.setdefault(call.connect(site), site)
        except Failed as failure:
            tell(CARLOOP_UNHEARD, site=site, code=failure.reason.code)
    return [(site, carloop) for carloop, site in found.items()]


def _settle(intent: Intent, report: Reconciled, *, carloop: Carloop, account: Account, call: Call) -> bool:
    with _alone_with(intent.change_id, call) as fresh:
        # A booking that is being given up settles with what gives it up.
        if fresh is None or fresh.given_up_by is not None:
            return False
        outcome = recover_with(fresh, carloop=carloop, account=account, call=call)
        for change_id in filter(None, (fresh.change_id, fresh.gives_up)):
            settled = call.store.intent(change_id)
            if settled and settled.outcome:
                report.settled.append(settled.outcome)
    return outcome.status is not OutcomeStatus.UNKNOWN


@contextmanager
def _alone_with(change_id: ChangeId, call: Call) -> Iterator[Intent | None]:
    """Take a pending intent; None where another thread or process, here or on another server, is at it."""
    with one_at_a_time(change_id, deadline=0.0) as is_alone:
        yield call.store.lease(change_id) if is_alone else None


def _bring_in(report: Reconciled, *, carloop: Carloop, account: Account, call: Call) -> None:
    position = call.store.feed_position(account.id, now=account.server_time)
    newest = position or account.server_time
    trouble: CallFailed | None = None
    try:
        for rental in read_feed(newest - OVERLAP, carloop=carloop, account=account, call=call):
            _take(rental, report, carloop=carloop, account=account, call=call)
            newest = max(newest, rental.updated_at)
        for rental in read_again(carloop=carloop, account=account, call=call):
            _take(rental, report, carloop=carloop, account=account, call=call)
    except CallFailed as failure:
        trouble = failure
    call.store.note_contact(
        account.id,
        at=call.clock.now(),
        skew=account.skew,
        position=newest,
        time_zone=account.time_zone,
        trouble=trouble.reason.code if trouble else None,
    )
    if trouble:
        raise trouble


def _tell_changed(record: RentalRecord) -> None:
    tell(
        RENTAL_CHANGED,
        account=record.account,
        site=record.site,
        appointment_id=record.appointment_id,
        rental_id=record.id,
        change_id=record.change_id,
        status=record.status.value,
    )


def _take(rental: Rental, report: Reconciled, *, carloop: Carloop, account: Account, call: Call) -> None:
    reference = read_reference(rental.external_reference, installation=call.store.installation)
    if reference is None:
        return
    booking = call.store.intent(reference.change_id)
    if booking is not None and not booking.is_settled:
        _settle_seen(booking, rental, report, account=account, call=call)
        return
    cancelled = _cancel_late(rental, booking, carloop=carloop, call=call) if booking else None
    record = observed(cancelled or rental, reference=reference, account=account, call=call)
    if cancelled:
        record = replace(record, cancelled_here=True)
    if call.store.keep_rental(record):
        _tell_changed(record)
        report.changed.append(record)


def _settle_seen(
    booking: Intent, rental: Rental, report: Reconciled, *, account: Account, call: Call
) -> None:
    """Link a booking's rental that is among the news, also where recovery could not find it and set it aside."""
    with _alone_with(booking.change_id, call) as fresh:
        # One that is being given up is cancelled by what gives it up.
        if fresh is not None and fresh.given_up_by is None:
            outcome = settle_done(fresh, rental, account=account, call=call)
            tell_settled(fresh, outcome, call)
            report.settled.append(outcome)


def _cancel_late(rental: Rental, booking: Intent, *, carloop: Carloop, call: Call) -> Rental | None:
    """Cancel a rental that turned up although its booking was given up; None where it is left as it is."""
    giving_up = call.store.intent(booking.given_up_by) if booking.given_up_by else None
    stands = booking.outcome is not None and booking.outcome.status is OutcomeStatus.DONE
    if giving_up is None or stands or not rental.status.is_active:
        return None
    result = cancel_at_carloop(rental, giving_up, carloop=carloop, call=call)
    return result if isinstance(result, Rental) else None
