"""The workshop's appointments: what one is, and how it is written as a document of the contract."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

# `/appointments/new` is the empty form, and an id of dots alone would be a relative path.
_ID: Final = re.compile(r"(?!(?:new|\.+)$)[A-Za-z0-9._~-]{1,80}")

MANUAL_FIELDS: Final = (
    "salutation",
    "first_name",
    "last_name",
    "company",
    "street",
    "postal_code",
    "city",
    "phone",
    "mobile",
    "email",
)
"""What the form asks of a customer typed by hand, in its order."""

VEHICLE_FIELDS: Final = ("licence_plate", "make", "model", "vin")


class Status(StrEnum):
    """Whether the visit still takes place."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


# What is printed or logged by mistake must not hold personal data, hence the fields without a repr.
@dataclass(frozen=True, slots=True)
class Visit:
    """What an advisor decides about a visit. `start` and `end` are instants in UTC, drop-off and pick-up."""

    start: datetime
    end: datetime
    customer: contract.Customer = field(repr=False)
    vehicle: contract.AppointmentVehicle = field(repr=False)
    work: str = field(default="", repr=False)
    status: Status = Status.SCHEDULED


@dataclass(frozen=True, slots=True)
class Appointment:
    """A saved visit: who saved it when, as which revision."""

    id: str
    revision: int
    site: str
    time_zone: str
    visit: Visit
    saved_by: str
    saved_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the workshop's wall clock."""
        return ZoneInfo(self.time_zone)

    @property
    def is_cancelled(self) -> bool:
        """Return whether it is cancelled."""
        return self.visit.status is Status.CANCELLED

    @property
    def is_from_dms(self) -> bool:
        """Return whether the customer was picked from the DMS."""
        return self.visit.customer["source"] == "dms"


def new_id() -> str:
    """Draw an appointment's id; it is drawn with the form, so that saving twice makes one appointment."""
    return f"T-{secrets.token_hex(6)}"


def is_id(text: str) -> bool:
    """Return whether a text can be an appointment's id."""
    return _ID.fullmatch(text) is not None


def document_of(appointment: Appointment) -> contract.Appointment:
    """Return an appointment as the contract's document."""
    visit = appointment.visit
    optional = {"vehicle": dict(visit.vehicle), "work": visit.work}
    document: dict[str, object] = {
        "id": appointment.id,
        "revision": appointment.revision,
        "status": visit.status.value,
        "site": appointment.site,
        "period": period_of(visit.start, visit.end, appointment.zone),
        "time_zone": appointment.time_zone,
        "customer": dict(visit.customer),
    }
    known = {name: value for name, value in optional.items() if value}
    return cast("contract.Appointment", document | known)


def period_of(start: datetime, end: datetime, zone: ZoneInfo) -> contract.Period:
    """Return the contract's period, with the UTC offset of the workshop's clock."""
    return {"start": write_instant(start, zone), "end": write_instant(end, zone)}


def write_instant(when: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the contract writes it, with the UTC offset of the workshop's clock."""
    return when.astimezone(zone).isoformat(timespec="seconds")


def name_of(customer: contract.Customer) -> str:
    """Return a customer's name in lists: the company, else `Müller, Hans`."""
    return customer.get("company", "") or person_of(customer)


def person_of(customer: contract.Customer) -> str:
    """Return a person's name as lists sort it: `Müller, Hans`."""
    names = (customer.get("last_name", ""), customer.get("first_name", ""))
    return ", ".join(name for name in names if name)
