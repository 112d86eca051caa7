"""A change of a rental: what is asked for, what is recorded and sent, what Carloop answers, and what became of it.

An intent is the record of one change. It is durable before a byte is sent, always sent with the same key and the same
bytes, and settled once:

    recorded -> sent -> unknown -> settled
                 ^-- sent again --/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from carloop_plugin.domain.appointments import Customer, CustomerIdentity
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.rentals import Rental, RentalRecord
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, Period, RentalId, Site, VehicleId
from carloop_plugin.domain.vehicles import Alternative

TRIES_BEFORE_SET_ASIDE = 20
"""After so many an intent is tried last, and only a few such a round, so that the others go on."""


class Action(StrEnum):
    """What is asked of Carloop."""

    BOOK = "book"
    CHANGE_END = "change_end"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a planner asks for: the contract's `rental_change`, parsed once.

    `digest` identifies the content of the change, whatever its spelling, so that the same change is recognised when it
    is sent again.
    """

    change_id: ChangeId
    digest: str


@dataclass(frozen=True, slots=True)
class Book(Asked):
    """Book a vehicle for a saved appointment."""

    site: Site
    appointment_id: AppointmentId
    vehicle_id: VehicleId
    period: Period
    customer: Customer


@dataclass(frozen=True, slots=True)
class ChangeEnd(Asked):
    """Change the end of a rental. `unexpected` is a field of the change that is none of a change of the end."""

    rental_id: RentalId
    end: datetime
    site: Site | None = None
    revision: int | None = None
    unexpected: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel(Asked):
    """Cancel a rental. `why` is what the advisor says about it, for Carloop."""

    rental_id: RentalId
    site: Site | None = None
    revision: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class GiveUp(Asked):
    """Withdraw a booking whose outcome is unknown: if it turns up at Carloop, it is cancelled there.

    The cancellation that does it is called the giving-up, and the booking given up, as in the records and in the
    contract's problem code; a person reads "withdraw the booking request".
    """

    book_change_id: ChangeId
    revision: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Unsupported(Asked):
    """A change that this provider does not offer, such as `rebook`."""


Command = Book | ChangeEnd | Cancel | GiveUp | Unsupported


# What Carloop answered to one sending of a change, and, after `judge`, what that means for its intent.


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, and this is the rental now. `replayed`: Carloop repeats the answer it stored the first time."""

    rental: Rental
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, and will not be when it is sent again.

    `after_lost_attempt`: an earlier attempt may have been done all the same. `rental` is the one that Carloop made
    instead of the one that was asked for.
    """

    reason: Reason
    after_lost_attempt: bool = False
    rental: Rental | None = None


@dataclass(frozen=True, slots=True)
class NothingHappened:
    """It was provably not done, and may be asked for again."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been done."""

    reason: Reason


Answer = Done | Refused | NothingHappened | Unknown


class OutcomeStatus(StrEnum):
    """What the host is told of a change."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change. `rental` is the rental as it is then; it holds no personal data."""

    change_id: ChangeId
    status: OutcomeStatus
    rental: RentalRecord | None = None
    reason: Reason | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(slots=True)
class Reconciled:
    """What a round of reconciling brought: changes that were settled, and rentals that changed at Carloop."""

    settled: list[Outcome] = field(default_factory=list)
    changed: list[RentalRecord] = field(default_factory=list)


class IntentState(StrEnum):
    """How far an intent has come. All but `settled` are pending: its change may have happened."""

    RECORDED = "recorded"
    SENT = "sent"
    UNKNOWN = "unknown"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Intent:
    """One change, as recorded.

    `body` are the bytes for Carloop, None once settled (they hold personal data). `vehicle_id` and `period` are what a
    booking asked for, `period.end` what a change of the end asked for. `appointment_period` is the appointment's period
    when the change was asked for, `customers` those whom a booking's rental suits (None where that is not known).
    `sends` counts the sendings begun, the first included. `sent_at` is when the last one began, by the database's
    clock, and `sent_ago` how long before the intent was read: below zero where that clock was set back since. `tries`
    counts the attempts after which Carloop answered and the outcome was still unknown. `gives_up` is the booking that
    this cancellation gives up, `given_up_by` the cancellation that gives up this booking. `outcome` is None while the
    intent is pending.
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
