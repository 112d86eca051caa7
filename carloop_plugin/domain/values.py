"""What the Carloop provider talks about: vehicles, rentals, accounts, settings.

Values only, frozen and typed; every instant is an aware `datetime` in UTC, every amount a `Decimal`.
Neither the wire of Carloop (`api/`) nor the documents of the contract (`mobility_schemas`) appear here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, NewType

PROVIDER_ID = "carloop"

AccountId = NewType("AccountId", str)
AppointmentId = NewType("AppointmentId", str)
ChangeId = NewType("ChangeId", str)
RentalId = NewType("RentalId", str)
Site = NewType("Site", str)
VehicleId = NewType("VehicleId", str)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 time with offset as UTC. Raise `ValueError` for a time without one."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time needs an offset")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, `2026-03-02T07:30:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time `[start, end)`, in UTC."""

    start: datetime
    end: datetime

    def covers(self, other: Period) -> bool:
        """Tell whether all of `other` lies within."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency (ISO 4217), tax included or not."""

    amount: Decimal
    currency: str
    tax_included: bool


class RentalStatus(StrEnum):
    """Where a rental stands at the desk."""

    RESERVED = "reserved"
    PICKED_UP = "picked_up"
    RETURNED = "returned"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Tell whether the rental still holds a vehicle."""
        return self in (RentalStatus.RESERVED, RentalStatus.PICKED_UP)


class Vehicle(NamedTuple):
    """A rental car as Carloop describes it; `vehicle_class` and `features` are ids of `Filters`.

    No dataclass: a search makes thousands of them, and a frozen dataclass takes three times as long to make.
    """

    id: VehicleId
    licence_plate: str
    make: str
    model: str
    vehicle_class: str
    features: tuple[str, ...] = ()
    seats: int | None = None
    fuel: str | None = None
    transmission: str | None = None
    station: str | None = None
    daily_rate: Money | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Rental:
    """A rental as Carloop holds it, without its customer.

    `external_reference` is None for one made at the desk. `planned_end` is the end first agreed.
    """

    id: RentalId
    external_reference: str | None
    vehicle: Vehicle
    period: Period
    planned_end: datetime
    status: RentalStatus
    revision: int
    updated_at: datetime
    price: Money | None = None
    web_url: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a list that cannot be read: its id and its external reference, where that much can be."""

    id: str | None
    external_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """A place where cars are handed out."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """The Carloop account a token belongs to. `skew` is Carloop's clock minus ours when it was read."""

    id: AccountId
    name: str
    time_zone: str
    stations: tuple[Station, ...]
    server_time: datetime
    skew: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class NamedId:
    """A vehicle class or feature: its id, and the name a person reads."""

    id: str
    name: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search can be narrowed by."""

    vehicle_classes: tuple[NamedId, ...]
    features: tuple[NamedId, ...]


@dataclass(frozen=True, slots=True)
class VehicleQuery:
    """A search: any of the classes, all of the features, free for the whole period."""

    period: Period
    vehicle_classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    station: str | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class FreeVehicles:
    """The answer to a search. `matching` fit the filters, `busy` of these are not free in the period."""

    vehicles: tuple[Vehicle, ...]
    as_of: datetime
    matching: int
    busy: int
    next_free: datetime | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not done: a problem code of the contract and a text of our catalogue.

    `text` is a key of `messages`; `params` fill it. Texts are made in the call's language, at the edge, so
    that a stored reason can be told in another language later. Params hold no personal data.
    """

    code: str
    text: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    pointer: str | None = None


class Failed(Exception):
    """Something could not be done; `reason` says why. The exception's text is the code alone.

    Failed
    ├── CallFailed              a call to Carloop gave no usable answer
    ├── Refused                 a rule says no
    ├── StoreFailed             our own records cannot be read or written
    └── ConfigurationProblem    the settings are missing or wrong (`settings.py`)
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class CallFailed(Failed):
    """A call to Carloop gave no usable answer. `sent` is False where nothing left us."""

    def __init__(self, reason: Reason, *, sent: bool = True) -> None:
        super().__init__(reason)
        self.sent = sent


class Refused(Failed):
    """A rule of ours says no. `rental` is the contract's document of the rental that stands in the way."""

    def __init__(self, reason: Reason, *, rental: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.rental = rental


class StoreFailed(Failed):
    """Our records cannot be read or written: `busy` or `storage_failed`.

    `may_be_written`: the answer to a commit was lost, so what was to be written may be there or not.
    """

    def __init__(self, reason: Reason, *, may_be_written: bool = False) -> None:
        super().__init__(reason)
        self.may_be_written = may_be_written


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


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What the settings page saved for a site."""

    base_url: str | None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token, the one origin it may be sent to, and since when it is kept."""

    value: str = field(repr=False)
    origin: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What is in force for a site: the environment and the configuration file win over what was saved.

    `fixed` names the settings (`base_url`, `token`, `station`) the page cannot change. Of a token from the
    settings page `token_since` says when it was entered; of any other `token_place` says where it comes from,
    `environment` or a file's path. `unused_token` says why a token that is provided there is not used.
    """

    site: Site
    base_url: str | None = None
    token: str | None = field(default=None, repr=False)
    station: str | None = None
    ca_file: str | None = None
    token_since: datetime | None = None
    token_place: str | None = None
    unused_token: Reason | None = None
    fixed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SettledChange:
    """How a change ended, and how long after it was recorded. `code` is a refusal's problem code."""

    action: Action
    status: str
    code: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What the records say of their own health. `pending` includes `unknown` and `set_aside`.

    `engine` is the database with its version, `journal` a file's journal (empty for a server). `settled` are the newest
    changes that are, `unfinished_erasures` those of which traces may still be in the database's files. `moved_aside`
    are the files of damaged records that are still there.
    """

    installation: str
    location: str
    journal: str
    rentals: int
    pending: int
    unknown: int
    oldest_pending: datetime | None
    set_aside: tuple[ChangeId, ...]
    contacts: tuple[Contact, ...]
    engine: str = ""
    oldest_unknown: datetime | None = None
    settled: tuple[SettledChange, ...] = ()
    unfinished_erasures: int = 0
    moved_aside: tuple[MovedAside, ...] = ()
    unreadable: tuple[UnreadableRental, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedAside:
    """A file of damaged records that a rebuild has moved aside, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """When an account last answered, and how far its clock is from ours.

    `trouble` is the problem code with which reading its rentals ended then; None where all were read.
    """

    account: AccountId
    at: datetime
    skew: timedelta
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadableRental:
    """A rental at Carloop that could not be read when it was last seen. One of ours has its external reference."""

    account: AccountId
    id: str
    external_reference: str | None
    seen_at: datetime

    @property
    def is_ours(self) -> bool:
        """Return whether this installation has booked it."""
        return self.external_reference is not None
