"""A rental that was booked here and that its provider has no more: the week and step 4 say so until it is noted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planner_host.appointments.appointment import Status
from planner_host.mobility.states import states_of
from planner_host.mobility.step import look_up

from ..conftest import HOOKS, Fake, failing, hidden
from .conftest import book, cancel, path_of, state_of, words

GONE = "Der Mietwagen ist nicht mehr gebucht"
WHY = "Der hier gespeicherte Verleihvorgang besteht bei Fake & Co. nicht mehr."
NOTED = "Zur Kenntnis genommen"


@pytest.fixture
def booked(anna, saved):
    """A rental that was booked here."""
    assert book(anna, saved).status_code == 303


@pytest.fixture
def gone(booked, saved, fake):
    """A rental that was booked here, and that the provider has no more."""
    del fake.states[saved.id]


def shown(browser, site, appointment):
    """Return the week's word, and whether step 4 says that the rental is gone."""
    return state_of(site, appointment), GONE in words(browser.get(path_of(appointment)))


def note(browser, appointment):
    """Press the button that says that it has been seen."""
    path = f"{path_of(appointment)}/rental/gone"
    return browser.post(path, data=hidden(browser.get(path_of(appointment)).text, path))


def test_a_rental_that_is_gone_needs_attention_until_it_is_noted(anna, site, saved, fake, booked):
    """Looking at it is not enough. A new one can be searched meanwhile. One that was booked elsewhere is not missed."""
    assert shown(anna, site, saved) == ("reserved", False)
    del fake.states[saved.id]
    for _ in range(2):
        page = words(anna.get(path_of(saved)))
        assert f"{GONE} {WHY} {NOTED}" in page
        assert "Verfügbare Mietwagen suchen" in page
        assert state_of(site, saved) == "attention"
    answer = note(anna, saved)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path_of(saved)}#step-4")
    assert shown(anna, site, saved) == ("none", False)
    fake.book(saved.id)
    assert state_of(site, saved) == "reserved"
    del fake.states[saved.id]
    assert shown(anna, site, saved) == ("none", False)


def test_a_provider_may_say_why(anna, saved, fake, gone):
    """Its warning replaces our words, once; an error stands on its own."""
    notices = [
        {"code": "no_key", "severity": "error", "message": "Der Schlüssel fehlt."},
        {"code": "rental_gone", "severity": "warning", "message": "Am Schalter storniert."},
    ]
    fake.states[saved.id] = {"notices": notices, "rental": fake.rental(saved.id, status="cancelled")}
    page = words(anna.get(path_of(saved)))
    assert f"{GONE} Am Schalter storniert. {NOTED}" in page
    assert ([page.count(each["message"]) for each in notices], WHY in page) == ([1, 1], False)
    note(anna, saved)
    page = words(anna.get(path_of(saved)))
    assert ("Am Schalter storniert." in page, GONE in page) == (True, False)


def test_a_visit_that_is_over_or_cancelled_misses_no_rental(anna, site, saved, workshop, gone):
    """Providers need not know old rentals, and no car is needed where the customer does not come."""
    for minutes, expected in ((-1, ("attention", True)), (0, ("none", False))):
        workshop.clock.now = saved.visit.end + timedelta(minutes=minutes)
        assert shown(anna, site, saved) == expected
    workshop.clock.now = saved.visit.start
    assert shown(anna, site, saved) == ("attention", True)
    site.planner.records.save(replace(saved, visit=replace(saved.visit, status=Status.CANCELLED)))
    assert shown(anna, site, saved) == ("none", False)


def test_while_a_change_is_unknown_nothing_is_missed(anna, site, saved, fake, booked):
    """Once the outcome of the cancellation is known, it is known who cancelled."""
    fake.outcomes = ["unknown"]
    cancel(anna, saved)
    del fake.states[saved.id]
    assert shown(anna, site, saved) == ("unknown", False)
    fake.outcomes = [{"status": "done"}]
    site.planner.changes.retry(saved.id)
    anna.get(path_of(saved))
    assert shown(anna, site, saved) == ("none", False)


def test_a_provider_that_does_not_answer_has_lost_nothing(workshop, saved):
    """It does not say that there is no rental."""
    states = failing("storage_failed")
    planner = workshop.planner(Fake("quiet").module(*HOOKS[2:], provide_mobility_states=states))
    planner.records.store_renter(saved.id, saved.visit.customer, provider="quiet", rental_id="R-1")
    states = states_of([saved.id], planner, locale="de")
    assert (states.words[saved.id], look_up(saved, planner, locale="de").gone) == ("silent", ())
