"""Searching free vehicles: when the next one is free, filters that Carloop rejects, and alternatives."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from carloop_plugin.contract.offers import offer_document
from carloop_plugin.contract.requests import parse_search
from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.vehicles import FreeVehicles
from carloop_plugin.messages import text
from carloop_plugin.usecases.search import search

FREE = datetime(2030, 3, 5, 7, 30, tzinfo=UTC)
REQUEST = {
    "site": "main",
    "period": {"start": "2030-03-04T08:00:00+01:00", "end": "2030-03-04T17:00:00+01:00"},
    "filters": {"vehicle_classes": [], "features": []},
}


def busy_carloop(zone):
    """Return a Carloop whose vehicles are all rented out, with an account in a time zone."""
    account = Account("acme", "Acme", zone, (), FREE, timedelta())
    found = FreeVehicles((), FREE, 3, 3, FREE)
    return SimpleNamespace(known_account=lambda **_: account, search=lambda *_, **__: found)


@pytest.mark.parametrize(
    ("appointments", "accounts", "message"),
    [
        ("Asia/Tokyo", "Europe/Berlin", "The next one is free from 2030-03-05, 16:30."),
        (None, "Europe/Berlin", "The next one is free from 2030-03-05, 08:30."),
        (None, "Mars/Olympus", "rented out in the chosen period."),
    ],
)
def test_when_the_next_vehicle_is_free(appointments, accounts, message):
    """In the appointment's zone, else the account's; for an unknown zone no time is given."""
    query, carloop = parse_search(REQUEST, station=None), busy_carloop(accounts)
    offer = search(query, carloop=carloop, time_zone=appointments, deadline=0.0)
    explanation = offer_document(offer, period=REQUEST["period"], locale="en")["explanation"]
    assert explanation["message"].endswith(message), explanation
    assert explanation["next_free"] == "2030-03-05T07:30:00Z"


def test_filters_that_carloop_rejects_are_pointed_at(planner):
    """The contract allows more classes than Carloop does."""
    filters = {"vehicle_classes": [f"c{n}" for n in range(500)], "features": []}
    request = REQUEST | {"period": planner.appointment["period"], "filters": filters}
    (failure,) = planner.host.mobility_options(request).failures
    assert (failure.problem["code"], failure.problem["pointer"]) == ("invalid_document", "/filters")


@pytest.fixture
def bound_to(tmp_path, monkeypatch):
    """Bind the site to a station, by the configuration file."""

    def bind(station):
        config = tmp_path / "carloop.toml"
        config.write_text(f'station = "{station}"\n')
        monkeypatch.setenv("CARLOOP_CONFIG", str(config))

    return bind


@pytest.mark.parametrize(
    ("own", "chosen", "expected"),
    [
        (None, ["rastatt"], {"rastatt"}),
        (None, ["rastatt", "ettlingen"], {"rastatt", "ettlingen"}),
        ("rastatt", [], {"rastatt"}),
        ("rastatt", ["ettlingen", "rastatt"], {"rastatt"}),
    ],
)
def test_stations_are_chosen_within_the_sites_own(planner, bound_to, own, chosen, expected):
    """Several at once; each vehicle names its station."""
    if own:
        bound_to(own)
    filters = planner.host.mobility_filters("main").answers["carloop"]
    names = {each["id"]: each["name"] for each in filters["stations"]}
    assert names.keys() == ({own} if own else {"karlsruhe", "rastatt", "ettlingen"})
    offer = planner.search(filters={"vehicle_classes": [], "features": [], "stations": chosen})
    vehicles = [option["vehicle"] for option in offer["options"]]
    assert {each["station"] for each in vehicles} == expected
    assert {(each["station"], each["station_name"]) for each in vehicles} <= names.items()
    assert (offer["total"], offer["truncated"]) == (len(vehicles), False)
    few = planner.search(filters={"vehicle_classes": [], "features": [], "stations": chosen}, limit=1)
    assert (few["total"], few["truncated"], len(few["options"])) == (len(vehicles), True, 1)


def test_another_station_than_the_sites_own_has_nothing(planner, bound_to):
    """The sentence is about the filters, and the vehicles of its own are alternatives."""
    bound_to("rastatt")
    filters = {"vehicle_classes": [], "features": [], "stations": ["ettlingen"]}
    offer = planner.search(filters=filters)
    assert (offer["total"], offer["explanation"]["message"]) == (0, text("search.none_match", "de"))
    differing = {(each["vehicle"]["station"], *each["differs"]) for each in offer["options"]}
    assert differing == {("rastatt", "station")}


@pytest.mark.parametrize(("locale", "name"), [("de", "Automatik"), ("en", "Automatic")])
def test_filters_are_named_in_the_language_of_the_call(planner, locale, name):
    """Stations come with their opening hours."""
    filters = planner.host.mobility_filters("main", locale=locale).answers["carloop"]
    assert name in {each["name"] for each in filters["features"]}
    assert filters["stations"][0]["opening_hours"][0]["days"][0] == "mon"


def test_alternatives_are_of_the_sites_station_and_the_wanted_class_first(planner, rent_directly, bound_to):
    """What was searched for last has no influence."""
    bound_to("rastatt")
    planner.save()
    by_class = {}
    for option in planner.search()["options"]:
        by_class.setdefault(option["vehicle"]["vehicle_class"], []).append(option)
    # the class with the fewest others beside the wanted one, so that the list goes on with other classes
    wanted, (first, *rest) = min(
        ((name, options) for name, options in by_class.items() if len(options) > 1),
        key=lambda each: len(each[1]),
    )
    rent_directly(first["id"], planner.start(), planner.end())
    other_class = next(name for name in by_class if name != wanted)
    planner.search(filters={"vehicle_classes": [other_class], "features": []})
    refused = planner.do(planner.booking(option_id=first["id"]))
    vehicles = [option["vehicle"] for option in refused["alternatives"]]
    assert {vehicle["station"] for vehicle in vehicles} == {"rastatt"}
    nearest = [vehicle["id"] for vehicle in vehicles if vehicle["vehicle_class"] == wanted]
    assert {option["id"] for option in rest} >= set(nearest) == {v["id"] for v in vehicles[: len(nearest)]}
    assert 1 <= len(nearest) < len(vehicles)
