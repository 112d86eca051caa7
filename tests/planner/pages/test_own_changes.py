"""A form changes only what its own appointment has, whatever it names, and the audit log has only what was done."""

import uuid

import pytest

from ..conftest import PERIOD, failing
from .conftest import about, path_of, proposal, search_form, words

NOT_OWN = {
    "de": "Dieser Verleihvorgang gehört nicht oder nicht mehr zu diesem Termin.",
    "en": "This rental does not belong to this appointment, or no longer does.",
}


@pytest.fixture
def planner(both):
    """A planner with two providers."""
    return both


@pytest.fixture
def foreign(planner, draft, fake, saved):
    """Another appointment, with the rental `R-A`; `saved` has `R-1`."""
    foreign = planner.records.save(draft()).appointment
    fake.book(foreign.id, id="R-A")
    fake.book(saved.id)
    return foreign


def cancel(browser, appointment, **fields):
    """Send a cancellation as it is written; return the answer."""
    return browser.post(f"{path_of(appointment)}/rental/cancellation", data=about(**fields))


@pytest.mark.parametrize("action", ["end", "cancellation"])
@pytest.mark.parametrize(
    "named",
    [{"rental_id": "R-A"}, {"rental_id": ""}, {"site": "elsewhere"}, {"provider": "other"}],
    ids=lambda named: " ".join(f"{name}={value}" for name, value in named.items()),
)
def test_a_rental_of_another_appointment_is_not_changed(site, saved, foreign, fake, other, action, named):
    """Whichever of its id, site and provider is another's; no provider is asked, and nothing noted."""
    for language, text in NOT_OWN.items():
        browser = site.browser("bert", **{"Accept-Language": language})
        answer = browser.post(f"{path_of(saved)}/rental/{action}", data=about(**named))
        assert text in words(answer)
    assert (fake.changes, other.changes, site.planner.audit.page(1)[0]) == ([], [], [])


def test_a_booking_of_another_appointment_is_neither_withdrawn_nor_hidden(anna, site, saved, foreign, fake):
    """Its outcome is still asked for there, and is seen on the page of its appointment alone."""
    fake.states, fake.outcomes = {}, ["unknown"]
    fields = search_form(anna, foreign) | {"option": "fake:V1"}
    anna.post(f"{path_of(foreign)}/rental", data=fields)
    withdrawal = about(book_change_id=fields["change_id"])
    assert NOT_OWN["de"] in words(anna.post(f"{path_of(saved)}/rental/withdrawal", data=withdrawal))
    assert {each["action"] for each in fake.changes} == {"book"}
    assert site.planner.audit.of(saved.id) == []

    fake.outcomes = ["done"]
    site.planner.changes.retry(foreign.id)
    assert site.planner.audit.unseen(foreign.id)
    fake.book(saved.id)
    assert cancel(anna, saved, seen=fields["change_id"]).status_code == 303
    assert site.planner.audit.unseen(foreign.id)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "cancel", "site": "main", "rental_id": "R-A"},
        {"action": "book", "site": "main", "appointment_id": "T-other", "option_id": "V1", "period": PERIOD},
    ],
    ids=lambda change: change["action"],
)
def test_a_proposal_about_another_appointment_is_not_followed(anna, saved, foreign, fake, change):
    """Whatever a provider proposes."""
    one = proposal(id="p", change=change | {"provider": "fake"})
    fake.states[saved.id] |= {"state": "attention", "proposals": [one]}
    sent = {"proposal": "p", "change_id": str(uuid.uuid4()), "sure": "yes"}
    assert NOT_OWN["de"] in words(anna.post(f"{path_of(saved)}/proposal", data=sent))
    assert fake.changes == []


def test_a_second_click_is_answered_as_the_first(anna, site, saved, fake):
    """Also where the rental was not booked here, and is not there any more; the audit log has one change."""
    fake.book(saved.id)
    sent = about()
    for _ in range(2):
        assert cancel(anna, saved, **sent).status_code == 303
        fake.states = {}
    entries = [(entry.action, entry.subject) for entry in site.planner.audit.page(1)[0]]
    assert entries == [("cancel", saved.id)]


def test_where_the_provider_does_not_answer_nothing_is_asked(workshop, draft, serve, fake):
    """Nobody can tell whose the rental is; the page says so."""
    fail = failing("storage_failed", title="Gerade nicht.")
    planner = workshop.planner(
        fake.module("on_rental_change", on_appointment_saved=fail, provide_mobility_states=fail)
    )
    saved = planner.records.save(draft()).appointment
    answer = cancel(serve(planner).browser("anna"), saved)
    assert ("Gerade nicht." in words(answer), fake.changes) == (True, [])


@pytest.mark.parametrize(
    "path", ["rental", "rental/end", "rental/cancellation", "rental/withdrawal", "proposal"]
)
def test_a_change_id_that_is_none_is_refused(anna, site, saved, fake, path):
    """Nothing of it is kept."""
    fake.book(saved.id)
    fake.states[saved.id] |= {"state": "attention", "proposals": [proposal(id="p")]}
    sent = search_form(anna, saved) | about(change_id="x" * 100_000, proposal="p", option="fake:V1")
    assert anna.post(f"{path_of(saved)}/{path}", data=sent).status_code == 400
    assert (fake.changes, site.planner.audit.page(1)[0]) == ([], [])
