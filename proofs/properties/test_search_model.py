"""GET /vehicles is compared with a model that looks at every rental."""

import random
from datetime import datetime, timedelta

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet
from tests.support.interface import planner_of


def moment(text):
    """Read a time of an answer; None stays None."""
    return text and datetime.fromisoformat(text)


class Model:
    """What should be free, by looking at every rental."""

    def __init__(self, rentals, now, pause):
        self.now, self.pause = now, timedelta(minutes=pause)
        self.rentals = [
            (each["vehicle"]["id"], moment(each["start"]), moment(each["end"]), each["status"])
            for each in rentals
            if each["status"] in ("reserved", "picked_up")
        ]

    def overdue(self, vehicle):
        """Return whether a vehicle should have been taken back."""
        return any(
            v == vehicle and status == "picked_up" and end <= self.now for v, _, end, status in self.rentals
        )

    def free(self, vehicle, start, end):
        """Return whether a vehicle is free in the whole period."""
        return not self.overdue(vehicle) and not any(
            v == vehicle and start < until + self.pause and since < end + self.pause
            for v, since, until, _ in self.rentals
        )

    def next_free(self, vehicles, start, end):
        """Return the earliest time at which one of the vehicles is free for as long."""
        times = [
            until + self.pause
            for v, _, until, _ in self.rentals
            if v in vehicles
            and not self.overdue(v)
            and until + self.pause > start
            and self.free(v, until + self.pause, until + self.pause + (end - start))
        ]
        return min(times, default=None)


@pytest.mark.parametrize(("seed", "pause"), [(seed, pause) for seed in (1, 2, 3) for pause in (0, 45)])
def test_the_search_equals_the_model(seed, pause):
    """Random bookings, changes, hand-outs and a moving clock: free, busy and next free are the model's."""
    chance = random.Random(seed)
    fleet = Fleet(vehicles=6, rentals=False, turnaround_minutes=pause)
    with run_sandbox(fleet=fleet) as sandbox, planner_of(sandbox) as planner:
        vehicles = planner.free(planner.at(2), planner.at(3))
        now = 1.0
        for _ in range(14):
            now += chance.choice([0, 0.1, 0.5])
            planner.clock(planner.at(now))
            for _ in range(4):
                act(planner, chance, vehicles, now)
            rentals = planner.get("/rentals", limit=1000).json()["items"]
            model = Model(rentals, moment(planner.at(now)), pause)
            for _ in range(4):
                compare(planner, chance, vehicles, now, model)


def act(planner, chance, vehicles, now):
    """Book a vehicle or do something with a rental, whatever comes of it."""
    start = now + chance.choice([0.05, 0.25, 0.5, 1, 2, 3])
    kind = chance.random()
    rentals = planner.get("/rentals", limit=1000).json()["items"]
    if kind < 0.55 or not rentals:
        end = start + chance.choice([0.1, 0.4, 1])
        planner.try_book(chance.choice(vehicles), planner.at(start), planner.at(end))
        return
    rental = chance.choice(rentals)
    if kind < 0.7:
        planner.change_end(rental, planner.at(now + chance.choice([0.1, 0.7, 2])))
    elif kind < 0.85:
        planner.desk(rental, "hand_out")
    elif kind < 0.9:
        planner.desk(rental, "take_back")
    elif kind < 0.95:
        planner.desk(rental, "swap", vehicle_id=chance.choice(vehicles))
    else:
        planner.cancel(rental)


def compare(planner, chance, vehicles, now, model):
    """Compare one search with the model."""
    since = now + chance.choice([0.01, 0.2, 0.5, 1, 2])
    start, end = planner.at(since), planner.at(since + chance.choice([0.05, 0.3, 1.5]))
    found = planner.search(start, end)
    free = {vehicle for vehicle in vehicles if model.free(vehicle, moment(start), moment(end))}
    assert {each["id"] for each in found["items"]} == free
    assert (found["matching"], found["busy"]) == (len(vehicles), len(vehicles) - len(free))
    expected = model.next_free(set(vehicles) - free, moment(start), moment(end))
    assert moment(found["next_free"]) == expected
