"""Search: the free cars of a period, an explanation where there are none, and what could do instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from carloop_plugin.documents import (
    alternative_documents,
    days_of,
    filters_document,
    offer_document,
    option_documents,
    period_document,
)
from carloop_plugin.intents import Intent
from carloop_plugin.messages import text
from carloop_plugin.model import (
    CallFailed,
    FreeVehicles,
    Period,
    Reason,
    Refused,
    Vehicle,
    VehicleQuery,
    format_instant,
    parse_instant,
)
from carloop_plugin.ports import Carloop

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

ALTERNATIVES = 5
DEFAULT_LIMIT = 200


def search(
    request: contract.MobilityRequest, *, carloop: Carloop, station: str | None, locale: str, deadline: float
) -> contract.MobilityOffer:
    """Find the cars that match and are free. Nothing is kept of it.

    :raises Refused: the period ends before it begins.
    :raises CallFailed: Carloop gave no usable answer.
    """
    asked = request["period"]
    query = _read_query(request, station=station)
    found = carloop.search(query, deadline=deadline)
    days = days_of(query.period)
    options = option_documents(found.vehicles, period=asked, days=days)
    if options:
        return offer_document(found, options, explanation=None)
    others = _others(query, carloop=carloop, deadline=deadline)
    alternatives = alternative_documents(others, query=query, period=asked, days=days)
    return offer_document(
        found, alternatives, explanation=_explain(found, carloop, locale, deadline=deadline)
    )


def filters(*, carloop: Carloop, deadline: float) -> contract.MobilityFilters:
    """Read the vehicle classes and features a search can be narrowed by."""
    return filters_document(carloop.filters(deadline=deadline))


def read_period(period: contract.Period, *, pointer: str) -> Period:
    """Read a period that a rental is asked for. Raise `Refused` where it does not end after it begins."""
    start, end = parse_instant(period["start"]), parse_instant(period["end"])
    if end <= start:
        raise Refused(Reason("period_invalid", "change.end_before_start", pointer=f"{pointer}/end"))
    return Period(start, end)


def alternatives_to(intent: Intent, *, carloop: Carloop, deadline: float) -> tuple[dict[str, object], ...]:
    """Find other cars for a booking whose car was taken meanwhile; none where Carloop does not answer."""
    if intent.period is None:
        return ()
    query = VehicleQuery(intent.period, limit=ALTERNATIVES)
    period = period_document(intent.period)
    others = _free_vehicles(query, carloop=carloop, deadline=deadline)
    options = alternative_documents(others, query=query, period=period, days=days_of(intent.period))
    return tuple(cast("dict[str, object]", option) for option in options)


def _read_query(request: contract.MobilityRequest, *, station: str | None) -> VehicleQuery:
    wanted = request["filters"]
    return VehicleQuery(
        period=read_period(request["period"], pointer="/period"),
        vehicle_classes=tuple(wanted["vehicle_classes"]),
        features=tuple(wanted["features"]),
        station=station,
        limit=int(request.get("limit", DEFAULT_LIMIT)),
    )


def _others(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> tuple[Vehicle, ...]:
    if not query.vehicle_classes and not query.features:
        return ()
    anything = replace(query, vehicle_classes=(), features=(), limit=ALTERNATIVES)
    return _free_vehicles(anything, carloop=carloop, deadline=deadline)


def _free_vehicles(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> tuple[Vehicle, ...]:
    try:
        return carloop.search(query, deadline=deadline).vehicles
    except CallFailed:
        # Alternatives are a courtesy: without them the answer still stands.
        return ()


def _explain(
    found: FreeVehicles, carloop: Carloop, locale: str, *, deadline: float
) -> contract.OfferExplanation:
    explanation: contract.OfferExplanation = {
        "matching": found.matching,
        "busy": found.busy,
        "message": text("search.none_match", locale),
    }
    if found.matching:
        key = "search.all_busy_until" if found.next_free else "search.all_busy"
        zone = _zone(carloop.known_account(deadline=deadline).time_zone)
        params = {"matching": str(found.matching), "until": _say(found.next_free, zone, locale)}
        explanation["message"] = text(key, locale, params)
    if found.next_free:
        explanation["next_free"] = format_instant(found.next_free)
    return explanation


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _say(instant: datetime | None, zone: tzinfo, locale: str) -> str:
    if instant is None:
        return ""
    return instant.astimezone(zone).strftime("%d.%m.%Y, %H:%M" if locale == "de" else "%Y-%m-%d, %H:%M")
