"""Search: the free cars of a period, an explanation where there are none, and what could do instead."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from carloop_plugin.contract.documents import (
    alternative_documents,
    days_of,
    filters_document,
    offer_document,
    option_documents,
    period_document,
)
from carloop_plugin.domain.accounts import unknown_station
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.failures import CallFailed, Reason, Refused
from carloop_plugin.domain.values import (
    Period,
    VehicleId,
    format_instant,
    parse_instant,
)
from carloop_plugin.domain.vehicles import FreeVehicles, Vehicle, VehicleQuery
from carloop_plugin.messages import text
from carloop_plugin.ports import Carloop

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

ALTERNATIVES = 5
DEFAULT_LIMIT = 200
MOST_VEHICLES = 10_000
YEARS_AHEAD = timedelta(days=5 * 365)


def search(
    request: contract.MobilityRequest,
    *,
    carloop: Carloop,
    station: str | None,
    time_zone: str | None,
    locale: str,
    deadline: float,
) -> contract.MobilityOffer:
    """Find the cars that match and are free. Nothing is kept of it.

    :param time_zone: the appointment's, for times in a sentence; None for the account's.
    :raises Refused: the period ends before it begins, or Carloop has no such station.
    :raises CallFailed: Carloop gave no usable answer.
    """
    asked = request["period"]
    query = _read_query(request, station=station)
    found = _search(query, carloop=carloop, deadline=deadline)
    days = days_of(query.period)
    options = option_documents(found.vehicles, period=asked, days=days)
    if options:
        return offer_document(found, options, explanation=None)
    if not found.matching:
        _require_known_station(query, carloop, deadline=deadline)
    others = _others(query, carloop=carloop, deadline=deadline)
    alternatives = alternative_documents(others, query=query, period=asked, days=days)
    zone = _zone(time_zone, carloop, deadline=deadline) if found.next_free else None
    return offer_document(found, alternatives, explanation=_explain(found, query, zone, locale))


def _search(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> FreeVehicles:
    try:
        return carloop.search(query, deadline=deadline)
    except CallFailed as failure:
        if failure.reason.code == "invalid_document" and failure.reason.pointer is None:
            _require_known_station(query, carloop, deadline=deadline)
            # The period was judged here; what else Carloop may object to are the filters.
            raise CallFailed(replace(failure.reason, pointer="/filters")) from None
        raise


def _require_known_station(query: VehicleQuery, carloop: Carloop, *, deadline: float) -> None:
    """Raise `Refused` where nothing can be found because the site's station is none of Carloop's."""
    if query.station is None:
        return
    try:
        unknown = unknown_station(query.station, carloop.known_account(deadline=deadline))
    except CallFailed:
        return
    if unknown is not None:
        raise Refused(unknown)


def filters(*, carloop: Carloop, deadline: float) -> contract.MobilityFilters:
    """Read the vehicle classes and features a search can be narrowed by."""
    return filters_document(carloop.filters(deadline=deadline))


def read_period(period: contract.Period, *, pointer: str) -> Period:
    """Read a period that a rental is asked for. Raise `Refused` where it does not end after it begins."""
    start, end = parse_instant(period["start"]), parse_instant(period["end"])
    if end <= start:
        raise Refused(Reason("period_invalid", "change.end_before_start", pointer=f"{pointer}/end"))
    return Period(start, end)


def alternatives_to(
    intent: Intent, *, carloop: Carloop, station: str | None, deadline: float
) -> tuple[dict[str, object], ...]:
    """Return other vehicles for a booking whose vehicle was taken meanwhile; none where Carloop does not answer.

    Those most like the one that was wanted come first.
    """
    if intent.period is None or intent.vehicle_id is None:
        return ()
    wanted = _vehicle(intent.vehicle_id, taken=intent.period, carloop=carloop, deadline=deadline)
    query = VehicleQuery(
        intent.period,
        vehicle_classes=(wanted.vehicle_class,) if wanted else (),
        features=wanted.features if wanted else (),
        station=station,
    )
    period = period_document(intent.period)
    others = _nearest(query, carloop=carloop, deadline=deadline)
    plain = replace(query, vehicle_classes=(), features=())
    options = alternative_documents(others, query=plain, period=period, days=days_of(intent.period))
    return tuple(cast("dict[str, object]", option) for option in options)


def _vehicle(vehicle_id: VehicleId, *, taken: Period, carloop: Carloop, deadline: float) -> Vehicle | None:
    """Return a vehicle by its id, None where Carloop does not show it.

    Carloop has no call for one vehicle, but lists those that are free, and years ahead nothing is booked yet.
    """
    try:
        later = Period(taken.start + YEARS_AHEAD, taken.start + YEARS_AHEAD + timedelta(hours=1))
    except OverflowError:
        return None
    query = VehicleQuery(later, vehicle_classes=(), features=(), station=None, limit=MOST_VEHICLES)
    now = time.monotonic()
    fleet = _free_vehicles(query, carloop=carloop, deadline=now + (deadline - now) / 2)
    return next((vehicle for vehicle in fleet if vehicle.id == vehicle_id), None)


def _nearest(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> tuple[Vehicle, ...]:
    """Find the free cars that come closest to a query: of the class first, then with the most of the features."""
    anything = replace(query, vehicle_classes=(), features=(), limit=DEFAULT_LIMIT)
    found = _free_vehicles(anything, carloop=carloop, deadline=deadline)

    def distance(vehicle: Vehicle) -> tuple[bool, int]:
        is_other_class = bool(query.vehicle_classes) and vehicle.vehicle_class not in query.vehicle_classes
        return is_other_class, len(set(query.features) - set(vehicle.features))

    return tuple(sorted(found, key=distance)[: min(ALTERNATIVES, query.limit)])


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
    now = time.monotonic()
    return _nearest(query, carloop=carloop, deadline=now + (deadline - now) / 2)


def _free_vehicles(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> tuple[Vehicle, ...]:
    try:
        return carloop.search(query, deadline=deadline).vehicles
    except CallFailed:
        # Alternatives are a courtesy: without them the answer still stands.
        return ()


def _explain(
    found: FreeVehicles, query: VehicleQuery, zone: tzinfo | None, locale: str
) -> contract.OfferExplanation:
    explanation: contract.OfferExplanation = {
        "matching": found.matching,
        "busy": found.busy,
        "message": text(
            "search.none_match" if query.vehicle_classes or query.features else "search.no_cars", locale
        ),
    }
    if found.matching:
        key = ("search.one_busy" if found.matching == 1 else "search.all_busy") + (
            "_until" if found.next_free and zone else ""
        )
        until = _say(found.next_free, zone, locale) if found.next_free and zone else ""
        params = {"matching": str(found.matching), "until": until}
        explanation["message"] = text(key, locale, params)
    if found.next_free:
        explanation["next_free"] = format_instant(found.next_free)
    return explanation


def _zone(name: str | None, carloop: Carloop, *, deadline: float) -> tzinfo | None:
    try:
        return ZoneInfo(name or carloop.known_account(deadline=deadline).time_zone)
    except (CallFailed, ZoneInfoNotFoundError, ValueError):
        return None


def _say(instant: datetime, zone: tzinfo, locale: str) -> str:
    return instant.astimezone(zone).strftime(
        "%d.%m.%Y, %H:%M" if locale.startswith("de") else "%Y-%m-%d, %H:%M"
    )
