"""Rentals: as Carloop holds them, as our records keep them, and the reference that connects the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from carloop_plugin.domain.appointments import CustomerIdentity
from carloop_plugin.domain.values import AccountId, AppointmentId, ChangeId, Money, Period, RentalId, Site
from carloop_plugin.domain.vehicles import Vehicle


class RentalStatus(StrEnum):
    """Where a rental stands at the desk."""

    RESERVED = "reserved"
    PICKED_UP = "picked_up"
    RETURNED = "returned"
    CANCELLED = "cancelled"


ACTIVE = frozenset({RentalStatus.RESERVED, RentalStatus.PICKED_UP})
"""Those in which a rental holds a vehicle."""


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


_SEEN = [each.name for each in fields(Rental) if each.name != "external_reference"]
"""The fields that a record takes over."""
_quote = partial(quote, safe="")


class Reference(NamedTuple):
    """What an external reference says: whose rental it is, and of which change."""

    installation: str
    site: Site
    appointment_id: AppointmentId
    change_id: ChangeId

    def __str__(self) -> str:
        return "/".join(map(_quote, self))


def read_reference(text: str | None, *, installation: str) -> Reference | None:
    """Read a reference of this installation; None for the desk's rentals and for other planners'."""
    parts = [unquote(part) for part in text.split("/")] if text else []
    if len(parts) != 4 or parts[0] != installation:
        return None
    return Reference(parts[0], Site(parts[1]), AppointmentId(parts[2]), ChangeId(parts[3]))


@dataclass(frozen=True, slots=True)
class RentalRecord:
    """A rental of ours as last seen at Carloop, with the appointment it serves: what our records keep of it.

    The first fields are those of `Rental`, the rest is what only we know. `change_id` is the change that booked it.
    `linked` is False for one that is not what was asked for and is offered for cancellation, `differs` True for one
    found later whose times the desk had changed by then. `instead_of` is the vehicle that the advisor knows of, where
    the desk has given another one since; of one never seen its id alone. `appointment_period` is the appointment's
    period the rental was made for. `cancelled_here` distinguishes our own cancellation from one at the desk.
    `customers` are kept with the booking, and looked up wherever a rental is read from the records.
    """

    id: RentalId
    vehicle: Vehicle
    period: Period
    planned_end: datetime
    status: RentalStatus
    revision: int
    updated_at: datetime
    price: Money | None
    web_url: str | None
    site: Site
    account: AccountId
    appointment_id: AppointmentId
    change_id: ChangeId
    appointment_period: Period | None = None
    linked: bool = True
    differs: bool = False
    cancelled_here: bool = False
    instead_of: Vehicle | None = None
    customers: tuple[CustomerIdentity, ...] | None = field(default=None, compare=False)

    @property
    def is_active(self) -> bool:
        """Return whether it holds a vehicle for its appointment."""
        return self.linked and self.status in ACTIVE


def record_of(
    rental: Rental, account: AccountId | None, *, installation: str, known: Sequence[RentalRecord]
) -> RentalRecord | None:
    """Return the record of a rental seen at Carloop, with what only we know of it, from the record `known` before.

    None where it does not carry a reference of this installation: it is the desk's, or another planner's.
    """
    reference = read_reference(rental.external_reference, installation=installation)
    if reference is None or account is None:
        return None
    seen: dict[str, Any] = {name: getattr(rental, name) for name in _SEEN}
    _, site, appointment_id, change_id = reference
    seen |= {"site": site, "account": account, "appointment_id": appointment_id, "change_id": change_id}
    if not known:
        return RentalRecord(**seen)
    former = known[0].instead_of or known[0].vehicle
    return replace(known[0], **seen, instead_of=None if former.id == rental.vehicle.id else former)


def gone(record: RentalRecord, *, cancelled_here: bool) -> RentalRecord:
    """Return the record of a rental that Carloop no longer has: a cancelled one."""
    return replace(record, status=RentalStatus.CANCELLED, cancelled_here=cancelled_here)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a list that cannot be read: its id and its external reference, where that much can be."""

    id: str | None
    external_reference: str | None = None


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
