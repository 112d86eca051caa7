"""Carloop's documents: those we write, and those we read as our own values, once they have passed their schema.

The same intent gives the same bytes: bodies are written once, stored, and sent again as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

import msgspec

from carloop_plugin.api.answers import Checked
from carloop_plugin.api.call import Request
from carloop_plugin.domain.accounts import Account, OpeningHours, Station
from carloop_plugin.domain.appointments import Customer
from carloop_plugin.domain.changes import RENTING, Action, Intent
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.rentals import Rental, RentalStatus
from carloop_plugin.domain.values import AccountId, Money, Period, RentalId, VehicleId
from carloop_plugin.domain.vehicles import FreeVehicles, NamedId, Quote, Vehicle
from carloop_plugin.instants import format_instant

# what the schema names today; others may be added at any time and decide nothing
_FUELS = frozenset({"petrol", "diesel", "electric", "hybrid", "plug_in_hybrid"})
_TRANSMISSIONS = frozenset({"manual", "automatic"})
UNKNOWN = "unknown"

# what the contract takes in a line of text, and for a number of seats; Carloop's interface sets no limit
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MOST_SEATS = 1_000

_LONGEST_REASON = 500

# the days and times that the contract knows
_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
_OPENS = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_CLOSES = re.compile(f"{_OPENS.pattern}|24:00")

# Printable ASCII without what browsers or people could read in two ways. Links elsewhere are dropped: one could send
# an advisor to a page made to look like Carloop's.
OWN_LINK = r"(?=.{{1,2000}}\Z)(?i:{origin})(:{port})?/[!#-;=?-\[\]_a-z~]*"

# a fleet has few prices, and decimals are slow to make
_money = lru_cache(maxsize=1_000)(lambda amount, *rest: Money(Decimal(amount), *rest))


def booking_body(
    *,
    external_reference: str,
    vehicle_id: VehicleId,
    period: Period,
    customer: Customer,
    note: str | None = None,
    replaces: RentalId | None = None,
) -> bytes:
    """Return a `RentalCreate`."""
    fields = {**customer.details, "source": customer.source}
    more = {"note": note, "replaces": replaces}
    return msgspec.json.encode(
        {
            "external_reference": external_reference,
            "vehicle_id": vehicle_id,
            "start": format_instant(period.start),
            "end": format_instant(period.end),
            # both schemas name the same fields of a customer; an empty text in the contract stands for none
            "customer": {name: value for name, value in fields.items() if value},
            **{name: value for name, value in more.items() if value is not None},
        }
    )


def end_body(end: datetime) -> bytes:
    """Return a `RentalEndChange`."""
    return msgspec.json.encode({"end": format_instant(end)})


def cancellation_body(reason: str | None) -> bytes:
    """Return a `Cancellation`; Carloop takes 500 characters of its reason."""
    return msgspec.json.encode({"reason": reason[:_LONGEST_REASON]} if reason else {})


def rental_path(rental_id: str | None) -> str:
    """Return a rental's path. Raise `CallFailed` for an id that would name another place, or none."""
    if rental_id in (None, "", ".", ".."):
        raise CallFailed(Reason("rental_not_found"))
    return f"/rentals/{quote(str(rental_id), safe='')}"


def vehicle_path(vehicle_id: str) -> str:
    """Return a vehicle's path. Raise `CallFailed` for an id that would name another place, or none."""
    if vehicle_id in ("", ".", ".."):
        raise CallFailed(Reason("vehicle_unavailable", "api.unknown_vehicle", pointer="/option_id"))
    return f"/vehicles/{quote(vehicle_id, safe='')}"


def write_request(intent: Intent) -> Request:
    """Return the request of a write: safe to repeat, and refused where the rental has changed since its revision.

    Raise `CallFailed` where its rental can have no address.
    """
    headers = [("Content-Type", "application/json"), ("Idempotency-Key", str(intent.change_id))]
    if intent.revision is not None:
        headers.append(("If-Match", f'"{intent.revision}"'))
    path = "/rentals" if intent.action in RENTING else rental_path(intent.rental_id)
    path += "/cancellation" if intent.action is Action.CANCEL else ""
    method: Literal["PATCH", "POST"] = "PATCH" if intent.action is Action.CHANGE_END else "POST"
    logged = {"operation": intent.action.value, "change_id": intent.change_id}
    # giving up a booking has no body of its own, and what calls itself JSON is not to be empty
    return Request(method, path, tuple(headers), intent.body or b"{}", intent.action, logged)


def account_of(document: Checked) -> Account:
    """Read an `Account`."""
    return Account(
        id=AccountId(document["id"]),
        name=document["name"],
        time_zone=document["time_zone"],
        stations=tuple(station_of(one) for one in document["stations"]),
        server_time=datetime.fromisoformat(document["server_time"]).astimezone(UTC),
    )


def station_of(document: Checked) -> Station:
    """Read a `Station`. What no page could show of it costs itself alone: a name, a day, opening hours."""
    name = _CONTROL.sub(" ", document["name"]).strip() or document["id"]
    hours = (
        OpeningHours(tuple(day for day in each["days"] if day in _DAYS), each["opens"], each["closes"])
        for each in document.get("opening_hours", ())
        if _OPENS.fullmatch(each["opens"]) and _CLOSES.fullmatch(each["closes"])
    )
    return Station(document["id"], name, tuple(each for each in hours if each.days))


def quote_of(document: Checked) -> Quote:
    """Read a `Quote`."""
    until, price = document["free_until"], document.get("price")
    return Quote(
        available=document["available"],
        price=price and _money(price["amount"], price["currency"], price["tax_included"]),
        free_until=None if until is None else datetime.fromisoformat(until).astimezone(UTC),
    )


def named_id_of(document: Checked) -> NamedId:
    """Read a `VehicleClass` or a `VehicleFeature`."""
    if not document["name"].strip():
        raise ValueError("a name that nobody could choose by")
    return NamedId(id=document["id"], name=document["name"], group=document.get("group"))


def free_vehicles_of(document: Checked, vehicles: tuple[Vehicle, ...], *, unreadable: int) -> FreeVehicles:
    """Read what the first `VehicleList` of a search says of it as a whole, beside its vehicles."""
    next_free = document["next_free"]
    return FreeVehicles(
        vehicles=vehicles,
        as_of=datetime.fromisoformat(document["as_of"]).astimezone(UTC),
        # what cannot be shown cannot be booked
        matching=max(document["busy"], document["matching"] - unreadable),
        busy=document["busy"],
        next_free=None if next_free is None else datetime.fromisoformat(next_free).astimezone(UTC),
    )


def vehicle_of(document: Checked, links: re.Pattern[str], stations: Mapping[str, str]) -> Vehicle:
    """Read a `Vehicle`. `stations` are the names of those that are known."""
    rate, image_url, seats = document.get("daily_rate"), document.get("image_url"), document["seats"]
    plate, make, model = document["licence_plate"], document["make"], document["model"]
    if not f"{plate}{make}{model}".isprintable():
        plate, make, model = (_CONTROL.sub(" ", name) for name in (plate, make, model))
    # by position, in the order of the fields: by name it takes half as long again, a thousand times a search
    return Vehicle(
        document["id"],
        plate,
        make,
        model,
        document["vehicle_class"],
        tuple(document["features"]),
        seats if seats <= _MOST_SEATS else None,
        fuel if (fuel := document["fuel"]) in _FUELS else UNKNOWN,
        transmission if (transmission := document["transmission"]) in _TRANSMISSIONS else UNKNOWN,
        document["station"],
        None if rate is None else _money(rate["amount"], rate["currency"], rate["tax_included"]),
        image_url if image_url is not None and links.fullmatch(image_url) else None,
        stations.get(document["station"]),
    )


def rental_of(document: Checked, links: re.Pattern[str], stations: Mapping[str, str]) -> Rental:
    """Read a `Rental`. Its customer stays behind: what we do not hold cannot leak."""
    price = document.get("price")
    return Rental(
        id=RentalId(document["id"]),
        external_reference=document["external_reference"],
        vehicle=vehicle_of(document["vehicle"], links, stations),
        period=Period(*(datetime.fromisoformat(document[each]).astimezone(UTC) for each in ("start", "end"))),
        planned_end=datetime.fromisoformat(document["planned_end"]).astimezone(UTC),
        status=RentalStatus(document["status"]),
        revision=int(document["revision"]),
        updated_at=datetime.fromisoformat(document["updated_at"]).astimezone(UTC),
        price=price and _money(price["amount"], price["currency"], price["tax_included"]),
        web_url=document["web_url"] if links.fullmatch(document["web_url"]) else None,
    )
