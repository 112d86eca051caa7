"""Classes and features are asked for seldom, and never remembered from an answer that lacks a provider."""

import pytest

from planner_host.filters import FRESH_SECONDS, Choice, FilterCache

from .conftest import HOOKS, Fake, problem


class Seconds:
    """Seconds that pass when told."""

    def __init__(self):
        self.now = 5.0

    def __call__(self):
        """Give the time."""
        return self.now


@pytest.fixture
def seconds():
    """A clock."""
    return Seconds()


def test_classes_and_features(desk, fake):
    """As the provider names them, with the heading of a group."""
    choices = FilterCache(desk.host).choices("main", "de")
    assert choices.classes == (Choice("kombi", "Kombi (de)"),)
    assert choices.features == (
        Choice("automatik", "Automatik", "Antrieb"),
        Choice("navi", "Navigationssystem"),
    )
    assert (choices.class_names["kombi"], choices.feature_names["automatik"]) == ("Kombi (de)", "Automatik")


def test_what_is_fresh_is_not_asked_again(desk, fake, seconds):
    """Neither for the next page nor for the one just before it is old."""
    cache = FilterCache(desk.host, clock=seconds)
    first = cache.choices("main", "de")
    seconds.now += FRESH_SECONDS - 1
    assert (first, 1) == (cache.choices("main", "de"), fake.asked.count("filters"))
    seconds.now += 1
    assert (first, 2) == (cache.choices("main", "de"), fake.asked.count("filters"))


def test_each_language_and_site_has_its_own(desk, fake):
    """A class has a name in each language."""
    cache = FilterCache(desk.host)
    names = [cache.choices("main", locale).classes[0].name for locale in ("de", "en", "de")]
    cache.choices("other", "de")
    assert (names, fake.asked.count("filters")) == (["Kombi (de)", "Kombi (en)", "Kombi (de)"], 3)


def test_new_settings_make_it_ask_anew(desk, fake):
    """Another Carloop has other classes."""
    cache = FilterCache(desk.host)
    for _ in range(2):
        cache.choices("main", "de")
        cache.forget()
    assert fake.asked.count("filters") == 2


def test_a_failure_is_shown_and_not_remembered(workshop, fake):
    """The other's choices stand; the one who failed is asked again by the next page."""
    failing = [problem("unreachable")]
    other = Fake("other")

    def provide_mobility_filters(site):
        if failing:
            raise failing.pop()
        return {
            "provider": "other",
            "vehicle_classes": [{"id": "bus", "name": "Bus"}, {"id": "kombi", "name": "Estate"}],
            "features": [],
        }

    planner = workshop.planner(
        fake.module(*HOOKS), other.module(provide_mobility_filters=provide_mobility_filters)
    )
    first, second = (planner.filters.choices("main", "de") for _ in range(2))
    assert (
        [each.id for each in first.classes],
        [failure.problem["code"] for failure in first.failures],
    ) == (["kombi"], ["unreachable"])
    assert ([each.id for each in second.classes], second.failures) == (["kombi", "bus"], ())
    assert second is planner.filters.choices("main", "de")


def test_a_provider_without_filters_is_no_failure(workshop, fake):
    """A taxi has no classes."""
    planner = workshop.planner(fake.module("on_rental_change"))
    choices = planner.filters.choices("main", "de")
    assert (choices.classes, choices.features, choices.failures) == ((), (), ())
