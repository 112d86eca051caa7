"""What stands unsaved in steps 1 to 3 when somebody searches or books is saved first."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from planner_host.visit_form import FIELDS

from ..conftest import PERIOD, Elements
from .conftest import path_of, search_form, words

LATER = "2026-11-26T16:00:00+01:00"
MOVED = {"end_date": "26.11.2026", "end_time": "16:00"}


def unsaved(browser, appointment, **typed):
    """Write what the script sends along with a form of step 4."""
    page = Elements(browser.get(path_of(appointment)).text)
    texts = dict.fromkeys(FIELDS, "")
    texts |= {name: page.field(name) for name in FIELDS if any(f.get("name") == name for _, f in page.tags)}
    return {f"visit_{name}": text for name, text in (texts | {"work": "Inspektion"} | typed).items()}


def period_found(page):
    """Return the period of a list that was found."""
    return Elements(page.text).field("found_period")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "script"])
def test_a_search_saves_first(anna, site, saved, headers):
    """The list is for the new time, the page as a whole is new, and it says that it has saved."""
    sent = search_form(anna, saved) | unsaved(anna, saved, **MOVED)
    page = anna.post(f"{path_of(saved)}/offers", data=sent, headers=headers)
    assert period_found(page) == f"{PERIOD['start']}/{LATER}"
    assert "Der Termin ist gespeichert." in words(page)
    assert ("main" if headers else None) == page.headers.get("hx-retarget")
    now = site.planner.records.appointment(saved.id)
    assert (2, saved.visit.end + timedelta(hours=23)) == (now.revision, now.visit.end)
    assert Elements(page.text).field("revision") == "2"
    assert [deed.action for deed in site.planner.audit.of(saved.id)] == ["appointment_scheduled"]


def test_what_was_typed_for_the_rental_stays(anna, saved):
    """Each side follows the appointment unless it was set apart from it."""
    sent = search_form(anna, saved) | {"end_date": "28.11.2026"}
    sent |= unsaved(anna, saved, start_time="09:00", **MOVED)
    page = anna.post(f"{path_of(saved)}/offers", data=sent)
    assert period_found(page) == "2026-11-25T09:00:00+01:00/2026-11-28T17:00:00+01:00"


def test_without_a_change_nothing_is_saved(anna, site, saved):
    """The script sends what may be unsaved; whether it is, the server decides."""
    sent = search_form(anna, saved) | unsaved(anna, saved)
    page = anna.post(f"{path_of(saved)}/offers", data=sent, headers={"HX-Request": "true"})
    assert (
        page.headers.get("hx-retarget"),
        site.planner.records.appointment(saved.id).revision,
    ) == (None, 1)


@pytest.mark.parametrize("action", ["offers", "rental"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "script"])
def test_what_cannot_be_saved_is_said_and_nothing_else_is_done(anna, saved, fake, action, headers):
    """What was typed stays on the page, in step 4 too."""
    sent = search_form(anna, saved) | {"option": "fake:V1"} | unsaved(anna, saved, end_date="gestern?")
    page = anna.post(f"{path_of(saved)}/{action}", data=sent, headers=headers)
    assert "Der Termin ist noch nicht gespeichert." in words(page)
    assert "gestern?" in [each.get("value") for each in Elements(page.text).all("input", name="end_date")]
    assert ("main" if headers else None) == page.headers.get("hx-retarget")
    assert ("options" in fake.asked, fake.changes) == (False, [])


def test_what_somebody_else_has_saved_is_shown(anna, site, saved, fake):
    """Nothing is overwritten, and nothing searched."""
    sent = search_form(anna, saved) | unsaved(anna, saved, **MOVED)
    theirs = replace(saved, visit=replace(saved.visit, work="Anderes"), saved_by="bert")
    site.planner.records.save(theirs)
    page = anna.post(f"{path_of(saved)}/offers", data=sent)
    assert ("bert" in words(page), "options" in fake.asked) == (True, False)
    assert site.planner.records.appointment(saved.id).visit.work == "Anderes"


def test_a_booking_saves_first(anna, site, saved, fake):
    """Where the list is for what was chosen, it is booked; where the time has changed, the list is another."""
    fake.options = [fake.option("V1")]
    sent = search_form(anna, saved) | {"option": "fake:V1"}
    moved = anna.post(f"{path_of(saved)}/rental", data=sent | unsaved(anna, saved, **MOVED))
    assert "Sie haben den Zeitraum geändert." in words(moved)
    assert ([], f"{PERIOD['start']}/{LATER}") == (fake.changes, period_found(moved))
    sent |= {"found_period": period_found(moved), "change_id": str(uuid.uuid4())} | MOVED
    answer = anna.post(f"{path_of(saved)}/rental", data=sent | unsaved(anna, saved, work="Bremsen"))
    assert (answer.status_code, len(fake.changes)) == (303, 1)
    assert site.planner.records.appointment(saved.id).visit.work == "Bremsen"


@pytest.mark.parametrize("action", ["offers", "rental"])
def test_who_comes_back_finds_what_was_typed(anna, site, saved, fake, action):
    """Having signed in anew one is asked to go on; nothing is saved by that."""
    sent = search_form(anna, saved) | unsaved(anna, saved, **MOVED) | {"option": "fake:V1"}
    signed_out = site.browser().post(f"{path_of(saved)}/{action}", data=sent)
    kept = {each["name"]: each["value"] for each in Elements(signed_out.text).all("input", type="hidden")}
    assert kept["kept_visit_end_date"] == "26.11.2026"
    page = anna.post(f"{path_of(saved)}/{action}", data=sent | {"do": "again"})
    (form,) = Elements(page.text).all("form", id="visit")
    assert (Elements(page.text).field("end_date"), form["data-guard"]) == ("26.11.2026", "changed")
    assert (site.planner.records.appointment(saved.id).revision, fake.changes) == (1, [])


def test_without_a_script_one_saves_and_searches_by_a_button_of_its_own(anna, saved, fake):
    """Step 4 says that what is unsaved does not count there."""
    fake.options = [fake.option("V1")]
    page = anna.get(path_of(saved))
    assert "gelten hier erst, wenn der Termin gespeichert ist" in words(page)
    typed = {name.removeprefix("visit_"): text for name, text in unsaved(anna, saved, **MOVED).items()}
    answer = anna.post(path_of(saved), data=typed | {"do": "search"})
    found = anna.get(answer.headers["location"])
    assert period_found(found) == f"{PERIOD['start']}/{LATER}"
    assert len(Elements(found.text).all("input", name="option")) == 1
    assert "Der Termin ist gespeichert." in words(found)
