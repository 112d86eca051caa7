"""A change to a rental: the same change again has the same outcome, a new one goes to its use case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress

from carloop_plugin.domain.changes import Action, Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import (
    CallFailed,
    Failed,
    Reason,
    Refused,
    StoreFailed,
    is_final,
)
from carloop_plugin.domain.values import ChangeId, Site, parse_instant
from carloop_plugin.ports import Call
from carloop_plugin.usecases.book import book
from carloop_plugin.usecases.cancel import cancel
from carloop_plugin.usecases.change_end import change_end
from carloop_plugin.usecases.give_up import give_up
from carloop_plugin.usecases.in_flight import one_at_a_time
from carloop_plugin.usecases.recover import recover

INSTANTS = {"start", "end"}


def change_rental(change: Mapping[str, object], call: Call) -> Outcome:
    """Carry out a change, or tell what became of it when it was asked for before.

    :param change: a valid `rental_change` for this provider.
    :returns: done, refused or unknown; never an exception for anything that can be expected.
    """
    change_id = ChangeId(str(change["change_id"]).lower())
    try:
        with one_at_a_time(change_id, deadline=call.deadline) as is_alone:
            if not is_alone:
                return Outcome(change_id, OutcomeStatus.UNKNOWN, reason=Reason("deadline_exceeded"))
            return _as_it_stands(_carry_out(change, change_id, call), call)
    except StoreFailed as failure:
        if failure.may_be_written:
            # What may be in the records may be sent by recovery: that is no refusal.
            reason = Reason(failure.reason.code, "change.unknown")
            return Outcome(change_id, OutcomeStatus.UNKNOWN, reason=reason)
        return Outcome(change_id, OutcomeStatus.REFUSED, reason=failure.reason)
    except Failed as failure:
        return Outcome(change_id, OutcomeStatus.REFUSED, reason=failure.reason)


def _as_it_stands(outcome: Outcome, call: Call) -> Outcome:
    """Return what the records say of a change whose outcome is not known here: another process may have settled it."""
    if outcome.status is not OutcomeStatus.UNKNOWN:
        return outcome
    # What cannot be read now says nothing of the change: it may have been done.
    with suppress(StoreFailed):
        present = call.store.await_outcome(outcome.change_id)
        if present is None:
            # Another process sent it, learnt that nothing was done, and took it back.
            return Outcome(
                outcome.change_id, OutcomeStatus.REFUSED, reason=Reason("busy", "change.taken_back")
            )
        return present.outcome or outcome
    return outcome


def _carry_out(change: Mapping[str, object], change_id: ChangeId, call: Call) -> Outcome:
    digest = digest_change(change, installation=call.store.installation)
    known = call.store.intent(change_id)
    if known:
        return _tell_again(known, digest, call)
    try:
        return _begin(change, change_id, digest, call)
    except CallFailed as failure:
        # Only calls that came before the intent end here: nothing was asked of Carloop yet.
        reason = _before_anything_was_sent(failure.reason)
        return Outcome(change_id, OutcomeStatus.REFUSED, reason=reason)
    except Refused as refusal:
        outcome = Outcome(change_id, OutcomeStatus.REFUSED, rental=refusal.rental, reason=refusal.reason)
        if not is_final(refusal.reason):
            return outcome
        return call.store.record_settled(_refused_intent(change, change_id, digest, call), outcome)


def _begin(change: Mapping[str, object], change_id: ChangeId, digest: str, call: Call) -> Outcome:
    match change["action"]:
        case "book":
            return book(change, change_id=change_id, digest=digest, call=call)
        case "change_end":
            return change_end(change, change_id=change_id, digest=digest, call=call)
        case "cancel" if "book_change_id" in change:
            return give_up(change, change_id=change_id, digest=digest, call=call)
        case "cancel":
            return cancel(change, change_id=change_id, digest=digest, call=call)
        case _:
            raise Refused(Reason("not_supported", "change.not_supported", pointer="/action"))


def _tell_again(known: Intent, digest: str, call: Call) -> Outcome:
    if known.digest != digest:
        reason = Reason("change_id_reused", "change.id_reused", pointer="/change_id")
        return Outcome(known.change_id, OutcomeStatus.REFUSED, reason=reason)
    if known.outcome:
        return known.outcome
    return recover(known, call)


def _before_anything_was_sent(reason: Reason) -> Reason:
    # An answer we cannot read, to a question asked before the change was sent, says nothing final about the change.
    return reason if not is_final(reason) else Reason("unreachable", reason.text, reason.params)


def _refused_intent(change: Mapping[str, object], change_id: ChangeId, digest: str, call: Call) -> Intent:
    action = change["action"]
    return Intent(
        change_id=change_id,
        # A `rebook` is refused as what it would begin with.
        action=Action(str(action)) if action in set(Action) else Action.CANCEL,
        # Its outcome is told again by its id; what else it was about is of no use any more, and not kept.
        site=Site(""),
        appointment_id=None,
        digest=digest,
        recorded_at=call.clock.now(),
    )


def digest_change(change: Mapping[str, object], *, installation: str) -> str:
    """Digest a change so that the same one is known again. Instants count as instants, however they are written.

    Keyed with the installation's id, so that two installations' digests of one person have nothing in common.
    """
    canonical = json.dumps(_canonical(change), sort_keys=True, separators=(",", ":"))
    key = installation.encode()[:64]
    return hashlib.blake2b(canonical.encode(), key=key, digest_size=32).hexdigest()


def _canonical(document: Mapping[str, object]) -> dict[str, object]:
    return {name: _canonical_value(name, value) for name, value in document.items()}


def _canonical_value(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return _canonical(value)
    if name in INSTANTS:
        return _canonical_instant(value)
    if name.endswith("change_id"):
        return str(value).lower()
    # JSON knows one kind of number: 3.0 is 3.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _canonical_instant(value: object) -> object:
    try:
        return parse_instant(str(value)).isoformat()
    except ValueError:
        # What a change_end should not carry at all need not be a time.
        return value
