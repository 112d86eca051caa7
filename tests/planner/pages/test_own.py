"""A form of one appointment changes nothing of another's, and the audit log says nothing that is not so."""

import uuid

import pytest

from planner_host.audit import LONGEST, Deed

from ..conftest import HOOKS, PERIOD, Fake, problem
from .conftest import path_of, search_form, words

NOT_OWN = {
    "de": "Dieser Verleihvorgang gehört nicht oder nicht mehr zu diesem Termin.",
    "en": "This rental does not or no longer belong to this appointment.",
}


@pytest.fixture
def other():
    """Another provider."""
    return Fake("other", "Other")


@pytest.fixture
def desk(workshop, fake, other):
    """A planner with two providers."""
    return workshop.planner(fake.module(*HOOKS), other.module(*HOOKS))


@pytest.fixture
def foreign(desk, draft, fake, saved):
    """Another appointment, with a rental; the first has one too."""
    foreign = desk.records.save(draft()).appointment
    fake.book(foreign.id, id="R-A")
    fake.book(saved.id, id="R-B")
    return foreign


def about(**fields):
    """Write what a form names."""
    named = {"change_id": str(uuid.uuid4()), "provider": "fake", "site": "main", "rental_id": "R-A"}
    return named | {"revision": "3", "end_date": "26.11.2026", "end_time": "9"} | fields


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("action", ["end", "cancellation"])
@pytest.mark.parametrize(
    "named",
    [{}, {"rental_id": "R-B", "site": "elsewhere"}, {"rental_id": "R-B", "provider": "other"},
     {"provider": "nobody"}, {"rental_id": ""}, {"rental_id": "R-A", "site": ""}],
)  # fmt: skip
def test_what_is_anothers_is_not_changed(site, saved, foreign, fake, other, language, action, named):
    """By its id, by a site or a provider that is not the own one; nothing is asked, and nothing noted."""
    browser = site.browser("bert", **{"Accept-Language": language})
    answer = browser.post(f"{path_of(saved)}/rental/{action}", data=about(**named))
    assert NOT_OWN[language] in words(answer)
    assert (fake.changes, other.changes, site.planner.audit.page(1)[0]) == ([], [], [])


def test_what_is_own_is_changed(anna, site, saved, foreign, fake):
    """And the audit log has it under the appointment and the rental that it was."""
    for action in ("end", "cancellation"):
        answer = anna.post(f"{path_of(saved)}/rental/{action}", data=about(rental_id="R-B"))
        assert answer.status_code == 303
    assert [each["rental_id"] for each in fake.changes] == ["R-B", "R-B"]
    assert [("change_end", saved.id), ("cancel", saved.id)] == [
        (deed.action, deed.subject) for deed in site.planner.audit.of(saved.id)
    ]
    assert site.planner.audit.of(foreign.id) == []


def test_a_booking_of_another_appointment_is_not_given_up(anna, site, saved, foreign, fake):
    """It is being found out there, and goes on being."""
    fake.states, fake.outcomes = {}, ["unknown"]
    fields = search_form(anna, foreign) | {"option": "fake:V1"}
    anna.post(f"{path_of(foreign)}/rental", data=fields)
    giving_up = {"change_id": str(uuid.uuid4()), "provider": "fake", "book_change_id": fields["change_id"]}
    assert NOT_OWN["de"] in words(anna.post(f"{path_of(saved)}/rental/giving-up", data=giving_up))
    assert {each["action"] for each in fake.changes} == {"book"}
    assert site.planner.audit.of(saved.id) == []


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "fake", "action": "cancel", "site": "main", "rental_id": "R-A"},
        {"provider": "fake", "action": "change_end", "rental_id": "R-A", "end": PERIOD["end"]},
        {"provider": "fake", "action": "book", "site": "main", "appointment_id": "T-other", "option_id": "V1",
         "period": PERIOD},
    ],
)  # fmt: skip
def test_a_proposal_about_another_appointment_is_not_followed(anna, saved, foreign, fake, other, change):
    """Whatever a provider proposes."""
    one = {"id": "p", "reason": "appointment_moved", "message": "Weg damit", "change": change}
    fake.states[saved.id] |= {"state": "attention", "proposals": [one]}
    sent = {"proposal": "p", "change_id": str(uuid.uuid4()), "sure": "yes"}
    assert NOT_OWN["de"] in words(anna.post(f"{path_of(saved)}/proposal", data=sent))
    assert (fake.changes, other.changes) == ([], [])


def test_a_form_of_another_appointment_hides_nothing_that_was_found_out(anna, site, saved, foreign, fake):
    """What became of a change is seen on the page of its appointment alone."""
    fake.states, fake.outcomes = {}, ["unknown", "unknown", "done"]
    fields = search_form(anna, foreign) | {"option": "fake:V1"}
    anna.post(f"{path_of(foreign)}/rental", data=fields)
    site.planner.changes.ask_again(foreign.id)
    site.planner.changes.ask_again(foreign.id)
    assert site.planner.changes.unseen.of(foreign.id)
    fake.book(saved.id, id="R-B")
    anna.post(f"{path_of(saved)}/rental/cancellation", data=about(rental_id="R-B", seen=fields["change_id"]))
    assert site.planner.changes.unseen.of(foreign.id)


def test_a_rental_that_is_gone_is_asked_for_all_the_same(anna, saved, fake):
    """It was booked here: what became of it, its provider says; a second click has the first one's answer."""
    assert (
        anna.post(
            f"{path_of(saved)}/rental", data=search_form(anna, saved) | {"option": "fake:V1"}
        ).status_code
        == 303
    )
    fake.states = {}
    fake.outcomes = ["rental_not_found", "done"]
    sent = about(rental_id="R-1")
    answer = anna.post(f"{path_of(saved)}/rental/cancellation", data=sent)
    assert problem("rental_not_found").problem["title"] in words(answer)
    for _ in range(2):
        assert anna.post(f"{path_of(saved)}/rental/cancellation", data=sent).status_code == 303


def test_what_was_cancelled_by_a_first_click_is_done_by_the_second(anna, saved, fake):
    """Also where the rental was not booked here, and is not there any more."""
    fake.book(saved.id)
    sent = about(rental_id="R-1")
    for _ in range(2):
        assert anna.post(f"{path_of(saved)}/rental/cancellation", data=sent).status_code == 303
        fake.states = {}


def test_where_the_provider_does_not_answer_that_is_said(workshop, draft, site_of, fake):
    """Nobody can tell whose the rental is; nothing is asked."""

    def fail():
        raise problem("storage_failed", title="Gerade nicht.")

    planner = workshop.planner(
        fake.module("on_rental_change", on_appointment_saved=fail, provide_mobility_states=fail)
    )
    saved = planner.records.save(draft()).appointment
    answer = site_of(planner).browser("anna").post(f"{path_of(saved)}/rental/cancellation", data=about())
    assert ("Gerade nicht." in words(answer), []) == (True, fake.changes)


@pytest.mark.parametrize(
    "path", ["rental", "rental/end", "rental/cancellation", "rental/giving-up", "proposal"]
)
def test_a_change_id_that_is_none_is_refused(anna, site, saved, foreign, fake, path):
    """Nothing of any length is kept."""
    anna.get(path_of(saved))
    one = {"id": "p", "reason": "end_moved", "message": "x", "change": {
        "provider": "fake", "action": "change_end", "rental_id": "R-B", "end": PERIOD["end"]}}  # fmt: skip
    fake.states[saved.id] |= {"state": "attention", "proposals": [one]}
    sent = about(rental_id="R-B", change_id="x" * 100_000, proposal="p")
    assert anna.post(f"{path_of(saved)}/{path}", data=sent).status_code == 400
    assert (fake.changes, site.planner.audit.page(1)[0]) == ([], [])


def test_a_proposal_that_there_is_not_is_not_hidden(anna, site, saved, foreign):
    """Nothing of it is kept."""
    anna.post(f"{path_of(saved)}/proposal/hidden", data={"proposal": "x" * 200})
    assert frozenset() == site.planner.records.hidden_proposals(saved.id)


def test_what_the_audit_log_keeps_is_bounded(desk, monkeypatch):
    """In length and in number; the oldest go first."""
    monkeypatch.setattr("planner_host.audit.MOST_KEPT", 3)
    audit = desk.audit
    long = "x" * 10_000
    for number in range(5):
        audit.note(Deed(desk.now(), long, long, f"T-{number}", long, long, f"c-{number}", "refused", long))
        audit.settle(f"c-{number}", outcome="refused", code=long + long, rental_id=long)
    deeds, has_older = audit.page(1)
    assert ([deed.subject for deed in deeds], has_older) == (["T-4", "T-3", "T-2"], False)
    for deed in deeds:
        fields = (deed.user, deed.action, deed.provider, deed.rental_id, deed.code)
        assert list(map(len, fields)) == [LONGEST] * 5
