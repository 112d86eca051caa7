"""Vehicles as Carloop describes them, and the search for free ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from carloop_plugin.domain.accounts import Station
from carloop_plugin.domain.values import Money, Period, VehicleId

DEFAULT_LIMIT = 200
"""How many vehicles a search returns at most, where it does not say."""


class Vehicle(NamedTuple):
    """A rental car as Carloop describes it; `vehicle_class` and `features` are ids of `Filters`.

    No dataclass: a search makes thousands of them, and a frozen dataclass takes three times as long to make.
    The records keep it as an array in the order of its fields: a new one goes to the end, with a default.
    """

    id: VehicleId
    licence_plate: str
    make: str
    model: str
    vehicle_class: str
    features: tuple[str, ...] = ()
    seats: int | None = None
    fuel: str | None = None
    transmission: str | None = None
    station: str | None = None
    daily_rate: Money | None = None
    image_url: str | None = None
    station_name: str | None = None


@dataclass(frozen=True, slots=True)
class NamedId:
    """A vehicle class or feature: its id, and the name a person reads."""

    id: str
    name: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search can be narrowed by."""

    vehicle_classes: tuple[NamedId, ...]
    features: tuple[NamedId, ...]
    stations: tuple[Station, ...]


@dataclass(frozen=True, slots=True)
class VehicleQuery:
    """A search: any of the classes, all of the features, free for the whole period.

    `station` is the one that the site is bound to, `stations` are those that were chosen, none for any.
    """

    period: Period
    vehicle_classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    station: str | None = None
    stations: tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything but the period was chosen."""
        return bool(self.vehicle_classes or self.features or self.stations)


@dataclass(frozen=True, slots=True)
class FreeVehicles:
    """The answer to a search. `matching` fit the filters, `busy` of these are not free in the period."""

    vehicles: tuple[Vehicle, ...]
    as_of: datetime
    matching: int
    busy: int
    next_free: datetime | None


@dataclass(frozen=True, slots=True)
class Quote:
    """Whether a rental is possible now, what all of it would cost, and the latest end that it could have.

    `free_until` is None where no end is in sight, and the rental's start where the vehicle is not free then.
    """

    available: bool
    price: Money | None
    free_until: datetime | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A vehicle that is free for a period, and what of the search it does not fulfil.

    Each of `differs` is one of `vehicle_class`, `features`, `station`, `vehicle`.
    """

    vehicle: Vehicle
    period: Period
    differs: tuple[str, ...]
