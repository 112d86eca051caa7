"""Customers and their cars as the DMS has them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from mobility_schemas.documents import AppointmentVehicle, Customer


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
        return cast("AppointmentVehicle", {name: text for name, text in asdict(self).items() if text})


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

    @property
    def plates(self) -> tuple[str, ...]:
        """The plates of the cars, as far as they are known."""
        return tuple(car.licence_plate for car in self.cars if car.licence_plate)

    def document(self) -> Customer:
        """Return the contract's `customer`, picked from the DMS, with what is known."""
        known = {name: value for name, value in asdict(self).items() if value and name != "cars"}
        return cast("Customer", {"source": "dms", **known})
