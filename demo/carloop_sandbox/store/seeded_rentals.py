"""The rentals of a new fleet: each vehicle has a past, and some have a present and a future."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from carloop_sandbox.store.fleet import PEOPLE
from carloop_sandbox.units import DAY, HOUR

BUSY_SHARE: Final = 0.35
"""At most so much of the fleet has rentals now or later: the rest is free in any period."""

OPENS: Final = 7 * HOUR
CLOSES: Final = 16 * HOUR
"""Between these hours, of UTC, seeded rentals begin and end."""

Columns = dict[str, Any]


def seeded_rentals(vehicles: Sequence[Columns], chance: random.Random, *, now: int) -> Iterator[Columns]:
    """Draw the rentals of a fleet, as the columns of the table that say who has which vehicle when.

    The first vehicle of each class and station has neither present nor future: a test that takes what is offered first
    can extend it, and set the clock, without meeting another rental.
    """
    today = now // DAY * DAY
    in_order = sorted(vehicles, key=lambda each: (*_group(each), each["licence_plate"]))
    groups = [None, *map(_group, in_order)]
    later = [each for each, before in zip(in_order, groups, strict=False) if _group(each) == before]
    busy = {each["id"] for each in chance.sample(later, min(len(later), int(len(vehicles) * BUSY_SHARE)))}
    for vehicle in vehicles:
        drawn = [*_past(chance, today=today)]
        if vehicle["id"] in busy:
            drawn += [*_present(chance, now=now), *_future(chance, today=today)]
        for rental in drawn:
            yield rental | {"vehicle_id": vehicle["id"], "daily_rate_cents": vehicle["daily_rate_cents"]}


def _group(vehicle: Columns) -> tuple[str, str]:
    return vehicle["station"], vehicle["vehicle_class"]


def _rental(start: int, end: int, status: str, chance: random.Random, planned: int | None = None) -> Columns:
    times = {"start_us": start, "end_us": end, "planned_end_us": end if planned is None else planned}
    return times | {"status": status, "customer": _customer(chance)}


def _past(chance: random.Random, *, today: int) -> Iterator[Columns]:
    day = chance.randint(80, 100)
    # it ends a week before today, where what is running may begin
    while (length := chance.randint(1, 6)) < day - 8:
        start = today - day * DAY + chance.randint(6, 9) * HOUR
        planned = start + length * DAY + chance.randint(0, 6) * HOUR
        status = "cancelled" if chance.random() < 0.1 else "returned"
        early = chance.randint(1, 5) * HOUR if status == "returned" and chance.random() < 0.2 else 0
        end = _while_open(planned - early, after=start) if early else planned
        yield _rental(start, end, status, chance, planned)
        day -= length + chance.randint(2, 14)


def _present(chance: random.Random, *, now: int) -> Iterator[Columns]:
    """Some are out, some are to be handed out in the next hours."""
    what = chance.random()
    if what < 0.6:
        start = _while_open((now - chance.randint(1, 4) * DAY) // HOUR * HOUR, after=0)
        end = _while_open((now + chance.randint(4, 60) * HOUR) // HOUR * HOUR, after=now)
        yield _rental(start, end, "picked_up", chance)
    elif what < 0.9:
        start = _while_open((now + chance.randint(1, 8) * HOUR) // HOUR * HOUR, after=now)
        end = _while_open(start + chance.randint(1, 3) * DAY + chance.randint(0, 6) * HOUR, after=start)
        yield _rental(start, end, "reserved", chance)


def _future(chance: random.Random, *, today: int) -> Iterator[Columns]:
    # the fifth day is the first on which what is running has surely ended
    day = chance.randint(5, 12)
    for _ in range(chance.randint(1, 4)):
        start = today + day * DAY + chance.randint(6, 10) * HOUR
        end = start + chance.randint(1, 5) * DAY + chance.randint(0, 6) * HOUR
        yield _rental(start, end, "reserved", chance)
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
