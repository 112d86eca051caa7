"""Fill a new sandbox with a fleet that looks real; the same seed gives the same fleet, only the dates move."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from carloop_sandbox.store.database import FIRST_RENTAL_NUMBER
from carloop_sandbox.store.fleet import CLASSES, FEATURES, STATIONS
from carloop_sandbox.store.seeded_rentals import SeededRental, seeded_rentals
from carloop_sandbox.store.seeded_vehicles import SeededVehicle, seeded_vehicles
from carloop_sandbox.units import DAY, HOUR, MINUTE
from web_base.database import Database

Columns = dict[str, object]


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a new sandbox is filled with; an existing one keeps what it has.

    `account` is the account's id: drawn when not given, so that a Carloop whose data are gone is another one.
    `turnaround_minutes` is how long a vehicle stays free between two rentals; `rentals=False` makes a fleet without
    a past or a future.
    """

    vehicles: int = 40
    seed: int = 1
    account: str | None = None
    turnaround_minutes: int = 0
    rentals: bool = True


def seed_fleet(database: Database, fleet: Fleet, *, now: int) -> None:
    """Store stations, classes, features, vehicles and rentals; inside a transaction of the caller's."""
    chance = random.Random(fleet.seed)  # noqa: S311  # a fleet to look at, no secret
    drawn = list(seeded_vehicles(fleet.vehicles, chance))
    _insert(database, "stations", _stations())
    _insert(
        database, "vehicle_classes", _in_order({"id": id_, "name": name} for id_, name in CLASSES.items())
    )
    _insert(database, "vehicle_features", _in_order(_feature(id_, *named) for id_, named in FEATURES.items()))
    _insert(database, "vehicles", (_vehicle(each, fleet.turnaround_minutes * MINUTE) for each in drawn))
    has: Iterator[Columns] = (
        {"vehicle_id": each.id, "feature_id": id_} for each in drawn for id_ in each.features
    )
    _insert(database, "features_of_vehicles", has)
    if fleet.rentals:
        _insert(database, "rentals", _numbered(seeded_rentals(drawn, chance, now=now), now=now))


def _insert(database: Database, table: str, rows: Iterable[Columns]) -> None:
    rows = list(rows)
    if rows:
        names = ", ".join(rows[0])
        places = ", ".join(f":{name}" for name in rows[0])
        sql = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  # names of this file
        database.connection.executemany(sql, rows)


def _in_order(rows: Iterable[Columns]) -> Iterator[Columns]:
    return ({**row, "position": position} for position, row in enumerate(rows))


def _stations() -> Iterator[Columns]:
    return _in_order(
        {"id": each["id"], "name": each["name"], "opening_hours": json.dumps(each["opening_hours"])}
        for each in STATIONS
    )


def _feature(id_: str, name: str, group: str) -> Columns:
    return {"id": id_, "name": name, "feature_group": group}


def _vehicle(vehicle: SeededVehicle, turnaround: int) -> Columns:
    return {
        "id": vehicle.id,
        "station": vehicle.station,
        "vehicle_class": vehicle.model.vehicle_class,
        "licence_plate": vehicle.plate,
        "daily_rate_cents": vehicle.model.cents,
        "turnaround_us": turnaround,
        "document": json.dumps(vehicle.document(), ensure_ascii=False, separators=(",", ":")),
    }


def _numbered(rentals: Iterable[SeededRental], *, now: int) -> Iterator[Columns]:
    """Number the rentals and time their last changes; no two changes share a time."""
    last = 0
    for number, rental in enumerate(sorted(rentals, key=lambda each: each.start), FIRST_RENTAL_NUMBER):
        created = min(rental.start - 3 * DAY, now - DAY)
        changed = {"returned": rental.end, "picked_up": rental.start, "cancelled": created + HOUR}
        last = max(last + 1, created, changed.get(rental.status, created))
        yield {
            "number": number,
            "id": f"R{number}",
            "vehicle_id": rental.vehicle.id,
            "start_us": rental.start,
            "end_us": rental.end,
            "planned_end_us": rental.planned_end,
            "status": rental.status,
            "customer": rental.customer,
            "daily_rate_cents": rental.vehicle.model.cents,
            "revision": 1 if rental.status == "reserved" else 2,
            "created_us": created,
            "updated_us": last,
            "decided_us": min(now, last),
        }
