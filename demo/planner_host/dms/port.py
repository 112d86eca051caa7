"""What a planner host asks a dealer management system (DMS): find customers as one types, read one by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, cast

if TYPE_CHECKING:
    from mobility_schemas.documents import AppointmentVehicle, Customer

CUSTOMER_FIELDS: Final = (
    "number",
    "kind",
    "salutation",
    "first_name",
    "last_name",
    "company",
    "street",
    "postal_code",
    "city",
    "country",
    "phone",
    "mobile",
    "email",
)
CAR_FIELDS: Final = ("licence_plate", "vin", "make", "model")


# No repr here names a person: what is printed or logged by mistake must not hold personal data.
@dataclass(frozen=True, slots=True, repr=False)
class Car:
    """A customer's own car. What is not known is an empty text."""

    licence_plate: str = ""
    vin: str = ""
    make: str = ""
    model: str = ""

    def document(self) -> AppointmentVehicle:
        """Return the contract's `vehicle` of an appointment, with what is known."""
        return cast("AppointmentVehicle", _filled(self, CAR_FIELDS))


@dataclass(frozen=True, slots=True, repr=False)
class DmsCustomer:
    """A customer as the DMS has it. What is not known is an empty text; last name or company is always known."""

    number: str
    kind: Literal["person", "company"] = "person"
    salutation: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    cars: tuple[Car, ...] = ()

    @property
    def name(self) -> str:
        """The name in lists: the company, else "Müller, Hans"."""
        return self.company or self.contact

    @property
    def contact(self) -> str:
        """The person as lists sort it, "Müller, Hans"; of a company, whom to ask for there."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part)

    def document(self) -> Customer:
        """Return the contract's `customer`, picked from the DMS, with what is known."""
        return cast("Customer", {"source": "dms"} | _filled(self, CUSTOMER_FIELDS))


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """A customer found, as a list shows it: `contact` is a company's person, empty for a person."""

    number: str
    name: str
    city: str
    plates: tuple[str, ...]
    contact: str = ""


class Dms(Protocol):
    """A dealer management system. Several threads may ask at once.

    Both methods raise `DmsProblem` where the DMS cannot answer.
    """

    def search(self, words: str, *, limit: int = 20) -> Sequence[Hit]:
        """Find customers by what somebody has typed so far, best first, in an order that stays.

        Every word must begin a word of the customer's name, plates, number, telephone numbers, city or street.
        Any text is allowed; fewer than two letters or digits find nothing.
        """
        ...

    def customer(self, number: str) -> DmsCustomer | None:
        """Return the customer of exactly this number, or None."""
        ...


def _filled(thing: object, names: Sequence[str]) -> dict[str, str]:
    return {name: value for name in names if (value := getattr(thing, name))}
