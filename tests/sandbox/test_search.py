"""GET /vehicles: search free vehicles, checked against a model that looks at every rental."""

import random
from datetime import datetime, timedelta

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.search import _STATEMENT, Filters
from carloop_sandbox.store import Fleet

FIELDS = {
    *("id", "licence_plate", "make", "model", "vehicle_class", "features", "seats", "fuel", "transmission"),
    *("station", "daily_rate"),
}


def test_each_vehicle_is_complete_and_in_order(reader):
    """Ordered by station, class, plate and id; one page holds the whole small fleet."""
    found = reader.search(reader.at(3), reader.at(4))
    order = [
        [each[name] for name in ("station", "vehicle_class", "licence_plate", "id")]
        for each in found["items"]
    ]
    assert order == sorted(order)
    assert len(found["items"]) == found["matching"] - found["busy"]
    assert found["next_cursor"] is None
    assert all(set(each) == FIELDS for each in found["items"])


def test_filters_narrow_the_search(reader):
    """Any of several classes, all of several features, one station."""
    every = reader.search(reader.at(300), reader.at(301))["items"]
    features = {"automatik", "navigationssystem"}
    for query, expected in (
        ({"vehicle_class": ["kombi", "suv"]}, [e for e in every if e["vehicle_class"] in ("kombi", "suv")]),
        ({"vehicle_class": ["suv", "suv"]}, [e for e in every if e["vehicle_class"] == "suv"]),
        ({"vehicle_feature": sorted(features)}, [e for e in every if features <= set(e["features"])]),
        ({"station": "rastatt"}, [e for e in every if e["station"] == "rastatt"]),
    ):
        found = reader.search(reader.at(300), reader.at(301), **query)
        assert 0 < len(expected) < len(every)
        assert (found["items"], found["matching"]) == (expected, len(expected))


@pytest.mark.parametrize(
    "unknown", [{"vehicle_class": "boat"}, {"vehicle_feature": "wings"}, {"station": "moon"}]
)
def test_an_unknown_id_matches_nothing(reader, unknown):
    """An empty list, not an error."""
    found = reader.search(reader.at(3), reader.at(4), **unknown)
    assert (found["items"], found["matching"], found["busy"], found["next_free"]) == ([], 0, 0, None)


@pytest.mark.parametrize("limit", [7, 1000])
def test_pages_add_up_to_the_whole(reader, limit):
    """Following the cursors gives every vehicle once, and the same totals on each page."""
    whole = reader.search(reader.at(3), reader.at(4))
    items, query = [], {"limit": limit}
    while True:
        page = reader.search(reader.at(3), reader.at(4), **query)
        assert len(page["items"]) <= limit
        assert (page["matching"], page["busy"]) == (whole["matching"], whole["busy"])
        items += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert items == whole["items"]


def test_a_cursor_is_good_for_its_own_query_alone(reader):
    """Forged, altered or used elsewhere it is refused."""
    start, end = reader.at(3), reader.at(4)
    cursor = reader.search(start, end, limit=1)["next_cursor"]
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for query in (
        {"start": start, "end": end, "cursor": changed},
        {"start": start, "end": end, "cursor": cursor[:-1]},
        {"start": start, "end": end, "cursor": "eyJhIjoxfQ"},
        {"start": start, "end": reader.at(5), "cursor": cursor},
        {"start": start, "end": end, "station": "rastatt", "cursor": cursor},
    ):
        answer = reader.get("/vehicles", **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert answer.json()["errors"][0]["pointer"] == "/cursor"
    assert reader.get("/rentals", cursor=cursor).status_code == 422


def test_the_search_reads_one_index_entry_a_vehicle(sandbox):
    """The plan seeks in the index of active rentals and never scans the rentals."""
    filters = Filters(("suv",), ("allrad",), "rastatt")
    names = ["start", "end", "now", "rows", "station", "classes", "features"]
    names += ["p_station", "p_class", "p_plate", "p_id"]
    plan = sandbox.store.database.all_named(
        "EXPLAIN QUERY PLAN " + _STATEMENT.format(filters=filters.sql()), dict.fromkeys(names, 0)
    )
    steps = [row["detail"] for row in plan]
    rental_steps = [step for step in steps if step.split()[1] in ("r", "l", "n")]
    assert len(rental_steps) == 4
    assert all("SEARCH" in step and "COVERING INDEX active_rentals" in step for step in rental_steps)


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


@pytest.mark.parametrize(("seed", "pause"), [(1, 0), (2, 45)])
def test_the_search_equals_the_model(planner_of, seed, pause):
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
