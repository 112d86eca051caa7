"""The seeded fleet, its rentals and the account they belong to."""

import re
from contextlib import ExitStack, closing

import pytest

from carloop_sandbox.store import Fleet, open_store

GERMAN_PLATE = re.compile(r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}E?")


@pytest.fixture
def opened(tmp_path):
    """Open sandboxes that are closed at the end."""
    with ExitStack() as stores:
        yield lambda name, **fleet: stores.enter_context(
            closing(open_store(tmp_path / name, fleet=Fleet(**fleet)))
        )


def contents(store):
    """Return every vehicle and every rental as they are stored, but for the days."""
    rentals = (
        "SELECT vehicle_id, customer, status, (end_us - start_us) AS length FROM rentals ORDER BY number"
    )
    return [
        [row["document"] for row in store.database.all("SELECT document FROM vehicles ORDER BY id")],
        [tuple(row) for row in store.database.all(rentals)],
    ]


def test_it_looks_like_a_german_dealers(reader):
    """German plates, several stations, every class and feature in use."""
    vehicles = reader.search(reader.at(365), reader.at(366))["items"]
    assert len(vehicles) == 40
    assert [each for each in vehicles if not GERMAN_PLATE.fullmatch(each["licence_plate"])] == []
    classes = {each["id"] for each in reader.get("/vehicle-classes").json()["items"]}
    features = {each["id"] for each in reader.get("/vehicle-features").json()["items"]}
    assert {each["vehicle_class"] for each in vehicles} == classes
    assert {feature for each in vehicles for feature in each["features"]} == features
    assert len({each["station"] for each in vehicles}) >= 2


def test_it_has_rentals_of_every_status(reader):
    """Each with times that fit its status; at most two vehicles in five have rentals now or later."""
    rentals = reader.get("/rentals", limit=1000).json()["items"]
    assert {each["status"] for each in rentals} == {"reserved", "picked_up", "returned", "cancelled"}
    now = reader.get("/account").json()["server_time"]
    assert len({each["vehicle"]["id"] for each in rentals if each["end"] > now}) <= 16
    for each in rentals:
        assert each["start"] < each["end"]
        assert each["created_at"] <= each["updated_at"] <= now
        assert each["status"] != "returned" or each["end"] < now
        assert each["status"] != "picked_up" or each["start"] < now < each["end"]


def test_the_same_seed_gives_the_same_fleet(opened):
    """Only the days differ; another seed gives another fleet, and a fleet may be empty."""
    first, second, other = opened("a"), opened("b"), opened("c", seed=2)
    assert contents(first) == contents(second)
    assert contents(first)[0] != contents(other)[0]
    assert contents(opened("d", vehicles=0)) == [[], []]


def test_each_sandbox_is_an_account_of_its_own(opened):
    """A Carloop whose data are gone is another one; a given account can be had again."""
    first, second = opened("a"), opened("b")
    assert first.account != second.account
    assert opened("c", account="mine").account == opened("d", account="mine").account == "mine"
    first.close()
    assert opened("a").account == first.account
