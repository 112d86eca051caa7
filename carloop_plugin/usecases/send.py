"""Make an intent durable, then send it: never a byte before the commit."""

from __future__ import annotations

from typing import assert_never

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import (
    AlreadyBooked,
    Intent,
    OtherPending,
    Outcome,
    Recorded,
    SameChange,
)
from carloop_plugin.domain.failures import Reason, Refused
from carloop_plugin.events import CHANGE_RECORDED, tell
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.usecases.recover import recover
from carloop_plugin.usecases.settle import named, send


def record_and_send(intent: Intent, *, carloop: Carloop, account: Account, call: Call) -> Outcome:
    """Record an intent, send it, and keep what came of it.

    :raises Refused: another change to the appointment is pending, or it has a rental by now.
    :raises StoreFailed: the intent could not be made durable; nothing was sent.
    """
    recorded = call.store.record(intent)
    match recorded:
        case Recorded():
            tell(CHANGE_RECORDED, **named(intent))
            return send(intent, carloop=carloop, account=account, call=call)
        case SameChange(same):
            # Another process was asked for the same change a moment before.
            return same.outcome or recover(same, call)
        case OtherPending():
            raise Refused(Reason("outcome_pending", "change.other_pending"))
        case AlreadyBooked(rental):
            raise Refused(Reason("already_booked", "change.already_booked"), rental=rental.document)
        case _:
            assert_never(recorded)
