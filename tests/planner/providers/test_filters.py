"""Classes and features are asked for seldom, and never kept from an answer that lacks a provider."""

from planner_host.providers.filters import FRESH_SECONDS, FilterCache

from ..conftest import HOOKS, problem


def test_choices_are_named_by_the_provider(planner):
    """A feature that none of them knows is named by its id."""
    choices = planner.filters.choices("main", "de")
    assert choices.classes == {"kombi": "Kombi (de)"}
    assert choices.features == {"automatik": "Automatik", "navi": "Navigationssystem"}
    assert choices.names_of_features(["navi", "radio"]) == ["Navigationssystem", "radio"]


def test_choices_are_asked_for_when_they_are_old(planner, fake):
    """Not a second before; each language and site has its own, and new settings make all of them forgotten."""
    seconds = [5.0]
    cache = FilterCache(planner.host, clock=lambda: seconds[-1])
    for more, site, locale, asked in (
        (0, "main", "de", 1),
        (FRESH_SECONDS - 1, "main", "de", 1),
        (1, "main", "de", 2),
        (0, "main", "en", 3),
        (0, "main", "de", 3),
        (0, "other", "de", 4),
    ):
        seconds.append(seconds[-1] + more)
        assert cache.choices(site, locale).classes == {"kombi": f"Kombi ({locale})"}
        assert fake.asked.count("filters") == asked
    cache.forget()
    cache.choices("main", "de")
    assert fake.asked.count("filters") == 5


def test_a_failure_is_shown_and_not_kept(workshop, fake, other):
    """The other provider's choices stand; the one that failed is asked again by the next page."""
    failing = [problem("unreachable")]

    def provide_mobility_filters(site):
        if failing:
            raise failing.pop()
        classes = [{"id": "bus", "name": "Bus"}, {"id": "kombi", "name": "Estate"}]
        return {"provider": "other", "vehicle_classes": classes, "features": []}

    others = other.module(provide_mobility_filters=provide_mobility_filters)
    planner = workshop.planner(fake.module(*HOOKS), others)
    first, second = (planner.filters.choices("main", "de") for _ in range(2))
    assert list(first.classes) == ["kombi"]
    assert [failure.problem["code"] for failure in first.failures] == ["unreachable"]
    assert (list(second.classes), second.failures) == (["kombi", "bus"], ())
    assert planner.filters.choices("main", "de") is second
