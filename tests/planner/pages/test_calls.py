"""How often a page asks each provider: once for each hook that it needs."""

from collections import Counter

import pytest

from ..conftest import HOOKS
from .conftest import book, by_page_and_script, change_end, path_of, search_form, unsaved


@pytest.fixture
def planner(both, fake, other):
    """A planner with two providers, each with an option."""
    fake.options, other.options = [fake.option("V1")], [other.option("O1")]
    return both


@pytest.fixture
def asked(fake, other):
    """Return a function that counts what both were asked since it was called last."""

    def asked():
        calls = [Counter(each.asked) + Counter(change=len(each.changes)) for each in (fake, other)]
        for each in (fake, other):
            each.asked.clear()
            each.changes.clear()
        return calls

    return asked


def test_opening_step_4_asks_once(anna, saved, asked):
    """How the appointment stands; classes and features are remembered after the first time."""
    for expected in ({"saved": 1, "filters": 1}, {"saved": 1}):
        anna.get(path_of(saved))
        assert asked() == [expected, expected]


@by_page_and_script
def test_a_search_asks_once(anna, saved, asked, headers):
    """What is free; a whole page asks how the appointment stands as well, also where it was saved first."""
    fields = search_form(anna, saved)
    for more in ({}, unsaved(anna, saved, work="Bremsen")):
        asked()
        anna.post(f"{path_of(saved)}/offers", data=fields | more, headers=headers)
        is_part = bool(headers) and not more
        expected = {"options": 1} if is_part else {"options": 1, "saved": 1}
        assert asked() == [expected, expected]


def test_a_booking_asks_once(anna, saved, asked):
    """Each provider how the appointment stands, and one to book."""
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    asked()
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    assert asked() == [{"saved": 1, "change": 1}, {"saved": 1}]


def test_where_there_is_one_provider_a_booking_only_books(workshop, draft, serve, fake):
    """It says itself whether it has a rental already; so does a change of a rental that was booked here."""
    planner = workshop.planner(fake.module(*HOOKS))
    saved = planner.records.save(draft()).appointment
    anna = serve(planner).browser("anna")
    for act in (book, change_end):
        fake.changes.clear()
        before = len(fake.asked)
        assert act(anna, saved).status_code == 303
        # the form is on a page, which has asked how the appointment stands
        assert (fake.asked[before:].count("saved"), len(fake.changes)) == (1, 1)
