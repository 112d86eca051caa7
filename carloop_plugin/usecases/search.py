"""Search: the free vehicles of a period, why there are none, and what could do instead."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from carloop_plugin.domain.accounts import unknown_station
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.failures import CallFailed, Reason, RuleBroken
from carloop_plugin.domain.values import Period, VehicleId
from carloop_plugin.domain.vehicles import Alternative, FreeVehicles, Vehicle, VehicleQuery
from carloop_plugin.ports import Carloop

ALTERNATIVES = 5
MOST_VEHICLES = 10_000
YEARS_AHEAD = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a search found. `alternatives` are for one that found nothing.

    `time_zone` is the zone in which its times are meant, None where that is not known or not needed.
    """

    query: VehicleQuery
    found: FreeVehicles
    alternatives: tuple[Alternative, ...] = ()
    time_zone: str | None = None


def search(query: VehicleQuery, *, carloop: Carloop, time_zone: str | None, deadline: float) -> Offer:
    """Return the vehicles that match and are free. Nothing is kept of it.

    :param time_zone: the appointment's; None for the account's.
    :raises RuleBroken: the period ends before it begins, or Carloop has no such station.
    :raises CallFailed: Carloop gave no usable answer.
    """
    if query.period.end <= query.period.start:
        raise RuleBroken(Reason("period_invalid", "change.end_before_start", pointer="/period/end"))
    found = _search(query, carloop=carloop, deadline=deadline)
    if found.vehicles:
        return Offer(query, found)
    if not found.matching:
        _require_known_station(query, carloop, deadline=deadline)
    others: tuple[Alternative, ...] = ()
    if query.is_narrowed:
        others = _alternatives(query, carloop=carloop, deadline=(time.monotonic() + deadline) / 2)
    if found.next_free and time_zone is None:
        with suppress(CallFailed):
            time_zone = carloop.known_account(deadline=deadline).time_zone
    return Offer(query, found, others, time_zone)


def alternatives_to(
    intent: Intent, *, carloop: Carloop, station: str | None, deadline: float
) -> tuple[Alternative, ...]:
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
    found = _alternatives(query, carloop=carloop, deadline=deadline)
    # The advisor asked for a vehicle, not for its class and features, so nothing is said of these.
    return tuple(replace(each, differs=("vehicle",)) for each in found)


def _search(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> FreeVehicles:
    """Search each station that was chosen, as far as the site may have it; Carloop takes one at a time."""
    stations: list[str | None] = [each for each in query.stations if query.station in (None, each)]
    if query.stations and not stations:
        nothing = _search_station(replace(query, limit=1), carloop=carloop, deadline=deadline)
        return replace(nothing, vehicles=(), matching=0, busy=0, next_free=None)
    found = [
        _search_station(replace(query, station=each), carloop=carloop, deadline=deadline)
        for each in stations or [query.station]
    ]
    return FreeVehicles(
        vehicles=tuple(vehicle for each in found for vehicle in each.vehicles)[: query.limit],
        as_of=found[0].as_of,
        matching=sum(each.matching for each in found),
        busy=sum(each.busy for each in found),
        next_free=min((each.next_free for each in found if each.next_free), default=None),
    )


def _search_station(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> FreeVehicles:
    try:
        return carloop.search(query, deadline=deadline)
    except CallFailed as failure:
        if failure.reason.code == "invalid_document" and failure.reason.pointer is None:
            _require_known_station(query, carloop, deadline=deadline)
            # The period was checked here; what else Carloop may object to are the filters.
            raise CallFailed(replace(failure.reason, pointer="/filters")) from None
        raise


def _require_known_station(query: VehicleQuery, carloop: Carloop, *, deadline: float) -> None:
    """Raise `RuleBroken` where nothing can be found because the site's station is none of Carloop's."""
    with suppress(CallFailed):
        account = carloop.known_account(deadline=deadline) if query.station else None
        if account and (unknown := unknown_station(query.station, account)):
            raise RuleBroken(unknown)


def _vehicle(vehicle_id: VehicleId, *, taken: Period, carloop: Carloop, deadline: float) -> Vehicle | None:
    """Return a vehicle by its id, None where Carloop does not show it.

    Carloop has no call for one vehicle, but lists those that are free, and years ahead nothing is booked yet.
    """
    try:
        later = Period(taken.start + YEARS_AHEAD, taken.start + YEARS_AHEAD + timedelta(hours=1))
    except OverflowError:
        return None
    query = VehicleQuery(later, limit=MOST_VEHICLES)
    fleet = _free_vehicles(query, carloop=carloop, deadline=(time.monotonic() + deadline) / 2)
    return next((vehicle for vehicle in fleet if vehicle.id == vehicle_id), None)


def _alternatives(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> tuple[Alternative, ...]:
    """Return the free vehicles that come closest to a query: of the class first, then with the most of the features."""
    anything = VehicleQuery(query.period, station=query.station)
    found = _free_vehicles(anything, carloop=carloop, deadline=deadline)

    def distance(vehicle: Vehicle) -> tuple[bool, int, bool]:
        is_other_class = bool(query.vehicle_classes) and vehicle.vehicle_class not in query.vehicle_classes
        is_elsewhere = bool(query.stations) and vehicle.station not in query.stations
        return is_other_class, len(set(query.features) - set(vehicle.features)), is_elsewhere

    def differs(vehicle: Vehicle) -> tuple[str, ...]:
        names = zip(("vehicle_class", "features", "station"), distance(vehicle), strict=True)
        return tuple(name for name, is_so in names if is_so) or ("vehicle",)

    nearest = sorted(found, key=distance)[: min(ALTERNATIVES, query.limit)]
    return tuple(Alternative(vehicle, query.period, differs(vehicle)) for vehicle in nearest)


def _free_vehicles(query: VehicleQuery, *, carloop: Carloop, deadline: float) -> tuple[Vehicle, ...]:
    try:
        return carloop.search(query, deadline=deadline).vehicles
    except CallFailed:
        # Without alternatives the answer still holds.
        return ()
