"""What is refused marks its field, is said once, and says what who reads it can do; what is so already asks nobody."""

import uuid

import pytest

from ..conftest import Elements, hidden, problem
from .conftest import path_of, search_form, words

ASK = "Bitte wenden Sie sich an Ihre Administration; sie kann die Einstellungen ändern."


def refused(code, **fields):
    """Write a refusal."""
    return {"status": "refused", "problem": problem(code, **fields).problem}


def test_a_refused_end_marks_the_field(anna, saved, fake):
    """With the reason beside it; the detail stands alone."""
    fake.book(saved.id)
    fields = hidden(anna.get(path_of(saved)).text, f"{path_of(saved)}/rental/end")
    fake.outcomes = [refused("vehicle_unavailable", detail="Danach vergeben.", pointer="/end")]
    answer = anna.post(f"{path_of(saved)}/rental/end", data=fields | {"end_date": "26.11.", "end_time": "9"})
    (field,) = Elements(answer.text).all("input", id="rental_end_date")
    assert (field["aria-invalid"], field["value"]) == ("true", "26.11.")
    assert (words(answer).count("Danach vergeben."), words(answer).count("nicht mehr frei")) == (2, 0)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [("/period/start", "rent_start_date"), ("/period/end", "rent_end_date"), ("/x", None)],
)
def test_a_refused_booking_marks_the_field(anna, saved, fake, pointer, field):
    """Of the form that it came from."""
    fake.outcomes = [refused("period_invalid", pointer=pointer)]
    answer = anna.post(f"{path_of(saved)}/rental", data=search_form(anna, saved) | {"option": "fake:V1"})
    marked = [each["id"] for each in Elements(answer.text).all("input") if "aria-invalid" in each]
    assert ([field] if field else []) == marked


@pytest.mark.parametrize(("user", "is_sent"), [("anna", True), ("admin", False)])
def test_who_may_not_open_the_settings_is_told_whom_to_ask(site, saved, fake, user, is_sent):
    """In a refusal and in what a provider says of an appointment; who may is told what to do."""
    browser = site.browser(user)
    mend = "Bitte Token erneuern."
    fake.outcomes = [refused("not_authorised", detail=mend)]
    notice = {"code": "not_authorised", "severity": "error", "message": mend}
    fake.states[saved.id] = {"notices": [notice]}
    fields = search_form(browser, saved) | {"option": "fake:V1"}
    for answer in (browser.get(path_of(saved)), browser.post(f"{path_of(saved)}/rental", data=fields)):
        assert (ASK in words(answer), mend in words(answer)) == (is_sent, not is_sent)


def test_an_end_that_it_has_already_asks_nobody(anna, site, saved, fake):
    """It is said instead; nothing was changed, and nothing is in the log."""
    fake.book(saved.id)
    fields = hidden(anna.get(path_of(saved)).text, f"{path_of(saved)}/rental/end")
    unchanged = fields | {"end_date": "25.11.2026", "end_time": "17"}
    answer = anna.post(f"{path_of(saved)}/rental/end", data=unchanged)
    assert ("Es endet bereits dann." in words(answer), "geändert." in words(answer)) == (True, False)
    assert (fake.changes, site.planner.audit.of(saved.id)) == ([], [])
    other = unchanged | {"rental_id": "R-2", "change_id": str(uuid.uuid4())}
    assert "gehört nicht oder nicht mehr zu diesem Termin" in words(
        anna.post(f"{path_of(saved)}/rental/end", data=other)
    )


def test_an_end_that_was_sent_twice_is_changed(anna, saved, fake):
    """A double click's second answer is what the reader sees: the same as the first's."""
    fake.book(saved.id)
    fields = hidden(anna.get(path_of(saved)).text, f"{path_of(saved)}/rental/end")
    fields |= {"end_date": "26.11.2026", "end_time": "9"}
    assert anna.post(f"{path_of(saved)}/rental/end", data=fields).status_code == 303
    fake.states[saved.id]["rental"]["period"] = {
        "start": "2026-11-25T08:00:00+01:00",
        "end": "2026-11-26T09:00:00+01:00",
    }
    assert anna.post(f"{path_of(saved)}/rental/end", data=fields).status_code == 303
