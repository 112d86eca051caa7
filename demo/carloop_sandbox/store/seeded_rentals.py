"""The rentals of a new fleet: each vehicle has a past, and some have a present and a future."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from carloop_sandbox.store.fleet import PEOPLE
from carloop_sandbox.store.seeded_vehicles import SeededVehicle
from carloop_sandbox.units import DAY, HOUR

BUSY_SHARE: Final = 0.35
"""At most so much of the fleet has rentals now or later: the rest is free in any period."""

OPENS: Final = 7 * HOUR
CLOSES: Final = 16 * HOUR
"""Between these hours, of UTC, seeded rentals begin and end."""


@dataclass(frozen=True, slots=True)
class SeededRental:
    """A rental of a new fleet, before it has a number; times in microseconds, the customer as JSON."""

    vehicle: SeededVehicle
    start: int
    end: int
    planned_end: int
    status: str
    customer: str


def seeded_rentals(
    vehicles: Sequence[SeededVehicle], chance: random.Random, *, now: int
) -> Iterator[SeededRental]:
    """Draw the rentals of a fleet.

    The first vehicle of each class and station has neither present nor future: a test that takes what is offered first
    can extend it, and set the clock, without meeting another rental.
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


def _past(vehicle: SeededVehicle, chance: random.Random, *, today: int) -> Iterator[SeededRental]:
    day = chance.randint(80, 100)
    while (length := chance.randint(1, 6)) < day - 8:
        start = today - day * DAY + chance.randint(6, 9) * HOUR
        planned = start + length * DAY + chance.randint(0, 6) * HOUR
        status = "cancelled" if chance.random() < 0.1 else "returned"
        early = chance.randint(1, 5) * HOUR if status == "returned" and chance.random() < 0.2 else 0
        end = _while_open(planned - early, after=start) if early else planned
        yield SeededRental(vehicle, start, end, planned, status, _customer(chance))
        day -= length + chance.randint(2, 14)


def _present(vehicle: SeededVehicle, chance: random.Random, *, now: int) -> Iterator[SeededRental]:
    """Some are out, some are to be handed out in the next hours."""
    what = chance.random()
    if what < 0.6:
        start = _while_open((now - chance.randint(1, 4) * DAY) // HOUR * HOUR, after=0)
        end = _while_open((now + chance.randint(4, 60) * HOUR) // HOUR * HOUR, after=now)
        yield SeededRental(vehicle, start, end, end, "picked_up", _customer(chance))
    elif what < 0.9:
        start = _while_open((now + chance.randint(1, 8) * HOUR) // HOUR * HOUR, after=now)
        end = _while_open(start + chance.randint(1, 3) * DAY + chance.randint(0, 6) * HOUR, after=start)
        yield SeededRental(vehicle, start, end, end, "reserved", _customer(chance))


def _future(vehicle: SeededVehicle, chance: random.Random, *, today: int) -> Iterator[SeededRental]:
    day = chance.randint(5, 12)
    for _ in range(chance.randint(1, 4)):
        start = today + day * DAY + chance.randint(6, 10) * HOUR
        end = start + chance.randint(1, 5) * DAY + chance.randint(0, 6) * HOUR
        yield SeededRental(vehicle, start, end, end, "reserved", _customer(chance))
        day += chance.randint(8, 20)


def _while_open(instant: int, *, after: int) -> int:
    """Move an instant into the hours in which somebody is there, in Germany from eight or nine to five or six."""
    day, hour = instant // DAY * DAY, instant % DAY
    if not OPENS <= hour <= CLOSES:
        hour = OPENS + hour % (CLOSES - OPENS)
    return day + hour if day + hour > after else day + DAY + hour


def _customer(chance: random.Random) -> str:
    postal_code, city = chance.choice(PEOPLE["towns"])
    first, last = chance.choice(PEOPLE["first_names"]), chance.choice(PEOPLE["last_names"])
    who = {"source": "manual", "kind": "person", "first_name": first, "last_name": last}
    if chance.random() < 0.2:
        who = {"source": "manual", "kind": "company", "company": chance.choice(PEOPLE["companies"])}
    street = f"{chance.choice(PEOPLE['streets'])} {chance.randint(1, 99)}"
    where = {"street": street, "postal_code": postal_code, "city": city, "country": "DE"}
    return json.dumps(who | where, ensure_ascii=False)
