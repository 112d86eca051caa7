"""Read the contract's requests, once, into values. They have passed their schema before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from carloop_plugin.domain.appointments import Appointment, Customer
from carloop_plugin.domain.changes import Book, Cancel, ChangeEnd, Command, GiveUp, Unsupported
from carloop_plugin.domain.values import (
    AppointmentId,
    ChangeId,
    Period,
    RentalId,
    Site,
    VehicleId,
)
from carloop_plugin.domain.vehicles import DEFAULT_LIMIT, VehicleQuery

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

_INSTANTS = ("start", "end")
_OF_CHANGE_END = frozenset({"change_id", "provider", "action", "site", "rental_id", "end", "revision"})


def parse_appointment(document: contract.Appointment) -> Appointment:
    """Read an `appointment`."""
    period, customer = document["period"], cast("Mapping[str, str]", document["customer"])
    return Appointment(
        id=AppointmentId(document["id"]),
        revision=int(document["revision"]),
        status=document["status"],
        site=Site(document["site"]),
        period=_read_period(period),
        start_text=period["start"],
        end_text=period["end"],
        time_zone=document["time_zone"],
        customer=Customer(customer["source"], customer),
    )


def parse_search(document: contract.MobilityRequest, *, station: str | None) -> VehicleQuery:
    """Read a `mobility_request`. `station` is the one the site is bound to."""
    filters, period = document["filters"], document["period"]
    return VehicleQuery(
        period=_read_period(period),
        vehicle_classes=tuple(filters["vehicle_classes"]),
        features=tuple(filters["features"]),
        station=station,
        limit=int(document.get("limit", DEFAULT_LIMIT)),
    )


def parse_change(document: Mapping[str, Any], *, installation: str) -> Command:
    """Read a `rental_change`. Its digest is keyed with the installation's id."""
    action, site, revision = document["action"], document.get("site"), document.get("revision")
    named = (ChangeId(document["change_id"].lower()), digest_change(document, installation=installation))
    own_site, why = None if site is None else Site(site), document.get("reason")
    # JSON knows one kind of number: 3.0 is 3.
    own_revision = None if revision is None else int(revision)
    if action == "book":
        period, customer = document["period"], document["customer"]
        return Book(
            *named,
            site=Site(document["site"]),
            appointment_id=AppointmentId(document["appointment_id"]),
            vehicle_id=VehicleId(document["option_id"]),
            period=_read_period(period),
            customer=Customer(customer["source"], customer),
        )
    if action == "change_end":
        unexpected = min((name for name in document if name not in _OF_CHANGE_END), default=None)
        end = datetime.fromisoformat(document["end"]).astimezone(UTC)
        return ChangeEnd(*named, RentalId(document["rental_id"]), end, own_site, own_revision, unexpected)
    if action == "cancel" and "book_change_id" in document:
        return GiveUp(*named, ChangeId(document["book_change_id"].lower()), own_revision, why)
    if action == "cancel":
        return Cancel(*named, RentalId(document["rental_id"]), own_site, own_revision, why)
    return Unsupported(*named)


def _read_period(document: contract.Period) -> Period:
    start, end = (
        datetime.fromisoformat(each).astimezone(UTC) for each in (document["start"], document["end"])
    )
    return Period(start, end)


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
        # what a change_end should not carry at all need not be a time, nor one that is the same on every machine
        with suppress(ValueError, OverflowError):
            instant = datetime.fromisoformat(str(value))
            return instant.astimezone(UTC).isoformat() if instant.tzinfo else value
        return value
    # JSON knows one kind of number: 3.0 is 3.
    return int(value) if isinstance(value, float) and value.is_integer() else value
