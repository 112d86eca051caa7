"""A second rental, at another provider, needs a tick; so does one where a provider does not answer."""

import pytest

from ..conftest import HOOKS, Elements, failing
from .conftest import SCRIPT, book, by_page_and_script, path_of, search, search_form, words

SILENT = {
    "de": "Keine Auskunft, ob zu diesem Termin schon ein Verleihvorgang besteht: Other.",
    "en": "No answer whether there is already a rental for this appointment: Other.",
}


@pytest.fixture
def planner(both, fake, other):
    """A planner with two providers, each with an option."""
    fake.options, other.options = [fake.option("V1")], [other.option("O1")]
    return both


@pytest.fixture
def silenced(workshop, fake, other, draft, serve):
    """Return a function that serves a planner in which some hooks of the other provider fail."""

    fake.options = [fake.option("V1")]

    def silenced(hooks):
        working = [name for name in HOOKS if name not in hooks]
        silent = other.module(*working, **{name: failing() for name in hooks})
        planner = workshop.planner(fake.module(*HOOKS), silent)
        return serve(planner), planner.records.save(draft()).appointment

    return silenced


def test_a_second_rental_needs_a_tick(anna, saved, fake, other):
    """The list has the box; without it no provider is asked."""
    fake.book(saved.id)
    found = search(anna, saved)
    assert len(Elements(found.text).all("input", name="second")) == 1
    book(anna, saved, option="other:O1")
    assert other.changes == []
    assert book(anna, saved, option="other:O1", second="yes").status_code == 303
    assert [each["option_id"] for each in other.changes] == ["O1"]


def test_a_booking_that_is_unknown_at_another_provider_needs_a_tick(anna, saved, fake, other):
    """It may have arrived."""
    other.outcomes = ["unknown"]
    book(anna, saved, option="other:O1")
    asked = book(anna, saved)
    assert "oder das wird dort gerade geklärt" in words(asked)
    assert (fake.changes, len(Elements(asked.text).all("input", name="second"))) == ([], 1)
    assert book(anna, saved, second="yes").status_code == 303


@pytest.mark.parametrize("language", ["de", "en"])
@by_page_and_script
def test_a_provider_that_is_silent_needs_a_tick_of_its_own(silenced, fake, language, headers):
    """It may have a rental for the appointment; the tick for another provider does not do."""
    site, saved = silenced(["on_appointment_saved", "provide_mobility_states"])
    anna = site.browser("anna", **{"Accept-Language": language})
    for more in ({}, {"second": "yes"}, {"silent": "fake"}):
        asked = book(anna, saved, headers, **more)
        assert SILENT[language] in words(asked)
        (tick,) = Elements(asked.text).all("input", name="silent")
        assert (tick["value"], "checked" in tick) == ("other", False)
    assert fake.changes == []
    assert book(anna, saved, silent="other").status_code == 303
    assert [each["option_id"] for each in fake.changes] == ["V1"]


def test_a_provider_that_was_taken_out_with_a_rental_needs_a_tick(workshop, draft, serve, fake):
    """Nobody can say what became of the rental that was booked there."""
    planner = workshop.planner(fake.module(*HOOKS))
    saved = planner.records.save(draft()).appointment
    planner.records.store_renter(saved.id, saved.visit.customer, provider="other", rental_id="R-9")
    answer = book(serve(planner).browser("anna"), saved)
    assert ("Der Anbieter ist nicht geladen" in words(answer), fake.changes) == (True, [])


def test_every_page_says_that_a_provider_does_not_answer(silenced, fake):
    """The week, the search for an appointment, the appointment, the search for a car and the printed sheet."""
    site, saved = silenced(HOOKS[:4])
    fake.book(saved.id)
    anna, path, week = site.browser("anna"), path_of(saved), f"/calendar?day={saved.visit.start.date()}"
    shown = [anna.get(each) for each in (week, path, f"{path}/print")]
    fake.states = {}
    form = search_form(anna, saved)
    shown += [anna.post(each, data=form) for each in (f"{path}/offers", f"{path}/rental")]
    shown += [anna.post("/appointments", data={"words": "som"})]
    shown += [anna.post(f"{path}/offers", data=form, headers=SCRIPT)]
    fails = "Other antwortet gerade nicht oder fehlerhaft"
    assert [fails in words(each) for each in shown] == [True] * len(shown)
    calendar = words(anna.get(week))
    assert ("keine Auskunft" in calendar, "ohne Ersatzwagen" in calendar) == (True, False)
