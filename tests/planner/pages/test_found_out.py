"""A change that nobody knew the outcome of: what is not known is named, and what became of it is said until seen."""

import pytest

from planner_host.states import states_of

from ..conftest import PERIOD, Elements, hidden
from .conftest import path_of, search_form, words

SCRIPT = {"HX-Request": "true"}
PENDING = {"action": "change_end", "since": "2026-11-24T10:00:00+01:00"}
SAVED = "Der Verleihvorgang ist gespeichert."
NOT_SAVED = "Der Verleihvorgang ist nicht gespeichert"


def book_into_the_unknown(anna, saved, fake, *, then):
    """Book a car that was found; what became of it is not known, and the next question is answered."""
    fake.options = [fake.option("V1")]
    anna.post(f"{path_of(saved)}/offers", data=search_form(anna, saved))
    fake.outcomes = ["unknown", "unknown", then]
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303


def state_of(site, appointment):
    """Give the week's word."""
    return states_of([appointment.id], site.planner, locale="de")[0][appointment.id]


def asked_by_itself(anna, saved):
    """Give what the page gets that asks by itself."""
    (step,) = Elements(anna.get(path_of(saved)).text).all("section", id="step-4")
    return anna.get(step["hx-get"], headers=SCRIPT)


@pytest.mark.parametrize(
    ("then", "said", "state"),
    [
        ("done", (SAVED,), "reserved"),
        (
            "vehicle_unavailable",
            (NOT_SAVED, "VW Golf Variant", "nicht mehr frei. Es ist nichts gebucht"),
            "none",
        ),
        ({"status": "refused"}, (NOT_SAVED, "Beim Anbieter ist ein Fehler aufgetreten."), "none"),
    ],
)
def test_what_was_found_out_is_said_until_it_is_seen(anna, site, saved, fake, then, said, state):
    """The page's own question draws it and does not count; the page that is asked for does, and the next is clean."""
    book_into_the_unknown(anna, saved, fake, then=then)
    drawn = asked_by_itself(anna, saved)
    assert (200, [each in words(drawn) for each in said]) == (drawn.status_code, [True] * len(said))
    assert "hx-get" not in Elements(drawn.text).all("section", id="step-4")[0]
    assert state_of(site, saved) == "attention"
    seen = words(anna.get(path_of(saved)))
    assert [each in seen for each in said] == [True] * len(said)
    assert said[0] not in words(anna.get(path_of(saved)))
    assert state_of(site, saved) == state


def test_without_a_script_it_is_said_alike(anna, site, saved, fake):
    """The page that draws itself anew while it is unknown has been seen only once it rests."""
    book_into_the_unknown(anna, saved, fake, then="vehicle_unavailable")
    assert 'http-equiv="refresh"' in anna.get(path_of(saved)).text
    page = anna.get(f"{path_of(saved)}?done=book")
    assert (
        NOT_SAVED in words(page),
        'http-equiv="refresh"' in page.text,
        SAVED in words(page),
    ) == (True, False, False)


def test_what_the_planner_found_out_alone_waits_for_somebody(anna, site, saved, fake):
    """Nobody has a page open: the week asks for attention."""
    book_into_the_unknown(anna, saved, fake, then="vehicle_unavailable")
    for _ in range(2):
        site.planner.changes.ask_again(saved.id)
    assert state_of(site, saved) == "attention"
    assert NOT_SAVED in words(anna.get(path_of(saved)))


def test_who_acts_on_the_page_that_says_it_has_seen_it(anna, saved, fake):
    """The next booking is not told beside the one that failed."""
    book_into_the_unknown(anna, saved, fake, then="vehicle_unavailable")
    page = asked_by_itself(anna, saved)
    form = hidden(page.text, f"{path_of(saved)}/offers")
    fake.outcomes = ["done"]
    fields = search_form(anna, saved) | form | {"option": "fake:V1"}
    answer = anna.post(f"{path_of(saved)}/rental", data=fields)
    fake.book(saved.id)
    after = words(anna.get(answer.headers["location"]))
    assert (SAVED in after, NOT_SAVED in after) == (True, False)


def test_of_a_booking_that_is_given_up_one_thing_is_said(anna, saved, fake):
    """That it is given up; whether it had arrived by then does not matter any more."""
    book_into_the_unknown(anna, saved, fake, then="unknown")
    page = anna.get(f"{path_of(saved)}?ask=give-up").text
    giving_up = hidden(page, f"{path_of(saved)}/rental/giving-up")
    fake.outcomes = ["unknown", "done"]
    anna.post(f"{path_of(saved)}/rental/giving-up", data=giving_up)
    said = words(anna.get(path_of(saved)))
    assert ("Die Buchung ist aufgegeben." in said, SAVED in said) == (True, False)


def test_what_is_unknown_is_named(anna, saved, fake):
    """The car and the period of a booking."""
    book_into_the_unknown(anna, saved, fake, then="unknown")
    page = words(anna.get(path_of(saved)))
    assert "Mietwagen VW Golf Variant Verleihzeitraum 25.11.2026, 08:00 – 25.11.2026, 17:00" in page
    assert "Bitte buchen Sie nicht noch einmal." in page


def test_an_end_that_is_unknown_is_named_and_no_other_is_asked_for(anna, saved, fake):
    """The provider would refuse another change; what it says itself is shown."""
    fake.book(saved.id)
    fields = hidden(anna.get(path_of(saved)).text, f"{path_of(saved)}/rental/end")
    fake.outcomes = ["unknown"]
    anna.post(f"{path_of(saved)}/rental/end", data=fields | {"end_date": "26.11.", "end_time": "9"})
    notices = [{"code": "stuck", "severity": "error", "message": "Bitte anrufen."}]
    pending = PENDING | {"change_id": fields["change_id"]}
    fake.states[saved.id] |= {"state": "unknown", "pending": pending, "notices": notices}
    for query in ("", "?ask=cancel"):
        answer = anna.get(path_of(saved) + query)
        for said in (
            "Gewünschtes Verleihende 26.11.2026, 09:00",
            "Bitte anrufen.",
            "sobald das Ergebnis bekannt",
        ):
            assert said in words(answer)
        assert "/rental/" not in answer.text
        assert "#cancel" not in answer.text


def test_a_period_that_a_provider_alone_knows_is_left_out(anna, saved, fake):
    """As after a restart without the planner's records."""
    pending = PENDING | {"change_id": "0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51", "action": "book"}
    fake.states[saved.id] = {"state": "unknown", "pending": pending}
    page = words(anna.get(path_of(saved)))
    assert ("ist noch nicht bekannt" in page, "Verleihzeitraum" in page) == (True, False)
    assert PERIOD["start"] not in page
