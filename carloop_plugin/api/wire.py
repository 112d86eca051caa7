"""From Carloop's documents to our values, once. The documents have passed their schema before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from carloop_plugin.api.decode import Listing, read_document, read_list, unreadable
from carloop_plugin.api.failures import Broken
from carloop_plugin.api.links import OwnLinks
from carloop_plugin.api.verdict import Reader
from carloop_plugin.domain.accounts import Account, Station
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.rentals import Rental, RentalStatus, Unreadable
from carloop_plugin.domain.values import (
    AccountId,
    Money,
    Period,
    RentalId,
    parse_instant,
)
from carloop_plugin.domain.vehicles import NamedId, Vehicle

# what the schema names today; others may be added at any time and decide nothing
_FUELS = frozenset({"petrol", "diesel", "electric", "hybrid", "plug_in_hybrid"})
_TRANSMISSIONS = frozenset({"manual", "automatic"})
UNKNOWN = "unknown"

# what the contract takes in a line of text, and for a number of seats; Carloop's interface sets no limit
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MOST_SEATS = 1_000

# what a conversion raises for a value that no calendar has: an offset may lead out of it, whatever a schema's format
# check thinks of that
_NO_VALUE = (ValueError, ArithmeticError)

# a document that has passed its schema; the schema, not the type checker, knows its fields
Checked = Mapping[str, Any]
D = TypeVar("D")
L = TypeVar("L")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VehiclePage:
    """A page of a search, with what Carloop says of the search as a whole."""

    items: tuple[Vehicle, ...]
    unreadable: tuple[Unreadable, ...]
    next_cursor: str | None
    as_of: datetime
    matching: int
    busy: int
    next_free: datetime | None


@dataclass(frozen=True, slots=True)
class RentalPage:
    """A page of a list of rentals."""

    items: tuple[Rental, ...]
    unreadable: tuple[Unreadable, ...]
    next_cursor: str | None


def strictly(convert: Callable[[D], T]) -> Callable[[D], T]:
    """Make a conversion raise `Broken`, and nothing else, for values that no calendar has."""

    def checked(document: D) -> T:
        try:
            return convert(document)
        except _NO_VALUE:
            raise Broken(Reason("invalid_answer", "api.not_a_value")) from None

    return checked


def reading(name: str, convert: Callable[[Checked], T]) -> Reader[T]:
    """Make a reader of the document `carloop/NAME`."""
    checked = strictly(convert)
    return lambda answer, deadline: checked(read_document(answer, name, deadline=deadline))


def reading_list(name: str, convert: Callable[[Listing], T]) -> Reader[T]:
    """Make a reader of the list `carloop/NAMEList`, item by item."""
    checked = strictly(convert)
    return lambda answer, deadline: checked(read_list(answer, name, deadline=deadline))


def vehicle_page_of(listing: Listing, links: OwnLinks) -> VehiclePage:
    """Read a `VehicleList`."""
    document: Checked = listing.frame
    next_free = document["next_free"]
    items, others = _each(listing, vehicle_of, links)
    return VehiclePage(
        items=items,
        unreadable=others,
        next_cursor=document["next_cursor"],
        as_of=parse_instant(document["as_of"]),
        matching=document["matching"],
        busy=document["busy"],
        next_free=None if next_free is None else parse_instant(next_free),
    )


def rental_page_of(listing: Listing, links: OwnLinks) -> RentalPage:
    """Read a `RentalList`."""
    document: Checked = listing.frame
    items, others = _each(listing, rental_of, links)
    return RentalPage(items=items, unreadable=others, next_cursor=document["next_cursor"])


def vehicle_of(document: Checked, links: OwnLinks) -> Vehicle:
    """Read a `Vehicle`."""
    rate = document.get("daily_rate")
    fuel = document["fuel"]
    transmission = document["transmission"]
    image_url = document.get("image_url")
    plate, make, model = document["licence_plate"], document["make"], document["model"]
    if not (plate + make + model).isprintable():
        plate, make, model = _line(plate), _line(make), _line(model)
    seats = document["seats"]
    # by position, in the order of the fields: by name it takes half as long again, a thousand times a search
    return Vehicle(
        document["id"],
        plate,
        make,
        model,
        document["vehicle_class"],
        tuple(document["features"]),
        seats if seats <= _MOST_SEATS else None,
        fuel if fuel in _FUELS else UNKNOWN,
        transmission if transmission in _TRANSMISSIONS else UNKNOWN,
        document["station"],
        None if rate is None else money_of(rate),
        None if image_url is None else links.keep(image_url),
    )


def _line(text: str) -> str:
    """Return a text as the contract wants it, without control characters; they would cost the whole answer."""
    return _CONTROL.sub(" ", text)


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


def named_ids_of(listing: Listing) -> tuple[NamedId, ...]:
    """Read a `VehicleClassList` or a `VehicleFeatureList`."""
    items, _ = _each(listing, _named_id_of, None)
    return items


def _named_id_of(document: Checked, _: None) -> NamedId:
    if not document["name"].strip():
        raise ValueError("a name that nobody could choose by")
    return NamedId(id=document["id"], name=document["name"], group=document.get("group"))


def _each(
    listing: Listing, convert: Callable[[Checked, L], T], links: L
) -> tuple[tuple[T, ...], tuple[Unreadable, ...]]:
    """Convert the items of a list, and keep apart those with a value that no calendar has."""
    try:
        return tuple([convert(item, links) for item in listing.items]), listing.unreadable
    except _NO_VALUE:
        return _one_by_one(listing, convert, links)


def _one_by_one(
    listing: Listing, convert: Callable[[Checked, L], T], links: L
) -> tuple[tuple[T, ...], tuple[Unreadable, ...]]:
    converted: list[T] = []
    others = [*listing.unreadable]
    for item in listing.items:
        try:
            converted.append(convert(item, links))
        except _NO_VALUE:
            others.append(unreadable(item))
    return tuple(converted), tuple(others)


def period_of(document: Checked) -> Period:
    """Read `start` and `end`."""
    return Period(start=parse_instant(document["start"]), end=parse_instant(document["end"]))


def money_of(document: Checked) -> Money:
    """Read an amount of `Money`."""
    return _money(document["amount"], document["currency"], document["tax_included"])


@lru_cache(maxsize=1_000)  # a fleet has few prices
def _money(amount: str, currency: str, tax_included: bool) -> Money:
    return Money(amount=Decimal(amount), currency=currency, tax_included=tax_included)
