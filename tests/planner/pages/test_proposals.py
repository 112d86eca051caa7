"""A proposal is followed once one is sure, and the page says what was done and what comes next."""

import pytest

from ..conftest import PERIOD, Elements, hidden
from .conftest import path_of, words

CANCEL = {"provider": "fake", "action": "cancel", "site": "main", "rental_id": "R-1", "revision": 3}
MOVED = {"id": "p&1", "reason": "appointment_moved", "message": "Mietwagen stornieren", "change": CANCEL}


@pytest.fixture
def path(saved, fake):
    """An appointment whose rental does not fit any more."""
    fake.book(saved.id)
    fake.states[saved.id] |= {"state": "attention", "proposals": [MOVED]}
    return path_of(saved)


def question_of(page, path):
    """Give what the question sends; nothing where it is not asked."""
    forms = [
        each for each in Elements(page).all("form", action=f"{path}/proposal") if each["class"] == "question"
    ]
    return hidden(page, f"{path}/proposal") if forms else {}


def test_what_cancels_asks_first(anna, saved, fake, path):
    """By a link, and for a form that was sent without the question too."""
    page = anna.get(path)
    assert question_of(page.text, path) == {}
    (link,) = [each for each in Elements(page.text).addresses if "ask=follow" in each]
    asked = anna.get(link.partition("#")[0])
    sent = anna.post(f"{path}/proposal", data={"proposal": MOVED["id"]})
    assert [*(bool(question_of(each.text, path)) for each in (asked, sent)), fake.changes] == [True, True, []]
    assert "VW Golf Variant: Diesen Verleihvorgang wirklich stornieren?" in words(asked)
    answer = anna.post(f"{path}/proposal", data=question_of(asked.text, path))
    fake.states[saved.id] = {}
    after = words(anna.get(answer.headers["location"]))
    assert "Der Verleihvorgang ist storniert. Für den Termin können Sie jetzt neu suchen." in after
    assert [each["action"] for each in fake.changes] == ["cancel"]


def test_what_cancels_and_has_no_rental_asks_too(anna, saved, fake, path):
    """A provider may propose without showing one."""
    del fake.states[saved.id]["rental"]
    assert "Den Verleihvorgang wirklich stornieren?" in words(anna.get(f"{path}?ask=follow:p%261"))


def test_what_changes_the_end_says_so(anna, saved, fake, path):
    """And is followed without a question."""
    change = {"provider": "fake", "action": "change_end", "rental_id": "R-1", "end": PERIOD["end"]}
    fake.states[saved.id] |= {"proposals": [MOVED | {"change": change}]}
    answer = anna.post(f"{path}/proposal", data=hidden(anna.get(path).text, f"{path}/proposal"))
    assert "Das Verleihende ist geändert." in words(anna.get(answer.headers["location"]))


def test_where_the_visit_is_called_off_nobody_is_sent_to_search(anna, saved, fake, path):
    """The customer does not come."""
    anna.post(f"{path}/status", data={"revision": "1", "status": "cancelled"})
    anna.post(f"{path}/proposal", data={"proposal": MOVED["id"], "sure": "yes"})
    fake.states[saved.id] = {}
    after = words(anna.get(f"{path}?done=cancel"))
    assert ("Der Verleihvorgang ist storniert." in after, "neu suchen" in after) == (True, False)


def test_a_rental_of_another_customer_asks_for_attention(anna, saved, fake, path):
    """Any provider's: the week says so, and the appointment's page begins with the proposal and its button."""
    told = {"reason": "customer_changed", "message": "Der Wagen ist für jemand anderen."}
    fake.states[saved.id] |= {"proposals": [MOVED | told]}
    assert "bitte prüfen" in words(anna.get("/?week=2026-11-26"))
    page = anna.get(path)
    assert -1 < words(page).find(told["message"]) < words(page).find("1. Kunde")
    assert [True for each in Elements(page.text).addresses if "ask=follow" in each] == [True]
