"""A change as it is kept: durable before a byte leaves, the same key for ever, settled once.

    recorded → (sent again) sent → unknown → settled

Confirmed and refused are how an intent settles; the outcome it settled with is kept for ever, its payload is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from carloop_plugin.domain.appointments import CustomerIdentity
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.rentals import Rental, RentalRecord
from carloop_plugin.domain.values import (
    AccountId,
    AppointmentId,
    ChangeId,
    Document,
    Period,
    RentalId,
    Site,
    VehicleId,
)

TRIES_BEFORE_SET_ASIDE = 20


class Action(StrEnum):
    """What a change asks for."""

    BOOK = "book"
    CHANGE_END = "change_end"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One write to Carloop, ready to be sent and sent again: the same key and the same bytes each time.

    `key` is the change's id, in canonical form. `rental_id` is None for a booking. `revision` becomes
    `If-Match`.
    """

    action: Action
    key: ChangeId
    body: bytes = field(repr=False)
    rental_id: RentalId | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Carloop did it. `replayed`: it had done so before, this is its stored answer."""

    rental: Rental
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """Carloop did not do it, by its own word or because nothing reached it.

    `after_lost_attempt`: an earlier attempt of this call may have been executed all the same, so look for the
    rental before you believe it. `rental` is the one Carloop named (`reference_exists`).
    """

    reason: Reason
    after_lost_attempt: bool = False
    rental: Rental | None = None


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """It may or may not have been done."""

    reason: Reason


WriteResult = Confirmed | NotExecuted | AnswerLost


class IntentState(StrEnum):
    """How far an intent has come. All but `settled` are pending: its change may have happened."""

    RECORDED = "recorded"
    SENT = "sent"
    UNKNOWN = "unknown"
    SETTLED = "settled"


class OutcomeStatus(StrEnum):
    """What the host is told of a change."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change. `rental` and `alternatives` are documents of the contract."""

    change_id: ChangeId
    status: OutcomeStatus
    rental: Document | None = None
    reason: Reason | None = None
    alternatives: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """One change, as recorded. `digest` tells the same change from another with its id.

    `body` are the bytes for Carloop, None once settled (they hold personal data). `vehicle_id` and `period` are
    what a booking asked for, `period.end` what a change of the end asked for. `appointment_period` is the
    appointment as it was when the change was asked for, `customers` whom a booking's rental suits (None where that
    is not known). `sends` counts the sendings begun, the first included. `sent_at` is when the last one was begun,
    by the database's clock, and `sent_ago` how long before the intent was read: below zero where that clock was set
    back since. `tries` counts the attempts after which Carloop answered and the outcome was still not known.
    `gives_up` names the booking this cancellation gives up, `given_up_by` the cancellation of this booking.
    """

    change_id: ChangeId
    action: Action
    site: Site
    appointment_id: AppointmentId | None
    digest: str
    recorded_at: datetime
    account: AccountId | None = None
    rental_id: RentalId | None = None
    external_reference: str | None = None
    vehicle_id: VehicleId | None = None
    period: Period | None = None
    appointment_period: Period | None = None
    revision: int | None = None
    body: bytes | None = field(default=None, repr=False)
    state: IntentState = IntentState.RECORDED
    sent_at: datetime | None = field(default=None, compare=False)
    sent_ago: timedelta | None = field(default=None, compare=False)
    sends: int = 1
    tries: int = 0
    last_code: str | None = None
    gives_up: ChangeId | None = None
    given_up_by: ChangeId | None = None
    outcome: Outcome | None = None
    customers: tuple[CustomerIdentity, ...] | None = None

    @property
    def is_settled(self) -> bool:
        """Tell whether the outcome is known."""
        return self.state is IntentState.SETTLED

    @property
    def is_set_aside(self) -> bool:
        """Return whether recovery tries it last, and only a few such a round, so that the others go on."""
        return not self.is_settled and self.tries >= TRIES_BEFORE_SET_ASIDE


@dataclass(frozen=True, slots=True)
class Recorded:
    """The intent is durable and may be sent."""


@dataclass(frozen=True, slots=True)
class OtherPending:
    """Another change to the appointment is pending."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class AlreadyBooked:
    """The appointment has an active rental."""

    rental: RentalRecord


@dataclass(frozen=True, slots=True)
class SameChange:
    """An intent with this id is there already."""

    intent: Intent


RecordResult = Recorded | OtherPending | AlreadyBooked | SameChange
