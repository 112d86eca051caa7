"""Appointments as they are remembered: when, where, and who their customers are, in digests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from carloop_plugin.domain.customers import Customer, CustomerIdentity, digest_customer, identify
from carloop_plugin.domain.values import AppointmentId, Period, Site

MOST_CUSTOMERS = 5
"""How many customers of an appointment are remembered, the present one included."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment as the planner sent it. `start_text` and `end_text` are the times exactly as they were sent."""

    id: AppointmentId
    revision: int
    status: str
    site: Site
    period: Period
    start_text: str
    end_text: str
    time_zone: str
    customer: Customer


@dataclass(frozen=True, slots=True)
class SavedAppointment:
    """The newest revision of an appointment, as our records keep it.

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
        """Return whether the visit was cancelled."""
        return self.status == "cancelled"

    @property
    def locks_customer(self) -> bool:
        """Return whether the customer came from the DMS and cannot be altered."""
        return self.customer_source == "dms"

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
        if any(renter.is_same(each) for each in self.customers):
            return (renter,)
        return (renter, *self.customers[-1:])


def remember(appointment: Appointment, *, key: bytes) -> SavedAppointment:
    """Return what is kept of an appointment. `key` is that of the records it is kept in."""
    salt = os.urandom(16)
    identity = identify(appointment.customer, appointment.id, key=key)
    return SavedAppointment(
        id=appointment.id,
        revision=appointment.revision,
        status=appointment.status,
        site=appointment.site,
        period=appointment.period,
        start_text=appointment.start_text,
        end_text=appointment.end_text,
        time_zone=appointment.time_zone,
        customer_source=appointment.customer.source,
        salt=salt,
        customer_digest=digest_customer(appointment.customer, salt=salt),
        number_digest=identity.number_digest,
        customers=(identity,),
    )
