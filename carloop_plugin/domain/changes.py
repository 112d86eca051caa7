"""A change as it is kept: durable before a byte leaves, the same key for ever, settled once.

    recorded → (sent again) sent → unknown → settled

Confirmed and refused are how an intent settles; the outcome it settled with is kept for ever, its payload is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from carloop_plugin.domain.appointments import CustomerIdentity
from carloop_plugin.domain.values import (
    AccountId,
    Action,
    AppointmentId,
    ChangeId,
    Period,
    Reason,
    RentalId,
    RentalStatus,
    Site,
    VehicleId,
)

TRIES_BEFORE_SET_ASIDE = 20

Document = Mapping[str, object]
"""A document of the contract, ready to be answered."""


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
class RentalRecord:
    """A rental of ours as last seen at Carloop, with the appointment it serves.

    `document` is the contract's `rental`. `linked` is False for one that is not what was asked for and is
    offered for cancellation, `differs` True for one found later that the desk had changed by then.
    `appointment_period` is the appointment's period the rental was made for. `cancelled_here` tells our own
    cancellation from one at the desk. `customers` are kept with the booking, and looked up where rentals are read by
    their appointments.
    """

    site: Site
    id: RentalId
    account: AccountId
    appointment_id: AppointmentId
    change_id: ChangeId
    status: RentalStatus
    period: Period
    revision: int
    updated_at: datetime
    document: Document
    appointment_period: Period | None = None
    linked: bool = True
    differs: bool = False
    cancelled_here: bool = False
    customers: tuple[CustomerIdentity, ...] | None = field(default=None, compare=False)

    @property
    def is_active(self) -> bool:
        """Tell whether it holds a vehicle for its appointment."""
        return self.linked and self.status.is_active


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
