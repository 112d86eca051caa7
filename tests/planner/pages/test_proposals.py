"""Proposals: they stand first on the page, are followed once one is sure, or are hidden."""

import uuid

import pytest

from ..conftest import Elements, hidden
from .conftest import path_of, proposal, words

WARNING = {"code": "end_moved", "severity": "warning", "message": "Der Mietwagen passt nicht mehr."}
CANCEL = proposal("cancel")


@pytest.fixture
def path(saved, fake):
    """An appointment whose rental does not fit any more; its provider proposes to cancel it."""
    fake.book(saved.id)
    fake.states[saved.id] |= {"state": "attention", "proposals": [CANCEL], "notices": [WARNING]}
    return path_of(saved)


def question_of(page, path):
    """Return what the question sends; nothing where it is not asked."""
    forms = Elements(page.text).all("form", action=f"{path}/proposal")
    is_asked = any(each["class"] == "question" for each in forms)
    return hidden(page.text, f"{path}/proposal") if is_asked else {}


@pytest.mark.parametrize("done", ["", "saved"])
def test_a_rental_that_does_not_fit_is_said_first(anna, saved, fake, path, done):
    """Above what was saved and above step 1; once, and after saving it has the focus. The week says it, too."""
    fake.states[saved.id]["proposals"] = [proposal(reason="customer_changed")]
    page = anna.get(path, params={"done": done})
    said = words(page)
    assert (said.count(WARNING["message"]), page.text.count(f'action="{path}/proposal"')) == (1, 1)
    order = [WARNING["message"], "Verleihende ändern", "1. Kunde"]
    order[2:2] = ["Der Termin ist gespeichert."] if done else []
    places = [said.index(each) for each in order]
    assert places == sorted(places)
    before, _, after = page.text.partition('id="visit"')
    assert ("autofocus" in before, after.count(" autofocus")) == (bool(done), 0)
    assert "bitte prüfen" in words(anna.get("/calendar?day=2026-11-26"))


def test_a_cancellation_asks_first(anna, saved, fake, path):
    """By a link, and where the form was sent without the question; then the page says what comes next."""
    page = anna.get(path)
    assert question_of(page, path) == {}
    (link,) = [each for each in Elements(page.text).addresses if "ask=follow" in each]
    asked = anna.get(link.partition("#")[0])
    sent = anna.post(f"{path}/proposal", data={"proposal": CANCEL["id"]})
    assert (bool(question_of(asked, path)), bool(question_of(sent, path)), fake.changes) == (True, True, [])
    assert "VW Golf Variant: Diesen Verleihvorgang wirklich stornieren?" in words(asked)
    del fake.states[saved.id]["rental"]  # a provider may propose without showing one
    assert "Den Verleihvorgang wirklich stornieren?" in words(anna.get(link.partition("#")[0]))
    fake.book(saved.id)
    fake.states[saved.id] |= {"proposals": [CANCEL]}
    answer = anna.post(f"{path}/proposal", data=question_of(asked, path))
    fake.states[saved.id] = {}
    after = words(anna.get(answer.headers["location"]))
    assert "Der Verleihvorgang ist storniert. Für den Termin können Sie jetzt neu suchen." in after
    assert [each["action"] for each in fake.changes] == ["cancel"]


def test_a_new_end_is_followed_as_it_is_proposed_now(anna, site, saved, fake, path):
    """Without a question; one that was hidden is not shown, and one that is gone is not followed."""
    one = proposal(id="p" * 255)
    fake.states[saved.id]["proposals"] = [one]
    fields = hidden(anna.get(path).text, f"{path}/proposal")
    answer = anna.post(f"{path}/proposal", data=fields)
    assert "Das Verleihende ist geändert." in words(anna.get(answer.headers["location"]))
    assert fake.changes == [one["change"] | {"change_id": fields["change_id"]}]
    for each in (one["id"], "x" * 200):
        anna.post(f"{path}/proposal/hidden", data={"proposal": each})
    assert site.planner.records.hidden_of([saved.id]) == {(saved.id, one["id"])}
    assert "Anpassen?" not in words(anna.get(path))
    gone = anna.post(f"{path}/proposal", data=fields | {"change_id": str(uuid.uuid4())})
    assert "Diesen Vorschlag gibt es nicht mehr" in words(gone)
    assert len(fake.changes) == 1


def test_a_rental_that_was_not_asked_for_is_cancelled(anna, site, saved, fake):
    """It is not the one that is shown, which the question does not name, and whose renter stays known."""
    fake.book(saved.id)
    renter = saved.visit.customer
    site.planner.records.store_renter(saved.id, renter, provider="fake", rental_id="R-1")
    stray = proposal("cancel", reason="not_as_asked")
    stray["change"] |= {"rental_id": "R-9"}
    fake.states[saved.id] |= {"state": "attention", "proposals": [stray]}
    path = path_of(saved)
    asked = anna.get(f"{path}?ask=follow:p%261")
    assert "Den Verleihvorgang wirklich stornieren?" in words(asked)
    fake.outcomes = [{"status": "done", "rental": fake.rental(saved.id, id="R-9", status="cancelled")}]
    anna.post(f"{path}/proposal", data=question_of(asked, path))
    assert [each["rental_id"] for each in fake.changes] == ["R-9"]
    assert site.planner.records.renters(saved.id) == {("fake", "R-1"): renter}
