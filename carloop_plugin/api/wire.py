"""From Carloop's documents to our values, once. The documents have passed their schema before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from carloop_plugin.api.links import OwnLinks
from carloop_plugin.api.trouble import Broken
from carloop_plugin.model import (
    Account,
    AccountId,
    Money,
    NamedId,
    Period,
    Reason,
    Rental,
    RentalId,
    RentalStatus,
    Station,
    Vehicle,
    parse_instant,
)

# what the schema names today; others may be added at any time and decide nothing
_FUELS = frozenset({"petrol", "diesel", "electric", "hybrid", "plug_in_hybrid"})
_TRANSMISSIONS = frozenset({"manual", "automatic"})
UNKNOWN = "unknown"

# a document that has passed its schema; the schema, not the type checker, knows its fields
Checked = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VehiclePage:
    """A page of a search, with what Carloop says of the search as a whole."""

    items: tuple[Vehicle, ...]
    next_cursor: str | None
    as_of: datetime
    matching: int
    busy: int
    next_free: datetime | None


@dataclass(frozen=True, slots=True)
class RentalPage:
    """A page of a list of rentals."""

    items: tuple[Rental, ...]
    next_cursor: str | None


def strictly(convert: Callable[[Checked], T]) -> Callable[[Checked], T]:
    """Make a conversion raise `Broken`, and nothing else, for values that no calendar has."""

    def checked(document: Checked) -> T:
        try:
            return convert(document)
        # an offset may lead out of the calendar, whatever a schema's format check thinks of it
        except (ValueError, ArithmeticError):
            raise Broken(Reason("invalid_answer", "api.not_a_value")) from None

    return checked


def vehicle_page_of(document: Checked, links: OwnLinks) -> VehiclePage:
    """Read a `VehicleList`."""
    next_free = document["next_free"]
    return VehiclePage(
        items=tuple([vehicle_of(one, links) for one in document["items"]]),
        next_cursor=document["next_cursor"],
        as_of=parse_instant(document["as_of"]),
        matching=document["matching"],
        busy=document["busy"],
        next_free=None if next_free is None else parse_instant(next_free),
    )


def rental_page_of(document: Checked, links: OwnLinks) -> RentalPage:
    """Read a `RentalList`."""
    return RentalPage(
        items=tuple([rental_of(one, links) for one in document["items"]]),
        next_cursor=document["next_cursor"],
    )


def vehicle_of(document: Checked, links: OwnLinks) -> Vehicle:
    """Read a `Vehicle`."""
    rate = document.get("daily_rate")
    fuel = document["fuel"]
    transmission = document["transmission"]
    image_url = document.get("image_url")
    # by position, in the order of the fields: by name it takes half as long again, a thousand times a search
    return Vehicle(
        document["id"],
        document["licence_plate"],
        document["make"],
        document["model"],
        document["vehicle_class"],
        tuple(document["features"]),
        document["seats"],
        fuel if fuel in _FUELS else UNKNOWN,
        transmission if transmission in _TRANSMISSIONS else UNKNOWN,
        document["station"],
        None if rate is None else money_of(rate),
        None if image_url is None else links.keep(image_url),
    )


def rental_of(document: Checked, links: OwnLinks) -> Rental:
    """Read a `Rental`. Its customer stays behind: what we do not hold cannot leak."""
    price = document.get("price")
    return Rental(
        id=RentalId(document["id"]),
        external_reference=document["external_reference"],
        vehicle=vehicle_of(document["vehicle"], links),
        period=period_of(document),
        planned_end=parse_instant(document["planned_end"]),
        status=RentalStatus(document["status"]),
        revision=int(document["revision"]),
        updated_at=parse_instant(document["updated_at"]),
        price=None if price is None else money_of(price),
        web_url=links.keep(document["web_url"]),
    )


def account_of(document: Checked) -> Account:
    """Read an `Account`."""
    return Account(
        id=AccountId(document["id"]),
        name=document["name"],
        time_zone=document["time_zone"],
        stations=tuple(Station(id=one["id"], name=one["name"]) for one in document["stations"]),
        server_time=parse_instant(document["server_time"]),
    )


def named_ids_of(document: Checked) -> tuple[NamedId, ...]:
    """Read a `VehicleClassList` or a `VehicleFeatureList`."""
    return tuple(NamedId(id=one["id"], name=one["name"], group=one.get("group")) for one in document["items"])


def period_of(document: Checked) -> Period:
    """Read `start` and `end`."""
    return Period(start=parse_instant(document["start"]), end=parse_instant(document["end"]))


def money_of(document: Checked) -> Money:
    """Read an amount of `Money`."""
    return _money(document["amount"], document["currency"], document["tax_included"])


@lru_cache(maxsize=1_000)  # a fleet has few prices
def _money(amount: str, currency: str, tax_included: bool) -> Money:
    return Money(amount=Decimal(amount), currency=currency, tax_included=tax_included)
