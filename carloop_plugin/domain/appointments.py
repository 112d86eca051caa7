"""Appointments and their customers as they are remembered: when, where, and for whom, in digests.

No personal data is kept. The customer of an appointment is recognised by a salted digest, their number and name by
digests under the key of the records, which can tell "the same" from "another" and nothing more.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from carloop_plugin.domain.values import AppointmentId, Period, Site

MOST_CUSTOMERS = 5
"""How many customers of an appointment are remembered, the present one included."""

NAMES = ("first_name", "last_name", "company")
"""The fields that say who a customer is; the others say how to reach or address them."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the planner sent it: where the data come from (`dms` or `manual`), and its fields by name."""

    source: str
    details: Mapping[str, str] = field(repr=False)


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


def identify(customer: Customer, appointment_id: str, *, key: bytes) -> CustomerIdentity:
    """Return who a customer is, in digests under the records' key.

    A name's digest is of this appointment alone, so that the name is not found in others by it.
    """
    names = json.dumps([appointment_id, *(normalise(customer.details.get(name, "")) for name in NAMES)])
    return CustomerIdentity(
        source=customer.source,
        number_digest=digest_number(customer.details.get("number", ""), key=key),
        name_digest=hashlib.blake2b(names.encode(), key=key, digest_size=32).hexdigest(),
    )


def digest_customer(customer: Customer, *, salt: bytes) -> str:
    """Digest a customer: empty fields dropped, text in NFC, white space collapsed."""
    given = {**customer.details, "source": customer.source}
    filled = {name: normal for name, value in given.items() if (normal := normalise(value))}
    text = json.dumps(filled, sort_keys=True)
    return hashlib.blake2b(text.encode(), salt=salt, digest_size=32).hexdigest()


def digest_number(number: str, *, key: bytes) -> str:
    """Digest a customer's number; empty where there is none.

    The same number has the same digest in all appointments of the records, so that it can be looked up. Without the
    records' key nobody can try out numbers.
    """
    if not (normal := normalise(number)):
        return ""
    return hashlib.blake2b(normal.encode("utf-8", "surrogatepass"), key=key, digest_size=32).hexdigest()


def normalise(text: str) -> str:
    """Return a text in the form in which it is compared: NFC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@dataclass(frozen=True, slots=True)
class Visit:
    """What an appointment says but for its customer. The texts are its times exactly as they were sent."""

    id: AppointmentId
    revision: int
    status: str
    site: Site
    period: Period
    start_text: str
    end_text: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Appointment(Visit):
    """An appointment as the planner sent it."""

    customer: Customer


@dataclass(frozen=True, slots=True)
class SavedAppointment(Visit):
    """The newest revision of an appointment, as our records keep it.

    `customers` are those it was saved with, the present one last.
    """

    customer_source: str
    salt: bytes = field(repr=False)
    customer_digest: str = field(repr=False)
    number_digest: str = field(repr=False)
    customers: tuple[CustomerIdentity, ...] = ()

    def is_of(self, customer: Customer) -> bool:
        """Return whether this is the customer the appointment was saved with."""
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
        the appointment had before is on a form that is older than the appointment.
        """
        is_known = any(renter.is_same(each) for each in self.customers)
        return (renter,) if is_known else (renter, *self.customers[-1:])


def remember(appointment: Appointment, *, key: bytes) -> SavedAppointment:
    """Return what is kept of an appointment. `key` is that of the records it is kept in."""
    salt = os.urandom(16)
    identity = identify(appointment.customer, appointment.id, key=key)
    visit: dict[str, Any] = {each.name: getattr(appointment, each.name) for each in fields(Visit)}
    return SavedAppointment(
        **visit,
        customer_source=identity.source,
        salt=salt,
        customer_digest=digest_customer(appointment.customer, salt=salt),
        number_digest=identity.number_digest,
        customers=(identity,),
    )


def zone_of(name: str | None) -> tzinfo | None:
    """Return the zone of an IANA name; None where there is none of that name on this computer."""
    with suppress(ValueError, OSError, LookupError):
        return ZoneInfo(name) if name else None
    return None
