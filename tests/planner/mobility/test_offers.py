"""One list of offers over all providers: its order, its words, and which pictures it may show."""

import pytest

from planner_host.mobility.offers import search, title_of

from ..conftest import HOOKS, PERIOD

REQUEST = {"site": "main", "period": PERIOD, "filters": {"vehicle_classes": [], "features": []}}
NORTH = {"id": "n", "name": "Nord", "opening_hours": [{"days": ["tue"], "opens": "07:00", "closes": "19:00"}]}
WEST = {"id": "w", "name": "Äußerer Westen"}
MIDDLE = {"id": "m", "name": "Mitte"}
EURO = {"currency": "EUR", "tax_included": True}


@pytest.fixture
def find(catalogues):
    """Return a function that searches in German."""

    def find(planner, *, features=(), **how):
        choices = planner.filters.choices("main", "de")
        request = REQUEST | {"filters": {"vehicle_classes": [], "features": list(features)}}
        return search(request, planner, choices=choices, language=catalogues["de"], **how)

    return find


def car(fake, option_id, *, station="", amount="", **fields):
    """Write an option with a station and a price."""
    vehicle = fake.option(option_id)["vehicle"] | ({"station": station} if station else {})
    price = {"price": EURO | {"amount": amount}} if amount else {}
    return fake.option(option_id, vehicle=vehicle, **price, **fields)


@pytest.fixture
def with_answer(workshop, fake, other):
    """Return a function that starts a planner whose other provider answers a search in its own way."""

    def with_answer(**fields):
        options = [other.option()] * min(1, fields["total"])
        answer = {"provider": "other", "as_of": PERIOD["start"], "options": options, "truncated": False}
        own = other.module(provide_mobility_options=lambda: answer | fields)
        return workshop.planner(fake.module(*HOOKS), own)

    return with_answer


def test_an_option_is_shown_in_words(find, planner, fake):
    """Class, station and features by their names, what was asked for apart; the key names provider and option."""
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1", "station": "n"}
    vehicle |= {"features": ["automatik", "navi", "radio"]}
    fake.options, fake.stations = [fake.option("V:1", vehicle=vehicle)], [NORTH]
    (option,) = find(planner, features=["navi"]).options
    assert (option.key, option.title, option.plate) == ("fake:V:1", "VW Golf Variant", "KA-CL 1")
    assert (option.line, option.asked) == ("Kombi (de) · Nord", ["Navigationssystem"])
    assert (option.features, option.silhouette, option.image) == ("Automatik, radio", "estate", "")
    fake.options[0]["vehicle"]["station_name"] = "Norden"
    assert find(planner).options[0].line == "Kombi (de) · Norden"


def test_an_option_without_names_is_shown_by_its_ids(find, both, fake):
    """A class and a station that the filters do not have, and a taxi, which has no vehicle and is called so."""
    vehicle = fake.option()["vehicle"] | {"vehicle_class": "oldtimer", "station": "s-7"}
    fake.options = [fake.option(vehicle=vehicle), fake.option("V2", kind="taxi", title="Taxi")]
    del fake.options[1]["vehicle"]
    offers = find(both)
    oldtimer, taxi = offers.options
    assert (oldtimer.line, offers.counts) == ("oldtimer · s-7 · Fake &amp; Co.", "offers.found_all")
    assert (taxi.title, taxi.line, taxi.silhouette) == ("Taxi", "Fake &amp; Co.", "taxi")
    assert (taxi.features, taxi.price, offers.taxes) == ("", "", ())


def test_a_price_is_also_that_of_a_day(find, planner, fake):
    """Each 24 hours begun are a day; a taxi is paid by the ride, and the price of one day is the day's."""
    later = {"start": PERIOD["start"], "end": "2026-11-27T08:01:00+01:00"}
    fake.options = [car(fake, "V1", amount="170.00", period=later), car(fake, "V2", amount="170.00")]
    fake.options += [fake.option("V3", kind="taxi", price=EURO | {"amount": "20"}, period=later)]
    offers = find(planner)
    assert [(each.price, each.a_day) for each in offers.options] == [
        ("170,00\xa0€", "56,67\xa0€ / Tag"),
        ("170,00\xa0€", ""),
        ("20,00\xa0€", ""),
    ]
    assert (offers.taxes, offers.days) == (("inkl. MwSt.",), 1)
    fake.options[2]["price"]["tax_included"] = False
    assert len(find(planner).taxes) == 2


@pytest.mark.parametrize(
    ("order", "own", "expected"),
    [
        ("best", "", "W M N2 N1 ? A2 A1"),
        ("best", "n", "N2 N1 W M ? A2 A1"),
        ("price", "n", "N1 M N2 W ? A1 A2"),
        ("station", "n", "N1 N2 W M ? A1 A2"),
        ("unheard-of", "x", "W M N2 N1 ? A2 A1"),
    ],
)
def test_a_list_is_sorted(find, planner, fake, order, own, expected):
    """The own station first, then the others by name; what matches before what is near, and what has no price last."""
    fake.stations = [NORTH, MIDDLE, WEST]
    fake.options = [
        car(fake, "N2", station="n", amount="50"),
        car(fake, "N1", station="n", amount="9.50"),
        car(fake, "?"),
        car(fake, "M", station="m", amount="40"),
        car(fake, "W", station="w", amount="60"),
        car(fake, "A2", station="n", amount="8", match="alternative"),
        car(fake, "A1", station="n", amount="7", match="alternative"),
    ]
    offers = find(planner, order=order, own=own)
    assert " ".join(each.key.removeprefix("fake:") for each in offers.options) == expected


def test_a_station_that_is_closed_is_said(find, planner, fake):
    """Of each option, or once where it is so of all; what has no opening hours is never closed."""
    fake.stations, fake.options = [NORTH, WEST], [car(fake, "N", station="n"), car(fake, "W", station="w")]
    offers = find(planner)
    assert [each.closed for each in offers.options] == [(), ("start", "end")]
    assert (offers.closed, [each.hours for each in offers.stations]) == (set(), ["", "Di 07:00–19:00"])
    fake.options.pop()
    assert find(planner).closed == {"start", "end"}


def test_exact_options_come_first(find, both, fake, other):
    """Over all providers; within each its own order is kept."""
    fake.options = [fake.option("F2"), fake.option("F1"), fake.option("F3", match="alternative")]
    other.options = [other.option("O1"), other.option("O2", match="alternative")]
    offers = find(both)
    assert [each.key for each in offers.options] == ["fake:F2", "fake:F1", "other:O1", "fake:F3", "other:O2"]
    assert (len(offers.exact), offers.total, len(offers.alternatives)) == (3, 3, 2)
    assert not offers.is_truncated


@pytest.mark.parametrize(("total", "explained"), [(0, {"other": "3 passen, alle vergeben."}), (900, {})])
def test_a_provider_without_options_explains_that(find, with_answer, total, explained):
    """In its own words. The total counts what a list that was cut does not show, too."""
    explanation = {"matching": 3, "busy": 3, "message": "3 passen, alle vergeben."}
    offers = find(with_answer(total=total, truncated=bool(total), explanation=explanation))
    assert (offers.total, len(offers.options), offers.is_truncated) == (total, min(1, total), bool(total))
    assert offers.explanations == explained


def test_what_was_found_lately_is_named_with_its_plate(find, planner, fake):
    """What is no car has its title, as it was found last; of the searches the oldest is forgotten."""
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1"}
    car, taxi = fake.option("V1", vehicle=vehicle), fake.option("V2", title="Taxi")
    del taxi["vehicle"]
    for fake.options in ([car, taxi], [taxi | {"title": "Taxi, 20 €"}]):
        find(planner)
    names = [title_of(f"fake:{each}", planner) for each in ("V1", "V2", "V3")]
    assert names == ["VW Golf Variant, KA-CL 1", "Taxi, 20 €", ""]
    for more, name in ((planner.found.maxlen - 2, names[0]), (1, "")):
        planner.found.extend([[]] * more)
        assert title_of("fake:V1", planner) == name


@pytest.mark.parametrize("url", [
    "https://cars.example:8443/golf.jpg?w=120", "http://cars.example/golf.jpg", "javascript:alert(1)",
    "//cars.example/golf.jpg", "https://*/golf.jpg", "https://a.example;sandbox/golf.jpg", "https://'self'/golf.jpg",
    "https://自動車.example/golf.jpg", "https://user@cars.example/golf.jpg", "data:image/svg+xml,x", "",
])  # fmt: skip
def test_a_picture_is_shown_from_where_the_contract_allows_it(find, planner, fake, url):
    """Else a silhouette stands in: a provider does not write the page's policy."""
    option = fake.option()
    fake.options = [option | {"vehicle": option["vehicle"] | {"image_url": url}}] * 2
    offers = find(planner)
    shown = [url] if url.startswith("https://cars.example:8443/") else []
    assert list(offers.images) == shown
    assert {(each.image, each.silhouette) for each in offers.options} == {("".join(shown), "estate")}
