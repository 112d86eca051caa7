"""A change whose outcome was unknown: it is named meanwhile, and its outcome is shown until somebody has seen it."""

import pytest

from ..conftest import PERIOD, Elements, hidden
from .conftest import SCRIPT, book, change_end, path_of, search, state_of, words

SAVED = "Der Verleihvorgang ist gespeichert."
NOT_SAVED = "Der Verleihvorgang ist nicht gespeichert"


def book_into_the_unknown(anna, saved, fake, *, then):
    """Book a car that was found; the outcome is unknown, once more when the page is opened, and then another."""
    fake.options = [fake.option("V1")]
    search(anna, saved)
    fake.outcomes = ["unknown", "unknown", then]
    assert book(anna, saved).status_code == 303


def asked_by_itself(anna, saved):
    """Return the answer to the question that the page asks by itself."""
    (step,) = Elements(anna.get(path_of(saved)).text).all("section", id="step-4")
    return anna.get(step["hx-get"], headers=SCRIPT)


@pytest.mark.parametrize(
    ("then", "texts", "state"),
    [
        ("done", [SAVED], "reserved"),
        ("vehicle_unavailable", [NOT_SAVED, "nicht mehr frei. Es ist nichts gebucht"], "none"),
    ],
    ids=["done", "refused"],
)
def test_an_outcome_is_shown_until_it_is_seen(anna, site, saved, fake, then, texts, state):
    """The page's own question draws it and does not count; a page that somebody opens does, and the next is clean."""
    book_into_the_unknown(anna, saved, fake, then=then)
    drawn = asked_by_itself(anna, saved)
    assert [each for each in texts if each not in words(drawn)] == []
    assert Elements(drawn.text).all("section", id="step-4")[0]["hx-trigger"] == "every 8s"
    assert state_of(site, saved) == "attention"
    seen = words(anna.get(path_of(saved)))
    assert [each for each in texts if each not in seen] == []
    assert texts[0] not in words(anna.get(path_of(saved)))
    assert state_of(site, saved) == state


def test_an_unknown_booking_is_named_until_its_outcome_is(anna, site, saved, fake):
    """With its car and its period; without a script the page draws itself anew, and then says the outcome."""
    book_into_the_unknown(anna, saved, fake, then="vehicle_unavailable")
    page = anna.get(path_of(saved))
    named = "Mietwagen VW Golf Variant Verleihzeitraum 25.11.2026, 08:00 – 25.11.2026, 17:00"
    for text in (named, "Bitte buchen Sie nicht noch einmal."):
        assert text in words(page)
    assert 'http-equiv="refresh"' in page.text
    site.planner.changes.retry(saved.id)
    assert state_of(site, saved) == "attention"
    page = anna.get(f"{path_of(saved)}?done=book")
    assert (NOT_SAVED in words(page), SAVED in words(page)) == (True, False)
    assert 'http-equiv="refresh"' not in page.text


def test_a_booking_that_is_withdrawn_is_shown_as_that_alone(anna, saved, fake):
    """Whether it had arrived by then does not matter any more."""
    book_into_the_unknown(anna, saved, fake, then="unknown")
    path = f"{path_of(saved)}/rental/withdrawal"
    withdrawal = hidden(anna.get(f"{path_of(saved)}?ask=withdraw").text, path)
    fake.outcomes = ["unknown", "done"]
    anna.post(path, data=withdrawal)
    said = words(anna.get(path_of(saved)))
    assert ("Die Buchungsanfrage ist zurückgezogen." in said, SAVED in said) == (True, False)


def test_an_unknown_end_is_named_and_no_other_can_be_asked_for(anna, saved, fake):
    """The provider would refuse another change, and only a booking can be withdrawn; its own notices are shown."""
    fake.book(saved.id)
    fake.outcomes = ["unknown"]
    change_end(anna, saved)
    pending = {"change_id": fake.changes[0]["change_id"], "action": "change_end", "since": PERIOD["start"]}
    notices = [{"code": "stuck", "severity": "error", "message": "Bitte anrufen."}]
    fake.states[saved.id] |= {"state": "unknown", "pending": pending, "notices": notices}
    texts = ["Gewünschtes Verleihende 26.11.2026, 09:00", "Bitte anrufen.", "sobald das Ergebnis bekannt"]
    for query in ("", "?ask=cancel"):
        answer = anna.get(path_of(saved) + query)
        assert [each for each in texts if each not in words(answer)] == []
        assert [each for each in ("/rental/", "#cancel", "#withdraw") if each in answer.text] == []
