"""One list over all providers: what fits first, what it is called, and what may be shown of it."""

import pytest

from planner_host.offers import search, shown

from .conftest import HOOKS, PERIOD, Fake, problem

REQUEST = {"site": "main", "period": PERIOD, "filters": {"vehicle_classes": [], "features": []}}


@pytest.fixture
def find(catalogues):
    """Give what searches in German."""

    def find(planner):
        choices = planner.filters.choices("main", "de")
        return search(REQUEST, planner, choices=choices, language=catalogues["de"])

    return find


def pictured(fake, url):
    """Write an option with a picture."""
    option = fake.option()
    return option | {"vehicle": option["vehicle"] | {"image_url": url}}


def test_an_option_is_shown_in_words(find, desk, fake):
    """Class and features by their names, the provider by its own; the key names provider and option."""
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1", "station": "Karlsruhe"}
    price = {"amount": "49.90", "currency": "EUR", "tax_included": True}
    fake.options = [fake.option("V:1", vehicle=vehicle, price=price)]
    (option,) = find(desk).options
    assert (
        option.key,
        option.title,
        option.plate,
        option.features,
        option.price,
        option.silhouette,
        option.image,
    ) == ("fake:V:1", "VW Golf Variant", "KA-CL 1", "Navigationssystem", "49,90\xa0€", "estate", "")
    assert option.line == "Kombi (de) · Karlsruhe · Fake & Co."


def test_what_has_no_name_is_shown_by_its_id(find, desk, fake):
    """A provider may offer a class that its filters do not have."""
    vehicle = fake.option()["vehicle"] | {"vehicle_class": "oldtimer", "features": ["radio"]}
    fake.options = [fake.option(vehicle=vehicle)]
    (option,) = find(desk).options
    assert (option.line, option.features) == ("oldtimer · Fake & Co.", "radio")


def test_what_is_no_car_is_shown_by_its_kind(find, desk, fake):
    """A taxi has a title and a silhouette."""
    option = fake.option(kind="taxi", title="Taxigutschein")
    del option["vehicle"]
    fake.options = [option]
    (taxi,) = find(desk).options
    assert (
        taxi.title,
        taxi.line,
        taxi.features,
        taxi.price,
        taxi.silhouette,
    ) == ("Taxigutschein", "Taxi · Fake & Co.", "", "", "taxi")


def test_what_fits_comes_first(find, workshop, fake):
    """Over all providers; within each its own order is kept."""
    other = Fake("other")
    fake.options = [
        fake.option("F1"),
        fake.option("F2"),
        fake.option("F3", match="alternative", differs=["period"]),
    ]
    other.options = [other.option("O1"), other.option("O2", match="alternative")]
    offers = find(workshop.planner(other.module(*HOOKS), fake.module(*HOOKS)))
    assert [each.key for each in offers.options] == ["fake:F1", "fake:F2", "other:O1", "fake:F3", "other:O2"]
    assert (
        len(offers.exact),
        offers.total,
        len(offers.alternatives),
        offers.is_truncated,
    ) == (3, 3, 2, False)


def test_a_list_that_was_cut_says_so(find, workshop, fake):
    """The total counts what is not shown too; one provider's cut is the list's."""
    fake.options = [fake.option()]
    other = Fake("other")
    answer = {
        "provider": "other",
        "as_of": PERIOD["start"],
        "options": [other.option()],
        "total": 900,
        "truncated": True,
    }
    planner = workshop.planner(fake.module(*HOOKS), other.module(provide_mobility_options=lambda: answer))
    offers = find(planner)
    assert (offers.total, len(offers.options), offers.is_truncated) == (901, 2, True)


@pytest.mark.parametrize(("total", "explained"), [(0, [("Other", "3 passen, alle vergeben.")]), (1, [])])
def test_an_empty_list_is_explained(find, workshop, fake, total, explained):
    """By who has nothing, in its own words."""
    other = Fake("other", "Other")
    answer = {
        "provider": "other",
        "as_of": PERIOD["start"],
        "options": [other.option()] * total,
        "total": total,
        "truncated": False,
        "explanation": {"matching": 3, "busy": 3 - total, "message": "3 passen, alle vergeben."},
    }
    planner = workshop.planner(fake.module(*HOOKS), other.module(provide_mobility_options=lambda: answer))
    assert [(each.name, each.message) for each in find(planner).explanations] == explained


def test_one_that_fails_is_named_and_the_others_stand(find, workshop, fake):
    """With its reason."""
    fake.options = [fake.option()]
    broken = Fake("other", "Other").module(
        provide_mobility_options=lambda: (_ for _ in ()).throw(problem("rate_limited"))
    )
    offers = find(workshop.planner(fake.module(*HOOKS), broken))
    assert (
        [each.key for each in offers.options],
        [(failure.name, failure.problem["code"]) for failure in offers.failures],
    ) == (["fake:V1"], [("Other", "rate_limited")])


def test_a_picture_is_shown_from_where_the_contract_lets_it_come(find, desk, fake):
    """Once, however many options show it."""
    url = "https://cars.example:8443/golf.jpg?w=120"
    fake.options = [pictured(fake, url)] * 2
    offers = find(desk)
    assert ((url,), {url}) == (offers.images, {option.image for option in offers.options})


@pytest.mark.parametrize(
    "url",
    [
        "http://cars.example/golf.jpg",
        "javascript:alert(1)",
        "//cars.example/golf.jpg",
        "https://*/golf.jpg",
        "https://a.example;sandbox/golf.jpg",
        "https://a.example,b/golf.jpg",
        "https://'self'/golf.jpg",
        "https://自動車.example/golf.jpg",
        "https://user@cars.example/golf.jpg",
        "https://cars.example:port/golf.jpg",
        "data:image/svg+xml,x",
        "",
    ],
)
def test_any_other_picture_is_left_out(find, desk, fake, url):
    """A silhouette stands in; the page's policy is not written by a provider."""
    fake.options = [pictured(fake, url)]
    offers = find(desk)
    assert (
        offers.images,
        [(each.image, each.silhouette) for each in offers.options],
    ) == ((), [("", "estate")])


def test_alternatives_of_a_refusal_are_shown_alike(catalogues, desk, fake):
    """A provider may name what could be had instead."""
    choices = desk.filters.choices("main", "de")
    options = shown([fake.option(match="alternative")], desk, choices=choices, language=catalogues["de"])
    assert [(each.key, each.is_exact) for each in options] == [("fake:V1", False)]
