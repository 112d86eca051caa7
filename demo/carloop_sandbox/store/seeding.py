"""Fill a new sandbox with a fleet that looks real; the same seed gives the same fleet, only the dates move."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from carloop_sandbox.store.database import FIRST_RENTAL_NUMBER
from carloop_sandbox.store.fleet import CLASSES, FEATURES, STATIONS
from carloop_sandbox.store.seeded_rentals import Columns, seeded_rentals
from carloop_sandbox.store.seeded_vehicles import seeded_vehicles
from carloop_sandbox.units import DAY, HOUR, MINUTE
from web_base.database import Database


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
    stations = ((each["id"], each["name"], json.dumps(each["opening_hours"])) for each in STATIONS)
    _insert(database, "stations", _in_order(("id", "name", "opening_hours"), stations))
    _insert(database, "vehicle_classes", _in_order(("id",), ((id_,) for id_ in CLASSES)))
    features = ((id_, feature["group"]) for id_, feature in FEATURES.items())
    _insert(database, "vehicle_features", _in_order(("id", "feature_group"), features))
    vehicles = list(seeded_vehicles(fleet.vehicles, chance))
    pause = fleet.turnaround_minutes * MINUTE
    _insert(database, "vehicles", ({**each, "turnaround_us": pause} for each in vehicles))
    database.run(
        "INSERT INTO features_of_vehicles (vehicle_id, feature_id)"
        " SELECT v.id, f.value FROM vehicles AS v, json_each(v.document, '$.features') AS f"
    )
    if fleet.rentals:
        _insert(database, "rentals", _numbered(seeded_rentals(vehicles, chance, now=now), now=now))


def _insert(database: Database, table: str, rows: Iterable[Columns]) -> None:
    rows = list(rows)
    if rows:
        places = ", ".join(f":{name}" for name in rows[0])
        sql = f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({places})"  # noqa: S608  # names of this file
        database.connection.executemany(sql, rows)


def _in_order(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[Columns]:
    for position, row in enumerate(rows):
        yield {**dict(zip(names, row, strict=True)), "position": position}


def _numbered(rentals: Iterable[Columns], *, now: int) -> Iterator[Columns]:
    """Number the rentals and time their last changes; no two changes share a time."""
    last = 0
    in_order = sorted(rentals, key=lambda each: each["start_us"])
    for number, rental in enumerate(in_order, FIRST_RENTAL_NUMBER):
        created = min(rental["start_us"] - 3 * DAY, now - DAY)
        changed = {
            "returned": rental["end_us"],
            "picked_up": rental["start_us"],
            "cancelled": created + HOUR,
        }
        last = max(last + 1, created, changed.get(rental["status"], created))
        yield rental | {
            "number": number,
            "id": f"R{number}",
            "revision": 1 if rental["status"] == "reserved" else 2,
            "created_us": created,
            "updated_us": last,
            # the triggers ask what is overdue at this time: it must not lie in the future
            "decided_us": min(now, last),
        }
