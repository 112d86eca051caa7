"""A client as a person would write it with httpx and pydantic: models of what comes in and of what goes out.

The constraints are those of the schemas. The page is validated straight from its bytes, pydantic's quickest way; the
offer is validated as the document that is handed on, so nothing is dumped again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated, Any, Literal

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from benchmarks.carloop import Carloop

_TIME = (
    r"^([1-8][0-9]{3}|9[0-8][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]"
    r":[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_CENT = Decimal("0.01")

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,79}$")]
Amount = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,255}$")]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$")]
Words = Annotated[str, StringConstraints(pattern=r"[^\x00-\x20\x7f-\xa0]")]
Price = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
Provider = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,60}$")]
Time = Annotated[str, StringConstraints(pattern=_TIME, max_length=64)]
Count = Annotated[int, Field(ge=0)]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class Rate(_Model):
    """`Money`, as Carloop sends it."""

    amount: Amount
    currency: Currency
    tax_included: bool


class Vehicle(_Model):
    """`Vehicle`, as Carloop sends it."""

    id: Identifier
    licence_plate: str
    make: str
    model: str
    vehicle_class: Identifier
    features: list[Identifier]
    seats: Annotated[int, Field(ge=1)]
    fuel: str
    transmission: str
    station: Identifier
    daily_rate: Rate | None = None
    image_url: str | None = None


class VehicleList(_Model):
    """`VehicleList`, as Carloop sends it."""

    items: Annotated[list[Vehicle], Field(max_length=1000)]
    next_cursor: str | None
    as_of: AwareDatetime
    matching: Count
    busy: Count
    next_free: AwareDatetime | None


class Money(_Model):
    """The contract's `money`."""

    amount: Price
    currency: Currency
    tax_included: bool


class Period(_Model):
    """The contract's `period`."""

    start: Time
    end: Time


class OfferedVehicle(_Model):
    """The contract's `vehicle`."""

    id: Id
    licence_plate: Line | None = None
    make: Line
    model: Line
    vehicle_class: Id
    features: list[Id]
    seats: Annotated[int, Field(ge=0, le=1000)] | None = None
    fuel: Line | None = None
    transmission: Line | None = None
    image_url: Line | None = None
    station: Line | None = None


class Option(_Model):
    """The contract's `mobility_option`."""

    provider: Provider
    id: Id
    kind: Literal["rental_car", "courtesy_car", "bike", "taxi", "transit", "other"]
    title: Words
    period: Period
    vehicle: OfferedVehicle | None = None
    price: Money | None = None
    match: Literal["exact", "alternative"]
    differs: list[Words] | None = None


class Offer(_Model):
    """The contract's `mobility_offer`."""

    provider: Provider
    as_of: Time
    options: list[Option]
    total: Count
    truncated: bool


class PydanticClient:
    """Search with one kept httpx client."""

    def __init__(self, carloop: Carloop, http: httpx.Client) -> None:
        """Keep the client."""
        self._carloop = carloop
        self._http = http

    def search(self, period: Mapping[str, str], limit: int, *, days: int) -> dict[str, Any]:
        """Read a page, validate it, map it to an offer and validate that."""
        answer = self._http.get(self._carloop.vehicles, params={**period, "limit": limit})
        page = VehicleList.model_validate_json(answer.raise_for_status().content)
        offer = _offer_of(page, period=period, days=days)
        Offer.model_validate(offer)
        return offer


@contextmanager
def pydantic_client(carloop: Carloop) -> Iterator[PydanticClient]:
    """Keep one client for many calls."""
    with httpx.Client(headers=carloop.authorization, timeout=60) as http:
        yield PydanticClient(carloop, http)


def _offer_of(page: VehicleList, *, period: Mapping[str, str], days: int) -> dict[str, Any]:
    total = page.matching - page.busy
    return {
        "provider": "carloop",
        "as_of": page.as_of.isoformat().replace("+00:00", "Z"),
        "options": [_option_of(vehicle, period=period, days=days) for vehicle in page.items],
        "total": total,
        "truncated": total > len(page.items),
    }


def _option_of(vehicle: Vehicle, *, period: Mapping[str, str], days: int) -> dict[str, Any]:
    option: dict[str, Any] = {
        "provider": "carloop",
        "id": vehicle.id,
        "kind": "rental_car",
        "title": f"{vehicle.make} {vehicle.model}, {vehicle.licence_plate}",
        "period": period,
        "vehicle": {
            "id": vehicle.id,
            "licence_plate": vehicle.licence_plate,
            "make": vehicle.make,
            "model": vehicle.model,
            "vehicle_class": vehicle.vehicle_class,
            "features": vehicle.features,
            "seats": vehicle.seats,
            "fuel": vehicle.fuel,
            "transmission": vehicle.transmission,
            "station": vehicle.station,
        },
        "match": "exact",
    }
    rate = vehicle.daily_rate
    if rate is not None:
        amount = str((Decimal(rate.amount) * days).quantize(_CENT))
        option["price"] = {"amount": amount, "currency": rate.currency, "tax_included": rate.tax_included}
    return option
