"""Search free vehicles."""

import random
from datetime import datetime, timedelta

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.search import _STATEMENT, Filters
from carloop_sandbox.store import Fleet


def test_each_vehicle_is_complete_and_in_order(reader):
    """Ordered by station, class, plate and id; one page holds the whole small fleet."""
    found = reader.search(reader.at(3), reader.at(4))
    order = [
        tuple(each[name] for name in ("station", "vehicle_class", "licence_plate", "id"))
        for each in found["items"]
    ]
    assert order == sorted(order)
    assert len(found["items"]) == found["matching"] - found["busy"]
    assert found["next_cursor"] is None
    names = {
        "id",
        "licence_plate",
        "make",
        "model",
        "vehicle_class",
        "features",
        "seats",
        "fuel",
        "transmission",
    }
    assert all(set(each) == names | {"station", "daily_rate"} for each in found["items"])


def test_several_classes_mean_any_of_them(reader):
    """A vehicle is of one class: one of those asked for is enough."""
    both = reader.search(reader.at(300), reader.at(301), vehicle_class=["kombi", "suv"])
    assert {each["vehicle_class"] for each in both["items"]} == {"kombi", "suv"}
    one = reader.search(reader.at(300), reader.at(301), vehicle_class="kombi")
    other = reader.search(reader.at(300), reader.at(301), vehicle_class=["suv", "suv"])
    assert one["matching"] + other["matching"] == both["matching"]


def test_several_features_mean_all_of_them(reader):
    """A vehicle must have every feature that is asked for."""
    every = reader.search(reader.at(300), reader.at(301))["items"]
    asked = ["automatik", "navigationssystem"]
    found = reader.search(reader.at(300), reader.at(301), vehicle_feature=asked)["items"]
    assert found == [each for each in every if set(asked) <= set(each["features"])]
    assert found


def test_a_station_narrows_the_search(reader):
    """Only the vehicles that stand there."""
    found = reader.search(reader.at(300), reader.at(301), station="rastatt")["items"]
    assert {each["station"] for each in found} == {"rastatt"}


@pytest.mark.parametrize(
    "unknown", [{"vehicle_class": "boat"}, {"vehicle_feature": "wings"}, {"station": "moon"}]
)
def test_what_nobody_knows_matches_nothing(reader, unknown):
    """An unknown id is an empty list, not an error."""
    found = reader.search(reader.at(3), reader.at(4), **unknown)
    assert (found["items"], found["matching"], found["busy"], found["next_free"]) == ([], 0, 0, None)


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_pages_add_up_to_the_whole(reader, limit):
    """Following the cursors gives every vehicle once, and the same totals on each page."""
    whole = reader.search(reader.at(3), reader.at(4))
    items, cursor = [], None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = reader.search(reader.at(3), reader.at(4), limit=limit, **more)
        assert len(page["items"]) <= limit
        assert (page["matching"], page["busy"]) == (whole["matching"], whole["busy"])
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert items == whole["items"]


def test_a_cursor_is_good_for_its_own_query_alone(reader):
    """Forged, altered or used elsewhere it is refused."""
    cursor = reader.search(reader.at(3), reader.at(4), limit=1)["next_cursor"]
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    start, end = reader.at(3), reader.at(4)
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
    names = [
        "start",
        "end",
        "now",
        "rows",
        "station",
        "classes",
        "features",
        "p_station",
        "p_class",
        "p_plate",
        "p_id",
    ]
    filters = Filters(("suv",), ("allrad",), "rastatt")
    values = dict.fromkeys(names, 0)
    plan = sandbox.store.database.all_named(
        "EXPLAIN QUERY PLAN " + _STATEMENT.format(filters=filters.sql()), values
    )
    steps = [row["detail"] for row in plan]
    rental_steps = [step for step in steps if step.split()[1] in ("r", "l", "n")]
    assert len(rental_steps) == 4
    assert all("SEARCH" in step and "COVERING INDEX active_rentals" in step for step in rental_steps)


def moment(text):
    """Read a time of an answer."""
    return datetime.fromisoformat(text)


class Model:
    """What should be free, by looking at everything."""

    def __init__(self, rentals, now, pause):
        self.now, self.pause = now, timedelta(minutes=pause)
        self.rentals = [
            (each["vehicle"]["id"], moment(each["start"]), moment(each["end"]), each["status"])
            for each in rentals
            if each["status"] in ("reserved", "picked_up")
        ]

    def overdue(self, vehicle):
        """Say whether a vehicle should have been taken back."""
        return any(
            v == vehicle and status == "picked_up" and end <= self.now for v, _, end, status in self.rentals
        )

    def free(self, vehicle, start, end):
        """Say whether a vehicle is free in the whole period."""
        return not self.overdue(vehicle) and not any(
            v == vehicle and start < until + self.pause and since < end + self.pause
            for v, since, until, _ in self.rentals
        )

    def next_free(self, vehicles, start, end):
        """Give the earliest time at which one of the vehicles is free for as long."""
        times = [
            until + self.pause
            for v, _, until, _ in self.rentals
            if v in vehicles
            and not self.overdue(v)
            and until + self.pause > start
            and self.free(v, until + self.pause, until + self.pause + (end - start))
        ]
        return min(times, default=None)


@pytest.mark.parametrize("pause", [0, 45])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_search_equals_a_model_that_looks_at_everything(planner_of, pause, seed):
    """Random bookings, changes, hand-outs and a moving clock; free, busy and next free are what they must be."""
    chance = random.Random(seed)
    fleet = Fleet(vehicles=6, rentals=False, turnaround_minutes=pause)
    with run_sandbox(fleet=fleet) as sandbox, planner_of(sandbox) as planner:
        vehicles = [each["id"] for each in planner.search(planner.at(2), planner.at(3))["items"]]
        now = 1.0
        for _ in range(14):
            now += chance.choice([0, 0.1, 0.5])
            planner.clock(planner.at(now))
            for _ in range(4):
                act(planner, chance, vehicles, now)
            rentals = planner.get("/rentals", limit=1000).json()["items"]
            model = Model(rentals, moment(planner.at(now)), pause)
            for _ in range(4):
                check(planner, chance, vehicles, now, model)


def act(planner, chance, vehicles, now):
    """Do something, whatever comes of it."""
    start = now + chance.choice([0.05, 0.25, 0.5, 1, 2, 3])
    kind = chance.random()
    rentals = planner.get("/rentals", limit=1000).json()["items"]
    if kind < 0.55 or not rentals:
        planner.try_book(
            chance.choice(vehicles), planner.at(start), planner.at(start + chance.choice([0.1, 0.4, 1]))
        )
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


def check(planner, chance, vehicles, now, model):
    """Compare one search with the model."""
    since = now + chance.choice([0.01, 0.2, 0.5, 1, 2])
    start, end = planner.at(since), planner.at(since + chance.choice([0.05, 0.3, 1.5]))
    found = planner.search(start, end)
    free = {vehicle for vehicle in vehicles if model.free(vehicle, moment(start), moment(end))}
    assert free == {each["id"] for each in found["items"]}
    assert (found["matching"], found["busy"]) == (len(vehicles), len(vehicles) - len(free))
    busy = set(vehicles) - free
    expected = model.next_free(busy, moment(start), moment(end))
    assert (found["next_free"] and moment(found["next_free"])) == expected
