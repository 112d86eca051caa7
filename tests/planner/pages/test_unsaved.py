"""What stands unsaved in steps 1 to 3 is saved before a search or a booking."""

from datetime import timedelta

import pytest

from ..conftest import PERIOD, Elements
from .conftest import (
    book,
    by_page_and_script,
    options_of,
    path_of,
    save_as_bert,
    search,
    typed,
    unsaved,
    words,
)

LATER = "2026-11-26T16:00:00+01:00"
MOVED = {"end_date": "26.11.2026", "end_time": "16:00"}


def period_found(page):
    """Return the period of a list that was found."""
    return Elements(page.text).field("found_period")


@by_page_and_script
def test_a_search_saves_first(anna, site, saved, headers):
    """The list is for the new time, the page as a whole is new and says that it has saved; once more, it does not."""
    page = search(anna, saved, headers, **unsaved(anna, saved, **MOVED))
    assert period_found(page) == f"{PERIOD['start']}/{LATER}"
    assert "Der Termin ist gespeichert." in words(page)
    assert page.headers.get("hx-retarget") == ("main" if headers else None)
    now = site.planner.records.appointment(saved.id)
    assert (now.revision, now.visit.end) == (2, saved.visit.end + timedelta(hours=23))
    assert Elements(page.text).field("revision") == "2"
    assert [entry.action for entry in site.planner.audit.of(saved.id)] == ["appointment_scheduled"]
    page = search(anna, saved, headers, **unsaved(anna, saved))
    assert "hx-retarget" not in page.headers
    assert site.planner.records.appointment(saved.id).revision == 2


@pytest.mark.parametrize("ask", [search, book])
@by_page_and_script
def test_a_mistake_is_shown_and_nothing_is_asked(anna, saved, fake, ask, headers):
    """What was typed stays on the page."""
    page = ask(anna, saved, headers, **unsaved(anna, saved, end_date="gestern?"))
    assert "Der Termin ist noch nicht gespeichert." in words(page)
    assert "gestern?" in [each.get("value") for each in Elements(page.text).all("input", name="end_date")]
    assert page.headers.get("hx-retarget") == ("main" if headers else None)
    assert ("options" in fake.asked, fake.changes) == (False, [])


def test_what_somebody_else_has_saved_is_shown(anna, site, saved, fake):
    """Nothing is overwritten, and nothing searched."""
    sent = unsaved(anna, saved, **MOVED) | {"visit_revision": "1"}
    save_as_bert(site.planner, saved, work="Anderes")
    page = search(anna, saved, **sent)
    assert ("bert" in words(page), "options" in fake.asked) == (True, False)
    assert site.planner.records.appointment(saved.id).visit.work == "Anderes"


def test_a_booking_saves_first(anna, site, saved, fake):
    """Where the list was for another time, it is searched anew; else what was chosen is booked."""
    fake.options = [fake.option("V1")]
    moved = book(anna, saved, **unsaved(anna, saved, **MOVED))
    assert "Sie haben den Zeitraum geändert." in words(moved)
    assert (fake.changes, period_found(moved)) == ([], f"{PERIOD['start']}/{LATER}")
    sent = unsaved(anna, saved, work="Bremsen") | MOVED | {"found_period": period_found(moved)}
    assert (book(anna, saved, **sent).status_code, len(fake.changes)) == (303, 1)
    assert site.planner.records.appointment(saved.id).visit.work == "Bremsen"


def test_after_signing_in_again_what_was_typed_is_there(anna, site, saved, fake):
    """Nothing is saved by that."""
    sent = unsaved(anna, saved, **MOVED) | {"option": "fake:V1"}
    signed_out = site.browser().post(f"{path_of(saved)}/rental", data=sent)
    assert Elements(signed_out.text).field("kept_visit_end_date") == "26.11.2026"
    page = Elements(anna.post(f"{path_of(saved)}/rental", data=sent | {"do": "again"}).text)
    (form,) = page.all("form", id="visit")
    assert (page.field("end_date"), form["data-guard"]) == ("26.11.2026", "changed")
    assert (site.planner.records.appointment(saved.id).revision, fake.changes) == (1, [])


def test_without_a_script_a_button_saves_and_searches(anna, saved, fake):
    """Step 4 says that what is unsaved does not count there."""
    fake.options = [fake.option("V1")]
    page = anna.get(path_of(saved))
    assert "gelten hier erst, wenn der Termin gespeichert ist" in words(page)
    answer = anna.post(path_of(saved), data=typed(anna, saved, **MOVED) | {"do": "search"})
    found = anna.get(answer.headers["location"])
    assert (period_found(found), options_of(found)) == (f"{PERIOD['start']}/{LATER}", ["fake:V1"])
    assert "Der Termin ist gespeichert." in words(found)
