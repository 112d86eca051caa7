"""Carloop's documents: those we write, and those we read as our own values, once they have passed their schema.

The same intent gives the same bytes: bodies are written once, stored, and sent again as they are.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from carloop_plugin.api.answers import Checked
from carloop_plugin.api.call import Request
from carloop_plugin.domain.accounts import Account, Station
from carloop_plugin.domain.appointments import Customer
from carloop_plugin.domain.changes import Action, Intent
from carloop_plugin.domain.rentals import Rental, RentalStatus
from carloop_plugin.domain.values import (
    AccountId,
    Money,
    Period,
    RentalId,
    VehicleId,
    format_instant,
    parse_instant,
)
from carloop_plugin.domain.vehicles import FreeVehicles, NamedId, Vehicle

# what the schema names today; others may be added at any time and decide nothing
_FUELS = frozenset({"petrol", "diesel", "electric", "hybrid", "plug_in_hybrid"})
_TRANSMISSIONS = frozenset({"manual", "automatic"})
UNKNOWN = "unknown"

# what the contract takes in a line of text, and for a number of seats; Carloop's interface sets no limit
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MOST_SEATS = 1_000

# `RentalCreate` is closed: what it does not name would be refused
_CUSTOMER_FIELDS = (
    "source",
    "kind",
    "number",
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
_LONGEST_REASON = 500

_LONGEST_LINK = 2_000
_DEFAULT_PORTS = {"https": "443", "http": "80"}
# printable ASCII without what browsers or people could read in two ways
_LINK_CHARACTERS = r"[!#-;=?-\[\]_a-z~]"

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def booking_body(
    *, external_reference: str, vehicle_id: VehicleId, period: Period, customer: Customer
) -> bytes:
    """Return a `RentalCreate`."""
    fields = {**customer.details, "source": customer.source}
    return _to_json(
        {
            "external_reference": external_reference,
            "vehicle_id": vehicle_id,
            "start": format_instant(period.start),
            "end": format_instant(period.end),
            "customer": {name: fields[name] for name in _CUSTOMER_FIELDS if fields.get(name)},
        }
    ).encode()


def end_body(end: datetime) -> bytes:
    """Return a `RentalEndChange`."""
    return _to_json({"end": format_instant(end)}).encode()


def cancellation_body(reason: str | None) -> bytes:
    """Return a `Cancellation`; Carloop takes 500 characters of its reason."""
    return _to_json({"reason": reason[:_LONGEST_REASON]} if reason else {}).encode()


def path_of(*segments: str) -> str:
    """Return a path below the interface's address.

    Raise `ValueError` for a segment that would name another place, or none.
    """
    if any(segment in ("", ".", "..") for segment in segments):
        raise ValueError("no segment of a path")
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def write_request(intent: Intent) -> Request:
    """Return the request of a write: safe to repeat, and refused where the rental has changed since its revision.

    Raise `ValueError` where its rental can have no address.
    """
    headers = [("Content-Type", "application/json"), ("Idempotency-Key", str(intent.change_id))]
    if intent.revision is not None:
        headers.append(("If-Match", f'"{intent.revision}"'))
    method, path = "POST", "/rentals"
    if intent.action is not Action.BOOK:
        path = path_of("rentals", intent.rental_id or "")
    if intent.action is Action.CHANGE_END:
        method = "PATCH"
    if intent.action is Action.CANCEL:
        path += "/cancellation"
    logged = {"operation": intent.action.value, "change_id": intent.change_id}
    return Request(method, path, tuple(headers), intent.body, intent.action, logged)


def own_links(origin: str) -> re.Pattern[str]:
    """Return what links to Carloop's own pages match; the others are dropped.

    An answer that points elsewhere could send an advisor to a page made to look like Carloop's.
    """
    scheme, _, authority = origin.partition("://")
    port = "" if re.search(r":\d+$", authority) else f"(:{_DEFAULT_PORTS[scheme]})?"
    start = f"(?i:{re.escape(origin)}){port}/"
    return re.compile(f"(?=.{{1,{_LONGEST_LINK}}}\\Z){start}{_LINK_CHARACTERS}*")


def account_of(document: Checked) -> Account:
    """Read an `Account`."""
    return Account(
        id=AccountId(document["id"]),
        name=document["name"],
        time_zone=document["time_zone"],
        stations=tuple(Station(id=one["id"], name=one["name"]) for one in document["stations"]),
        server_time=parse_instant(document["server_time"]),
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
        as_of=parse_instant(document["as_of"]),
        # what cannot be shown cannot be booked
        matching=max(document["busy"], document["matching"] - unreadable),
        busy=document["busy"],
        next_free=None if next_free is None else parse_instant(next_free),
    )


def vehicle_of(document: Checked, links: re.Pattern[str]) -> Vehicle:
    """Read a `Vehicle`."""
    rate = document.get("daily_rate")
    fuel = document["fuel"]
    transmission = document["transmission"]
    image_url = document.get("image_url")
    plate, make, model = document["licence_plate"], document["make"], document["model"]
    if not (plate + make + model).isprintable():
        plate, make, model = _without_controls(plate), _without_controls(make), _without_controls(model)
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
        None if rate is None else _money(rate["amount"], rate["currency"], rate["tax_included"]),
        image_url if image_url is not None and links.fullmatch(image_url) else None,
    )


def _without_controls(text: str) -> str:
    """Return a text as the contract wants it, without control characters; they would cost the whole answer."""
    return _CONTROL.sub(" ", text)


def rental_of(document: Checked, links: re.Pattern[str]) -> Rental:
    """Read a `Rental`. Its customer stays behind: what we do not hold cannot leak."""
    price = document.get("price")
    return Rental(
        id=RentalId(document["id"]),
        external_reference=document["external_reference"],
        vehicle=vehicle_of(document["vehicle"], links),
        period=Period(parse_instant(document["start"]), parse_instant(document["end"])),
        planned_end=parse_instant(document["planned_end"]),
        status=RentalStatus(document["status"]),
        revision=int(document["revision"]),
        updated_at=parse_instant(document["updated_at"]),
        price=None if price is None else _money(price["amount"], price["currency"], price["tax_included"]),
        web_url=document["web_url"] if links.fullmatch(document["web_url"]) else None,
    )


@lru_cache(maxsize=1_000)  # a fleet has few prices
def _money(amount: str, currency: str, tax_included: bool) -> Money:
    return Money(amount=Decimal(amount), currency=currency, tax_included=tax_included)
