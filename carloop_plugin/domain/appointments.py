"""The appointment as it is remembered: when, where, and whether a customer given is the customer saved.

No personal data is kept. The customer of the newest revision is remembered by a salted digest, their number and name by
keyed ones, which can tell "the same" from "another" and nothing more.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from carloop_plugin.domain.failures import Reason, Refused
from carloop_plugin.domain.values import (
    AppointmentId,
    Period,
    Site,
    parse_instant,
)

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment, Customer


MOST_CUSTOMERS = 5
"""How many customers of an appointment are remembered, the present one included."""

NAMES = ("first_name", "last_name", "company")
"""The fields that say who a customer is; the others say how to reach or address them."""


@dataclass(frozen=True, slots=True)
class CustomerIdentity:
    """Who a customer is, in digests: of the number, empty without one, and of the name.

    The DMS answers for its numbers: under one of them a name that differs is a corrected one.
    """

    source: str
    number_digest: str = field(repr=False)
    name_digest: str = field(repr=False)

    def is_same(self, other: CustomerIdentity) -> bool:
        """Return whether both are the same customer."""
        numbers = {self.number_digest, other.number_digest} - {""}
        if len(numbers) == 2:
            return False
        if self.source == other.source == "dms":
            return True
        return self.name_digest == other.name_digest


@dataclass(frozen=True, slots=True)
class SavedAppointment:
    """The newest revision of an appointment. `start_text` and `end_text` are the times exactly as saved.

    `customers` are those it was saved with, the present one last.
    """

    id: AppointmentId
    revision: int
    status: str
    site: Site
    period: Period
    start_text: str
    end_text: str
    time_zone: str
    customer_source: str
    salt: bytes = field(repr=False)
    customer_digest: str = field(repr=False)
    number_digest: str = field(repr=False)
    customers: tuple[CustomerIdentity, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        """Tell whether the visit was called off."""
        return self.status == "cancelled"

    @property
    def locks_customer(self) -> bool:
        """Tell whether the customer came from the DMS and cannot be altered."""
        return self.customer_source == "dms"

    def is_of(self, customer: Mapping[str, object]) -> bool:
        """Tell whether this is the customer the appointment was saved with."""
        return digest_customer(customer, salt=self.salt) == self.customer_digest

    def after(self, former: SavedAppointment) -> SavedAppointment:
        """Return this revision with the customers that the revision before had."""
        others = [each for each in former.customers if each not in self.customers]
        return replace(self, customers=(*others[1 - MOST_CUSTOMERS :], *self.customers))

    def suits(self, rented_for: Sequence[CustomerIdentity] | None) -> bool:
        """Return whether a rental made for one of these is for the present customer, as far as that is known."""
        if rented_for is None or not self.customers:
            return True
        return any(self.customers[-1].is_same(each) for each in rented_for)

    def customers_of_rental(self, renter: CustomerIdentity) -> tuple[CustomerIdentity, ...]:
        """Return whom a rental suits that is booked for `renter` now.

        A renter the appointment never had was chosen in step 4, so the rental suits the present customer too. One whom
        the appointment had before stands on a form that is older than the appointment.
        """
        if any(renter.is_same(each) for each in self.customers):
            return (renter,)
        return (renter, *self.customers[-1:])


def check_zone(name: str) -> None:
    """Raise `Refused` for a time zone that nobody knows. Where the machine has no list of zones, any will do."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        if available_timezones():
            reason = Reason("invalid_document", "appointment.zone_unknown", pointer="/time_zone")
            raise Refused(reason) from None


def remember(document: Appointment, *, key: bytes) -> SavedAppointment:
    """Turn an appointment into what is kept of it. `key` is that of the records it is kept in."""
    salt = os.urandom(16)
    period = document["period"]
    customer: Customer = document["customer"]
    return SavedAppointment(
        id=AppointmentId(document["id"]),
        revision=int(document["revision"]),
        status=document["status"],
        site=Site(document["site"]),
        period=Period(parse_instant(period["start"]), parse_instant(period["end"])),
        start_text=period["start"],
        end_text=period["end"],
        time_zone=document["time_zone"],
        customer_source=customer["source"],
        salt=salt,
        customer_digest=digest_customer(customer, salt=salt),
        number_digest=digest_number(customer.get("number", ""), key=key),
        customers=(identify(cast("Mapping[str, object]", customer), document["id"], key=key),),
    )


def identify(customer: Mapping[str, object], appointment_id: str, *, key: bytes) -> CustomerIdentity:
    """Return who a customer is, in digests under the records' key.

    A name's digest is of this appointment alone, so that the name is not found in others by it.
    """
    named = json.dumps([appointment_id, *(fold(customer.get(name)) for name in NAMES)])
    return CustomerIdentity(
        source=str(customer["source"]),
        number_digest=digest_number(fold(customer.get("number")), key=key),
        name_digest=hashlib.blake2b(_encoded(named), key=key, digest_size=32).hexdigest(),
    )


def digest_customer(customer: Mapping[str, object], *, salt: bytes) -> str:
    """Digest a customer: empty fields dropped, text in NFC, white space collapsed."""
    folded = {name: fold(value) for name, value in customer.items()}
    text = json.dumps({k: v for k, v in folded.items() if v}, sort_keys=True)
    return hashlib.blake2b(_encoded(text), salt=salt, digest_size=32).hexdigest()


def digest_number(number: str, *, key: bytes) -> str:
    """Digest a customer's number; empty where there is none.

    The same number has the same digest in all appointments of the records, so that it can be looked up. Without the
    records' key nobody can try out numbers.
    """
    folded = fold(number)
    return hashlib.blake2b(_encoded(folded), key=key, digest_size=32).hexdigest() if folded else ""


def fold(value: object) -> str:
    """Write a value in the one way in which it is compared: text in NFC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", str(value)).split()) if value is not None else ""


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
