"""Fill a new sandbox with a fleet that looks real; the same seed gives the same fleet, only the dates move."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from carloop_sandbox import fleet
from carloop_sandbox.answers import write_json
from carloop_sandbox.database import Database
from carloop_sandbox.rentals import FIRST_NUMBER, money
from carloop_sandbox.times import DAY, HOUR, MINUTE

BUSY_SHARE: Final = 0.35
"""At most so much of the fleet has rentals now or later: the rest is free in any period."""

OPENS: Final = 7 * HOUR
CLOSES: Final = 16 * HOUR
"""Between these hours, of UTC, seeded rentals begin and end."""

_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class SeededVehicle:
    """A vehicle as it is stored."""

    id: str
    station: str
    plate: str
    model: fleet.Model
    features: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Write it as the interface has it."""
        return {
            "id": self.id,
            "licence_plate": self.plate,
            "make": self.model.make,
            "model": self.model.name,
            "vehicle_class": self.model.vehicle_class,
            "features": list(self.features),
            "seats": self.model.seats,
            "fuel": self.model.fuel,
            "transmission": self.model.transmission,
            "station": self.station,
            "daily_rate": money(self.model.cents),
        }


def seed_fleet(
    database: Database, *, vehicles: int, seed: int, turnaround_minutes: int, rentals: bool, now: int
) -> None:
    """Store stations, classes, features, vehicles and rentals; inside a transaction of the caller's."""
    chance = random.Random(seed)  # noqa: S311  # a fleet to look at, no secret
    _store_lists(database)
    made = list(_vehicles(vehicles, chance))
    run_many = database.connection.executemany
    run_many(
        "INSERT INTO vehicles (id, station, vehicle_class, licence_plate, daily_rate_cents, turnaround_us, document)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(each.id, each.station, each.model.vehicle_class, each.plate, each.model.cents),
                *(turnaround_minutes * MINUTE, write_json(each.document()).decode()),
            )
            for each in made
        ],
    )
    run_many(
        "INSERT INTO features_of_vehicles (vehicle_id, feature_id) VALUES (?, ?)",
        [(each.id, feature) for each in made for feature in each.features],
    )
    run_many(
        "INSERT INTO rentals (number, id, vehicle_id, start_us, end_us, planned_end_us, status, customer,"
        " daily_rate_cents, revision, created_us, updated_us, decided_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _numbered(_rentals(made, chance, now=now) if rentals else iter(()), now=now),
    )


def _store_lists(database: Database) -> None:
    run_many = database.connection.executemany
    run_many(
        "INSERT INTO stations (id, position, name, opening_hours) VALUES (?, ?, ?, ?)",
        [
            (id_, position, name, json.dumps(hours))
            for position, (id_, name, _, hours) in enumerate(fleet.STATIONS)
        ],
    )
    run_many(
        "INSERT INTO vehicle_classes (id, position, name) VALUES (?, ?, ?)",
        [(id_, position, name) for position, (id_, name) in enumerate(fleet.CLASSES)],
    )
    run_many(
        "INSERT INTO vehicle_features (id, position, name, feature_group) VALUES (?, ?, ?, ?)",
        [(id_, position, name, group) for position, (id_, name, group) in enumerate(fleet.FEATURES)],
    )


def _vehicles(count: int, chance: random.Random) -> Iterator[SeededVehicle]:
    """Make vehicles, the classes in turn, so that a small fleet has some of each."""
    by_class = {
        id_: cycle(chance.sample(models, len(models)))
        for id_, _ in fleet.CLASSES
        for models in [[model for model in fleet.MODELS if model.vehicle_class == id_]]
    }
    taken: set[str] = set()
    for number, (class_id, _) in enumerate(islice(cycle(fleet.CLASSES), count)):
        station, _, district, _ = fleet.STATIONS[(number // len(fleet.CLASSES)) % len(fleet.STATIONS)]
        model = next(by_class[class_id])
        yield SeededVehicle(
            id=f"V{1001 + number}",
            station=station,
            plate=_plate(district, model.fuel, taken, chance),
            model=model,
            features=_features(model, chance),
        )


def _plate(district: str, fuel: str, taken: set[str], chance: random.Random) -> str:
    """Draw a licence plate nobody has yet; electric cars carry an E, and no plate has over eight characters."""
    ending = "E" if fuel == "electric" else ""
    while True:
        letters = "".join(chance.choices(_LETTERS, k=2))
        plate = f"{district}-{letters} {chance.randint(1, 999 if ending else 9999)}{ending}"
        if plate not in taken:
            taken.add(plate)
            return plate


def _features(model: fleet.Model, chance: random.Random) -> tuple[str, ...]:
    has = {"klimaanlage", "winterreifen", *chance.sample(fleet.EXTRAS, chance.randint(1, 4))}
    if model.transmission == "automatic":
        has.add("automatik")
    if model.fuel == "electric":
        has.add("elektro")
    if model.all_wheel:
        has.add("allrad")
    return tuple(id_ for id_, _, _ in fleet.FEATURES if id_ in has)


@dataclass(frozen=True, slots=True)
class _Rental:
    """A rental of the seeded fleet, before it has a number."""

    vehicle: SeededVehicle
    start: int
    end: int
    planned_end: int
    status: str
    customer: str


def _rentals(vehicles: list[SeededVehicle], chance: random.Random, *, now: int) -> Iterator[_Rental]:
    """Give each vehicle a past, and some a present and a future.

    The first vehicle of each class and station has neither: whoever takes what is offered first can extend it,
    and set the clock, without meeting a stranger's rental.
    """
    today = now // DAY * DAY
    in_order = sorted(vehicles, key=lambda each: (each.station, each.model.vehicle_class, each.plate))
    groups = [(each.station, each.model.vehicle_class) for each in in_order]
    later = [
        each
        for each, group, before in zip(in_order, groups, [None, *groups], strict=False)
        if group == before
    ]
    busy = {each.id for each in chance.sample(later, min(len(later), int(len(vehicles) * BUSY_SHARE)))}
    for vehicle in vehicles:
        yield from _past(vehicle, chance, today=today)
        if vehicle.id in busy:
            yield from _present(vehicle, chance, now=now)
            yield from _future(vehicle, chance, today=today)


def _while_open(instant: int, *, after: int) -> int:
    """Move an instant into the hours in which somebody is there, in Germany from eight or nine to five or six."""
    day, hour = instant // DAY * DAY, instant % DAY
    if not OPENS <= hour <= CLOSES:
        hour = OPENS + hour % (CLOSES - OPENS)
    return day + hour if day + hour > after else day + DAY + hour


def _past(vehicle: SeededVehicle, chance: random.Random, *, today: int) -> Iterator[_Rental]:
    day = chance.randint(80, 100)
    while (length := chance.randint(1, 6)) < day - 8:
        start = today - day * DAY + chance.randint(6, 9) * HOUR
        planned = start + length * DAY + chance.randint(0, 6) * HOUR
        status = "cancelled" if chance.random() < 0.1 else "returned"
        early = chance.randint(1, 5) * HOUR if status == "returned" and chance.random() < 0.2 else 0
        end = _while_open(planned - early, after=start) if early else planned
        yield _Rental(vehicle, start, end, planned, status, _customer(chance))
        day -= length + chance.randint(2, 14)


def _present(vehicle: SeededVehicle, chance: random.Random, *, now: int) -> Iterator[_Rental]:
    """Some are out, some are to be handed out in the next hours."""
    what = chance.random()
    if what < 0.6:
        start = _while_open((now - chance.randint(1, 4) * DAY) // HOUR * HOUR, after=0)
        end = _while_open((now + chance.randint(4, 60) * HOUR) // HOUR * HOUR, after=now)
        yield _Rental(vehicle, start, end, end, "picked_up", _customer(chance))
    elif what < 0.9:
        start = _while_open((now + chance.randint(1, 8) * HOUR) // HOUR * HOUR, after=now)
        end = _while_open(start + chance.randint(1, 3) * DAY + chance.randint(0, 6) * HOUR, after=start)
        yield _Rental(vehicle, start, end, end, "reserved", _customer(chance))


def _future(vehicle: SeededVehicle, chance: random.Random, *, today: int) -> Iterator[_Rental]:
    day = chance.randint(5, 12)
    for _ in range(chance.randint(1, 4)):
        start = today + day * DAY + chance.randint(6, 10) * HOUR
        end = start + chance.randint(1, 5) * DAY + chance.randint(0, 6) * HOUR
        yield _Rental(vehicle, start, end, end, "reserved", _customer(chance))
        day += chance.randint(8, 20)


def _customer(chance: random.Random) -> str:
    postal_code, city = chance.choice(fleet.TOWNS)
    first, last = chance.choice(fleet.FIRST_NAMES), chance.choice(fleet.LAST_NAMES)
    who: dict[str, str] = {"source": "manual", "kind": "person", "first_name": first, "last_name": last}
    if chance.random() < 0.2:
        who = {"source": "manual", "kind": "company", "company": chance.choice(fleet.COMPANIES)}
    street = f"{chance.choice(fleet.STREETS)} {chance.randint(1, 99)}"
    where = {"street": street, "postal_code": postal_code, "city": city, "country": "DE"}
    return json.dumps(who | where, ensure_ascii=False)


def _numbered(rentals: Iterator[_Rental], *, now: int) -> list[tuple[object, ...]]:
    """Give each rental a number and a time of its last change; no two changes share a time."""
    rows: list[tuple[object, ...]] = []
    last = 0
    for offset, rental in enumerate(sorted(rentals, key=lambda each: each.start)):
        created = min(rental.start - 3 * DAY, now - DAY)
        changed = {"returned": rental.end, "picked_up": rental.start, "cancelled": created + HOUR}
        last = max(last + 1, created)
        updated = max(last, changed.get(rental.status, created))
        last = updated
        number = FIRST_NUMBER + offset
        rows.append(
            (
                *(number, f"R{number}", rental.vehicle.id, rental.start, rental.end, rental.planned_end),
                *(rental.status, rental.customer, rental.vehicle.model.cents),
                *(1 if rental.status == "reserved" else 2, created, updated, min(now, updated)),
            )
        )
    return rows
