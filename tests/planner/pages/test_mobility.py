"""Step 4 as an advisor uses it, below the browser: search, save, change, cancel, give up."""

import re
import uuid

import pytest

from ..conftest import PERIOD, Elements, hidden, problem
from .conftest import path_of, search_form, words


def test_the_period_is_the_appointments(anna, saved):
    """And can be changed."""
    form = Elements(anna.get(path_of(saved)).text)
    assert [
        next(each["value"] for each in form.all("input", id=name))
        for name in ("rent_start_date", "rent_start_time", "rent_end_time")
    ] == ["25.11.2026", "08:00", "17:00"]


def test_what_is_found_can_be_chosen(anna, saved, fake):
    """With the search as it was, by script and without."""
    fake.options = [fake.option("V1"), fake.option("V2")]
    fields = search_form(anna, saved) | {"vehicle_class": "kombi", "feature": ["navi", "automatik"]}
    for headers in ({}, {"HX-Request": "true"}):
        answer = anna.post(f"{path_of(saved)}/offers", data=fields, headers=headers)
        found = Elements(answer.text)
        assert [each["value"] for each in found.all("input", name="option")] == ["fake:V1", "fake:V2"]
        assert [f"{path_of(saved)}/rental"] == [
            each["formaction"] for _, each in found.tags if "formaction" in each
        ]
    page = Elements(anna.post(f"{path_of(saved)}/offers", data=fields).text)
    ticked = {each["value"] for each in page.all("input") if "checked" in each}
    assert ticked == {"kombi", "navi", "automatik"}


def test_a_rental_is_saved_and_then_only_its_end_and_its_end_of_all_are_offered(anna, saved, fake):
    """The period and the customer go as they are; the page then has two things to do."""
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    answer = anna.post(f"{path_of(saved)}/rental", data=fields)
    assert (303, f"{path_of(saved)}?done=book#step-4") == (answer.status_code, answer.headers["location"])
    (change,) = fake.changes
    assert ("book", "V1", PERIOD, saved.visit.customer, fields["change_id"], saved.id) == (
        change["action"],
        change["option_id"],
        change["period"],
        change["customer"],
        change["change_id"],
        change["appointment_id"],
    )
    fake.book(saved.id)
    page = Elements(anna.get(path_of(saved)).text)
    actions = {each["action"] for each in page.all("form")} | {each["href"] for each in page.all("a")}
    step_4 = {each.partition(path_of(saved))[2] for each in actions if path_of(saved) in each}
    assert {each for each in step_4 if "lang=" not in each} == {
        "",
        "?ask=call-off#call-off",
        "/rental/end",
        "?ask=cancel#cancel",
        "/print",
    }


def test_a_double_click_books_once(anna, saved, fake):
    """The id was drawn with the form."""
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    for _ in range(3):
        assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    assert {fields["change_id"]} == {change["change_id"] for change in fake.changes}


@pytest.mark.parametrize(("code", "is_kept"), [("unreachable", True), ("vehicle_unavailable", False)])
def test_a_refusal_says_why_and_what_could_be_had(anna, saved, fake, code, is_kept):
    """The same id runs again where the refusal kept nothing; else the next try is another change."""
    refused = {"status": "refused", "problem": {**problem(code).problem, "title": "Leider nein."}}
    fake.outcomes = [refused | {"alternatives": [fake.option("V9", match="alternative")]}]
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    answer = anna.post(f"{path_of(saved)}/rental", data=fields)
    page = Elements(answer.text)
    assert "Leider nein." in page.text
    assert [each["value"] for each in page.all("input", name="option")] == ["fake:V9"]
    assert is_kept == (fields["change_id"] == hidden(answer.text, f"{path_of(saved)}/offers")["change_id"])


def test_a_refusal_without_a_reason_is_said_too(anna, saved, fake):
    """For a booking, an end and a cancellation."""
    fake.outcomes = [{"status": "refused"}]
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 200
    fake.book(saved.id)
    about = {"change_id": str(uuid.uuid4()), "provider": "fake", "rental_id": "R-1", "site": "main"}
    assert anna.post(f"{path_of(saved)}/rental/cancellation", data=about).status_code == 200


def test_without_a_choice_nothing_is_asked(anna, saved, fake):
    """The list is there again, and says what is missing."""
    fake.options = [fake.option("V1")]
    answer = anna.post(f"{path_of(saved)}/rental", data=search_form(anna, saved))
    assert (fake.changes, len(Elements(answer.text).all("input", name="option"))) == ([], 1)
    assert "Mietwagen" in words(answer)


def test_a_period_in_the_past_is_refused_here(anna, saved, fake):
    """Without asking anybody."""
    fields = search_form(anna, saved) | {"start_date": "20.11.2026", "option": "fake:V1"}
    for action in ("offers", "rental"):
        answer = anna.post(f"{path_of(saved)}/{action}", data=fields)
        assert "müssen in der Zukunft liegen" in words(answer)
    assert fake.changes == []


def test_an_end_is_changed(anna, saved, fake):
    """With the revision that was shown, and an instant with its offset."""
    fake.book(saved.id)
    page = anna.get(path_of(saved)).text
    fields = hidden(page, f"{path_of(saved)}/rental/end") | {"end_date": "26.11.", "end_time": "9"}
    answer = anna.post(f"{path_of(saved)}/rental/end", data=fields)
    assert answer.headers["location"] == f"{path_of(saved)}?done=change_end#step-4"
    (change,) = fake.changes
    assert (
        change["action"],
        change["rental_id"],
        change["end"],
        change["revision"],
        change["site"],
    ) == ("change_end", "R-1", "2026-11-26T09:00:00+01:00", 3, "main")


def test_an_end_in_the_second_hour_is_shown_as_that(anna, saved, fake):
    """Saved unchanged it is the same instant: it is not asked which of two is meant, nor for a change."""
    end = "2027-10-31T02:30:00+01:00"
    fake.book(saved.id, period=PERIOD | {"end": end})
    page = anna.get(path_of(saved)).text
    fields = hidden(page, f"{path_of(saved)}/rental/end")
    form = re.findall(r"<form[^>]*/rental/end.*?</form>", page, re.DOTALL)[0]
    fields |= {name: Elements(form).field(name) for name in ("end_date", "end_time")}
    assert "Es endet bereits dann." in words(anna.post(f"{path_of(saved)}/rental/end", data=fields))
    assert fake.changes == []
    first = fields | {"end_fold": "0"}
    assert anna.post(f"{path_of(saved)}/rental/end", data=first).status_code == 303
    assert fake.changes[0]["end"] == "2027-10-31T02:30:00+02:00"


def test_a_cancellation_asks_first(anna, saved, fake):
    """Nothing happens before the question is answered."""
    fake.book(saved.id)
    fields = hidden(anna.get(f"{path_of(saved)}?ask=cancel").text, f"{path_of(saved)}/rental/cancellation")
    assert fake.changes == []
    anna.post(f"{path_of(saved)}/rental/cancellation", data=fields)
    assert [(each["action"], each["rental_id"]) for each in fake.changes] == [("cancel", "R-1")]


def test_what_is_unknown_is_said_and_asked_again_by_the_page(anna, saved, fake):
    """The page fetches itself until it is known, and can give the booking up."""
    fake.outcomes = ["unknown"]
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    page = anna.get(f"{path_of(saved)}?ask=give-up").text
    (step,) = Elements(page).all("section", id="step-4")
    assert step["hx-trigger"] == "every 2s"
    asks = step["hx-get"]
    assert (path_of(saved), "ask=give-up") == (asks.partition("?")[0], asks.rpartition("&")[2])
    as_it_was = anna.get(asks, headers={"HX-Request": "true"})
    assert (as_it_was.status_code, as_it_was.text) == (204, "")
    assert anna.get(asks).status_code == 200
    assert "Verfügbare Mietwagen suchen" not in page
    giving_up = hidden(page, f"{path_of(saved)}/rental/giving-up")
    assert fields["change_id"] == giving_up["book_change_id"]
    fake.outcomes = ["done", "given_up"]
    anna.post(f"{path_of(saved)}/rental/giving-up", data=giving_up)
    changed = anna.get(asks, headers={"HX-Request": "true"})
    assert (
        changed.status_code,
        "hx-get" in Elements(changed.text).all("section", id="step-4")[0],
    ) == (200, False)
    assert "hx-get" not in Elements(anna.get(path_of(saved)).text).all("section", id="step-4")[0]
    assert {fields["change_id"], giving_up["change_id"]} == {each["change_id"] for each in fake.changes}


def test_a_proposal_is_followed_or_hidden(anna, saved, fake):
    """As the provider proposes it now; one that is gone is not followed."""
    proposed = {"provider": "fake", "action": "change_end", "rental_id": "R-1", "end": PERIOD["end"]}
    one = {"id": "p" * 255, "reason": "moved", "message": "Verleihende anpassen?", "change": proposed}
    fake.book(saved.id)
    fake.states[saved.id] |= {"state": "attention", "proposals": [one]}
    fields = hidden(anna.get(path_of(saved)).text, f"{path_of(saved)}/proposal")
    assert anna.post(f"{path_of(saved)}/proposal", data=fields).status_code == 303
    assert fake.changes == [proposed | {"change_id": fields["change_id"]}]
    anna.post(f"{path_of(saved)}/proposal/hidden", data={"proposal": one["id"]})
    assert "Verleihende anpassen?" not in anna.get(path_of(saved)).text
    gone = anna.post(f"{path_of(saved)}/proposal", data=fields | {"change_id": str(uuid.uuid4())})
    assert "Diesen Vorschlag gibt es nicht mehr" in words(gone)
    assert len(fake.changes) == 1


def test_without_a_rental_nothing_is_printed(anna, saved):
    """The page says what can be."""
    answer = anna.get(f"{path_of(saved)}/print")
    assert (
        answer.status_code,
        "Gedruckt werden kann ein gespeicherter Verleihvorgang" in answer.text,
    ) == (404, True)


def test_what_a_provider_locks_has_no_fields(anna, saved, fake):
    """And is booked all the same."""
    fake.states[saved.id] = {"locked": ["/customer"]}
    page = anna.get(path_of(saved)).text
    assert Elements(page).all("input", name="renter_last_name") == []
    fields = search_form(anna, saved) | {"option": "fake:V1"}
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    assert saved.visit.customer == fake.changes[0]["customer"]
