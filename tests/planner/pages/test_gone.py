"""A rental that was booked here and is gone at its provider: the week and step 4 say so until somebody has seen it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planner_host.appointments import Status
from planner_host.states import states_of
from planner_host.step import look_up

from ..conftest import HOOKS, Fake, hidden, problem, served
from .conftest import path_of, search_form, words

GONE = "Der Mietwagen ist nicht mehr gebucht"
WHY = "Was hier gespeichert wurde, besteht bei Fake & Co. nicht mehr."
NOTED = "Zur Kenntnis genommen"


@pytest.fixture
def booked(anna, saved):
    """A rental that was booked here."""
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303


@pytest.fixture
def gone(booked, saved, fake):
    """A rental that was booked here, and that the provider has no more."""
    del fake.states[saved.id]


def state_of(site, appointment):
    """Give the week's word."""
    return states_of([appointment.id], site.planner, locale="de")[0][appointment.id]


def seen_by(browser, site, appointment):
    """Give the week's word, and whether step 4 says that the rental is gone."""
    return state_of(site, appointment), GONE in words(browser.get(path_of(appointment)))


def noted(browser, appointment):
    """Press the button that says that it has been seen."""
    path = f"{path_of(appointment)}/rental/gone"
    return browser.post(path, data=hidden(browser.get(path_of(appointment)).text, path))


def test_a_rental_that_is_there_is_not_gone(anna, site, saved, booked):
    """Nothing is said."""
    assert seen_by(anna, site, saved) == ("reserved", False)


def test_a_rental_that_is_gone_asks_for_attention_until_it_is_noted(anna, site, saved, gone):
    """Looking at it is not enough: somebody says so. A new one can be searched all the while."""
    for _ in range(2):
        page = words(anna.get(path_of(saved)))
        assert f"{GONE} {WHY} {NOTED}" in page
        assert "Verfügbare Mietwagen suchen" in page
        assert state_of(site, saved) == "attention"
    answer = noted(anna, saved)
    assert (303, f"{path_of(saved)}#step-4") == (answer.status_code, answer.headers["location"])
    assert seen_by(anna, site, saved) == ("none", False)


def test_a_provider_may_say_why(anna, saved, fake, gone):
    """Its own words stand in place of ours, once; what is wrong besides stands on its own."""
    notices = [
        {"code": "no_key", "severity": "error", "message": "Der Schlüssel fehlt."},
        {"code": "cancelled_at_desk", "severity": "warning", "message": "Am Schalter storniert."},
    ]
    fake.states[saved.id] = {"notices": notices, "rental": fake.rental(saved.id, status="cancelled")}
    page = words(anna.get(path_of(saved)))
    assert f"{GONE} Am Schalter storniert. {NOTED}" in page
    once = [page.count(each["message"]) for each in notices]
    assert (once, WHY in page) == ([1, 1], False)
    noted(anna, saved)
    page = words(anna.get(path_of(saved)))
    assert ("Am Schalter storniert." in page, GONE in page) == (True, False)


def test_what_was_cancelled_here_is_not_gone(anna, site, saved, fake, booked):
    """Whoever cancels knows."""
    path = f"{path_of(saved)}/rental/cancellation"
    fields = hidden(anna.get(f"{path_of(saved)}?ask=cancel").text, path)
    fake.outcomes = [{"status": "done"}]
    assert anna.post(path, data=fields).status_code == 303
    del fake.states[saved.id]
    assert seen_by(anna, site, saved) == ("none", False)


def test_what_was_booked_elsewhere_is_not_gone(anna, site, saved, fake):
    """The planner knows nothing of it."""
    fake.book(saved.id)
    assert state_of(site, saved) == "reserved"
    del fake.states[saved.id]
    assert seen_by(anna, site, saved) == ("none", False)


def test_where_no_car_is_needed_none_is_missed(anna, site, saved, gone):
    """The appointment is called off."""
    visit = replace(saved.visit, status=Status.CANCELLED)
    site.planner.records.save(replace(saved, visit=visit))
    assert seen_by(anna, site, saved) == ("none", False)


@pytest.mark.parametrize(("minutes", "seen"), [(-1, ("attention", True)), (0, ("none", False))])
def test_once_the_visit_is_over_none_is_missed(anna, site, saved, workshop, gone, minutes, seen):
    """Providers need not know old rentals."""
    workshop.clock.now = saved.visit.end + timedelta(minutes=minutes)
    assert seen_by(anna, site, saved) == seen


def test_another_rental_takes_its_place(anna, site, saved, fake, gone):
    """Whoever has booked anew, and cancels that, is not told of the first once more."""
    fields = search_form(anna, saved) | {"option": "fake:V2"}
    anna.post(f"{path_of(saved)}/rental", data=fields)
    fake.book(saved.id, id="R-2")
    assert seen_by(anna, site, saved) == ("reserved", False)
    path = f"{path_of(saved)}/rental/cancellation"
    anna.post(path, data=hidden(anna.get(f"{path_of(saved)}?ask=cancel").text, path))
    del fake.states[saved.id]
    assert seen_by(anna, site, saved) == ("none", False)


def test_while_a_change_is_open_nothing_is_missed(anna, site, saved, fake, booked):
    """What became of the cancellation is being found out; then it is known who cancelled."""
    path = f"{path_of(saved)}/rental/cancellation"
    fields = hidden(anna.get(f"{path_of(saved)}?ask=cancel").text, path)
    fake.outcomes = ["unknown"]
    anna.post(path, data=fields)
    del fake.states[saved.id]
    assert seen_by(anna, site, saved) == ("unknown", False)
    fake.outcomes = [{"status": "done"}]
    site.planner.changes.ask_again(saved.id)
    anna.get(path_of(saved))
    assert seen_by(anna, site, saved) == ("none", False)


@pytest.mark.parametrize(
    "states",
    [
        {"provide_mobility_states": lambda: (_ for _ in ()).throw(problem("storage_failed"))},
        {},
    ],
    ids=["does not answer", "cannot tell"],
)
def test_who_says_nothing_has_lost_nothing(workshop, saved, states):
    """A provider that fails, or that knows no states, does not say that there is none."""
    quiet = Fake("quiet")
    planner = workshop.planner(quiet.module(*HOOKS[2:], **states))
    planner.records.note_renter(saved.id, saved.visit.customer, provider="quiet", rental_id="R-1")
    found, _ = states_of([saved.id], planner, locale="de")
    word = "silent" if states else "none"
    assert (word, ()) == (found[saved.id], look_up(saved, planner, locale="de").gone)


def test_noting_late_does_not_forget_who_rents(anna, site, saved, fake, booked):
    """Another page has it still, and somebody has booked anew."""
    anna.post(f"{path_of(saved)}/rental/gone", data={"provider": "fake"})
    assert "Mieter Änne Sommer" in words(anna.get(path_of(saved)))


def test_of_two_providers_one_is_noted(workshop, draft, fake, tmp_path):
    """The other's stays."""
    other = Fake("other", "Andere")
    planner = workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))
    saved = planner.records.save(draft()).appointment
    for each in ("fake", "other"):
        planner.records.note_renter(saved.id, saved.visit.customer, provider=each, rental_id="R-1")
    with served(planner, tmp_path) as site:
        anna = site.browser("anna")
        anna.post(f"{path_of(saved)}/rental/gone", data={"provider": "fake"})
        page = words(anna.get(path_of(saved)))
        assert (WHY in page, WHY.replace("Fake & Co.", "Andere") in page) == (False, True)
        assert state_of(site, saved) == "attention"
