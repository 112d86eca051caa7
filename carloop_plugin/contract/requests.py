"""Read the contract's requests, once, into values. They have passed their schema before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from carloop_plugin.domain.appointments import Appointment, Customer
from carloop_plugin.domain.changes import Book, Cancel, ChangeEnd, Command, GiveUp, Unsupported
from carloop_plugin.domain.values import (
    AppointmentId,
    ChangeId,
    Period,
    RentalId,
    Site,
    VehicleId,
    parse_instant,
)
from carloop_plugin.domain.vehicles import DEFAULT_LIMIT, VehicleQuery

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

_INSTANTS = ("start", "end")
_OF_CHANGE_END = frozenset({"change_id", "provider", "action", "site", "rental_id", "end", "revision"})


def parse_appointment(document: contract.Appointment) -> Appointment:
    """Read an `appointment`."""
    period = document["period"]
    return Appointment(
        id=AppointmentId(document["id"]),
        revision=int(document["revision"]),
        status=document["status"],
        site=Site(document["site"]),
        period=_parse_period(period),
        start_text=period["start"],
        end_text=period["end"],
        time_zone=document["time_zone"],
        customer=parse_customer(document["customer"]),
    )


def parse_search(document: contract.MobilityRequest, *, station: str | None) -> VehicleQuery:
    """Read a `mobility_request`. `station` is the one the site is bound to."""
    filters = document["filters"]
    return VehicleQuery(
        period=_parse_period(document["period"]),
        vehicle_classes=tuple(filters["vehicle_classes"]),
        features=tuple(filters["features"]),
        station=station,
        limit=int(document.get("limit", DEFAULT_LIMIT)),
    )


def parse_change(document: Mapping[str, object], *, installation: str) -> Command:
    """Read a `rental_change`. Its digest is keyed with the installation's id."""
    change_id = ChangeId(str(document["change_id"]).lower())
    digest = digest_change(document, installation=installation)
    action, site = document["action"], document.get("site")
    own_site = Site(str(site)) if site is not None else None
    revision = document.get("revision")
    own_revision = int(revision) if isinstance(revision, int | float) else None
    reason = document.get("reason")
    why = reason if isinstance(reason, str) else None
    if action == "book":
        return Book(
            change_id,
            digest,
            site=Site(str(site)),
            appointment_id=AppointmentId(str(document["appointment_id"])),
            vehicle_id=VehicleId(str(document["option_id"])),
            period=_parse_period(document["period"]),  # type: ignore[arg-type]  # by its schema
            customer=parse_customer(document["customer"]),  # type: ignore[arg-type]  # by its schema
        )
    if action == "change_end":
        unexpected = min((name for name in document if name not in _OF_CHANGE_END), default=None)
        end, rental_id = parse_instant(str(document["end"])), RentalId(str(document["rental_id"]))
        return ChangeEnd(change_id, digest, rental_id, end, own_site, own_revision, unexpected)
    if action == "cancel" and "book_change_id" in document:
        booking = ChangeId(str(document["book_change_id"]).lower())
        return GiveUp(change_id, digest, booking, own_revision, why)
    if action == "cancel":
        return Cancel(change_id, digest, RentalId(str(document["rental_id"])), own_site, own_revision, why)
    return Unsupported(change_id, digest)


def digest_change(document: Mapping[str, object], *, installation: str) -> str:
    """Digest a change so that the same one is recognised. Instants count as instants, however they are written.

    Keyed with the installation's id, so that two installations' digests of one person have nothing in common.
    """
    canonical = json.dumps(_canonical("", document), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), key=installation.encode()[:64], digest_size=32).hexdigest()


def _canonical(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {member: _canonical(member, each) for member, each in value.items()}
    if name.endswith("change_id"):
        return str(value).lower()
    if name in _INSTANTS:
        try:
            return parse_instant(str(value)).isoformat()
        except ValueError:  # what a change_end should not carry at all need not be a time
            return value
    # JSON knows one kind of number: 3.0 is 3.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parse_period(document: contract.Period) -> Period:
    return Period(parse_instant(document["start"]), parse_instant(document["end"]))


def parse_customer(document: contract.Customer) -> Customer:
    """Read a `customer`."""
    fields = {name: str(value) for name, value in document.items() if value is not None}
    return Customer(fields.pop("source"), fields)
