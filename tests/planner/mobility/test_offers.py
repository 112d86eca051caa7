"""One list of offers over all providers: its order, its words, and which pictures it may show."""

import pytest

from planner_host.mobility.offers import search, title_of

from ..conftest import HOOKS, PERIOD

REQUEST = {"site": "main", "period": PERIOD, "filters": {"vehicle_classes": [], "features": []}}


@pytest.fixture
def find(catalogues):
    """Return a function that searches in German."""

    def find(planner):
        choices = planner.filters.choices("main", "de")
        return search(REQUEST, planner, choices=choices, language=catalogues["de"])

    return find


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
    """Class, features and provider by their names; the key names provider and option."""
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1", "station": "Karlsruhe"}
    price = {"amount": "49.90", "currency": "EUR", "tax_included": True}
    fake.options = [fake.option("V:1", vehicle=vehicle, price=price)]
    (option,) = find(planner).options
    assert (option.key, option.title, option.plate) == ("fake:V:1", "VW Golf Variant", "KA-CL 1")
    assert (option.line, option.features) == ("Kombi (de) · Karlsruhe · Fake & Co.", "Navigationssystem")
    assert (option.price, option.silhouette, option.image) == ("49,90\xa0€", "estate", "")


def test_an_option_without_names_is_shown_by_its_ids(find, planner, fake):
    """A class that the filters do not have, and a taxi, which has no vehicle."""
    vehicle = fake.option()["vehicle"] | {"vehicle_class": "oldtimer", "features": ["radio"]}
    fake.options = [fake.option(vehicle=vehicle), fake.option("V2", kind="taxi", title="Taxigutschein")]
    del fake.options[1]["vehicle"]
    car, taxi = find(planner).options
    assert (car.line, car.features) == ("oldtimer · Fake & Co.", "radio")
    assert (taxi.title, taxi.line, taxi.silhouette) == ("Taxigutschein", "Taxi · Fake & Co.", "taxi")
    assert (taxi.features, taxi.price) == ("", "")


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
