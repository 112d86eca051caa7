"""Steps 1 to 3 as an advisor uses them, below the browser: what each button does, and what is said of it."""

import re
from dataclasses import replace

from planner_host.appointments import Status
from planner_host.records import Saved

from ..conftest import PASSWORD, Elements, hidden
from .conftest import path_of, words

TIMES = {"start_date": "25.11.2026", "start_time": "8", "end_date": "25.11.", "end_time": "1700"}
BY_HAND = {"customer_source": "manual", "customer_last_name": "Sommer", "do": "save"}


def begin(browser):
    """Open an empty form; give where it is sent, and what it sends by itself."""
    page = browser.get("/appointments/new").text
    (path,) = re.findall(r'action="(/appointments/T-[0-9a-f]+)"', page)
    return path, hidden(page, path) | TIMES


def changed(saved, desk, **fields):
    """Have somebody else save an appointment meanwhile."""
    theirs = replace(saved, visit=replace(saved.visit, **fields), saved_by="bert")
    outcome = desk.records.save(theirs)
    assert isinstance(outcome, Saved)
    return outcome.appointment


def test_before_the_first_save_step_4_says_so(anna, fake):
    """And no provider is asked anything."""
    answer = anna.get("/appointments/new")
    assert "4. Mobilitätsangebot Bitte speichern Sie zuerst den Termin." in words(answer)
    assert fake.asked == []


def test_a_new_appointment_is_saved_and_told(anna, site, fake):
    """The provider hears of it, the audit of who did it, and the page says so."""
    path, fields = begin(anna)
    answer = anna.post(path, data=fields | BY_HAND)
    assert (303, f"{path}?done=saved") == (answer.status_code, answer.headers["location"])
    assert fake.asked == ["saved"]
    page = words(anna.get(f"{path}?done=saved"))
    assert "Der Termin ist gespeichert." in page
    assert "Verfügbare Mietwagen suchen" in page
    (deed,) = site.planner.audit.of(path.rpartition("/")[2])
    assert (deed.user, deed.action) == ("anna", "appointment_new")


def test_a_double_click_saves_once(anna, site):
    """One appointment, one revision, one deed."""
    path, fields = begin(anna)
    answers = [anna.post(path, data=fields | BY_HAND) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    saved = site.planner.records.appointment(path.rpartition("/")[2])
    assert (
        saved.revision,
        site.planner.records.count_appointments(),
        len(site.planner.audit.of(saved.id)),
    ) == (1, 1, 1)


def test_what_is_wrong_is_said_and_nothing_is_lost(anna, site):
    """Every field stands there as it was typed."""
    path, fields = begin(anna)
    wrong = {"start_date": "31.2.", "customer_last_name": "", "customer_phone": "0721 1", "work": "Öl"}
    answer = anna.post(path, data=fields | BY_HAND | wrong)
    page = Elements(answer.text)
    assert [page.field(name) for name in ("start_date", "customer_phone")] == ["31.2.", "0721 1"]
    assert {each["name"] for each in page.all("input", **{"aria-invalid": "true"})} == {
        "start_date",
        "customer_last_name",
    }
    assert (answer.status_code, site.planner.records.count_appointments()) == (200, 0)
    assert "Das ist kein Datum" in page.text
    assert "Bitte Nachnamen oder Firma eingeben" in page.text


def test_a_mistake_in_what_is_typed_by_hand_is_in_sight(anna):
    """The part that holds it is open, and the browser keeps nothing back."""
    path, fields = begin(anna)
    wrong = {"customer_source": "", "customer_last_name": "Sommer", "customer_email": "k. A."}
    page = anna.post(path, data=fields | BY_HAND | wrong)
    (by_hand,) = Elements(page.text).all("details")
    assert ("open" in by_hand, "Das ist keine E-Mail-Adresse." in words(page)) == (True, True)
    (form,) = Elements(page.text).all("form", id="visit")
    assert "novalidate" in form


def test_a_customer_is_found_picked_and_locked(anna, site):
    """With the only car; saved is what the DMS has, whatever is sent beside it."""
    path, fields = begin(anna)
    found = anna.post(path, data=fields | {"do": "find", "customer_query": "muller hans"})
    (hit,) = Elements(found.text).all("button", form="visit")
    assert hit["value"] == "pick:10001"
    picked = anna.post(path, data=fields | {"do": hit["value"]})
    sent = hidden(picked.text, path) | TIMES | {"do": "save", "customer_last_name": "Meier"}
    sent |= {"vehicle_licence_plate": Elements(picked.text).field("vehicle_licence_plate")}
    assert anna.post(path, data=sent).status_code == 303
    visit = site.planner.records.appointment(path.rpartition("/")[2]).visit
    assert (
        visit.customer["source"],
        visit.customer["number"],
        visit.customer["last_name"],
        visit.vehicle["licence_plate"],
    ) == ("dms", "10001", "Müller", "K-MU 123")


def test_enter_in_the_search_field_searches(anna):
    """The form's first button is what Enter presses."""
    path, fields = begin(anna)
    (enter,) = Elements(anna.get("/appointments/new").text).all("button", tabindex="-1")
    answer = anna.post(path, data=fields | {"customer_query": "krüger", "do": enter["value"]})
    assert "Bäcker Krüger" in words(answer)


def test_enter_in_any_other_field_saves(anna):
    """A customer is named, so nobody is looked for."""
    path, fields = begin(anna)
    assert anna.post(path, data=fields | BY_HAND | {"do": "enter"}).status_code == 303


def test_what_was_looked_for_in_vain_does_not_keep_from_saving(anna, site):
    """Nobody found, so typed by hand: the search field still holds what was looked for."""
    path, fields = begin(anna)
    sent = fields | BY_HAND | {"customer_source": "", "customer_query": "xyz"}
    assert anna.post(path, data=sent).status_code == 303
    assert site.planner.records.count_appointments() == 1


def test_saving_without_choosing_one_of_those_found_says_so(anna, site):
    """They stay on the page."""
    path, fields = begin(anna)
    answer = anna.post(path, data=fields | {"customer_query": "krüger", "do": "save"})
    assert ["Bäcker Krüger" in words(answer), "nicht gespeichert" in words(answer)] == [True, True]
    assert site.planner.records.count_appointments() == 0


def test_one_of_several_cars_is_chosen(anna):
    """Each is a button."""
    path, fields = begin(anna)
    picked = anna.post(path, data=fields | {"do": "pick:10002"})
    answer = anna.post(path, data=hidden(picked.text, path) | TIMES | {"do": "car:1"})
    assert Elements(answer.text).field("vehicle_licence_plate") == "MS-BK 2"
    (pressed,) = Elements(answer.text).all("button", **{"aria-pressed": "true"})
    assert pressed["value"] == "car:1"


def test_customers_are_found_while_one_types(anna):
    """A part of the page, without the page around it."""
    answer = anna.post("/dms/customers", data={"customer_query": "mül"})
    assert (answer.text.strip()[:3], "Müller, Hans" in answer.text) == ("<ul", True)
    assert "Kein Kunde gefunden" in anna.post("/dms/customers", data={"customer_query": "xyz"}).text


def test_two_windows_do_not_overwrite_each_other(anna, site, saved):
    """Both versions are shown; either can be kept."""
    page = anna.get(path_of(saved)).text
    theirs = changed(saved, site.planner, work="Bremsen")
    fields = (
        hidden(page, path_of(saved))
        | BY_HAND
        | TIMES
        | {"work": "Ölwechsel", "vehicle_licence_plate": "KA-AS 1"}
    )
    conflict = anna.post(path_of(saved), data=fields)
    assert (
        site.planner.records.appointment(saved.id).visit.work,
        "bert hat den Termin am" in words(conflict),
    ) == ("Bremsen", True)
    assert "Arbeiten Ölwechsel Bremsen" in words(conflict)
    mine = hidden(conflict.text, path_of(saved)) | {"do": "save"}
    assert anna.post(path_of(saved), data=mine).status_code == 303
    kept = site.planner.records.appointment(saved.id)
    assert ("Ölwechsel", theirs.revision + 1, "anna") == (kept.visit.work, kept.revision, kept.saved_by)


def test_the_same_lines_differ_in_nothing(anna, site, saved):
    """A browser ends lines in its own way; that is no change of the work."""
    text = changed(saved, site.planner, work="Öl\nBremsen")
    page = anna.get(path_of(saved)).text
    fields = hidden(page, path_of(saved)) | BY_HAND | TIMES
    fields |= {
        "customer_first_name": "Änne",
        "vehicle_licence_plate": "KA-AS 1",
        "work": "Öl\r\nBremsen",
    }
    assert anna.post(path_of(saved), data=fields).status_code == 303
    assert text == site.planner.records.appointment(saved.id)


def test_a_visit_is_called_off_and_taken_up(anna, site, saved, fake):
    """Each is asked for, saved, told and noted."""
    asked = anna.get(f"{path_of(saved)}?ask=call-off").text
    answer = anna.post(f"{path_of(saved)}/status", data=hidden(asked, f"{path_of(saved)}/status"))
    assert "Gespeichert: Der Termin ist abgesagt." in words(anna.get(answer.headers["location"]))
    assert Status.CANCELLED is site.planner.records.appointment(saved.id).visit.status
    page = anna.get(path_of(saved)).text
    assert "Verfügbare Mietwagen suchen" not in page
    anna.post(f"{path_of(saved)}/status", data=hidden(page, f"{path_of(saved)}/status"))
    assert Status.SCHEDULED is site.planner.records.appointment(saved.id).visit.status
    assert [deed.action for deed in site.planner.audit.of(saved.id)] == [
        "appointment_cancelled",
        "appointment_taken_up",
    ]


def test_calling_off_what_was_changed_meanwhile_is_asked_about(anna, site, saved):
    """Nothing is called off unseen."""
    changed(saved, site.planner, work="Bremsen")
    path = f"{path_of(saved)}/status"
    answer = anna.post(path, data={"revision": str(saved.revision), "status": "cancelled"})
    assert "Sie wollten den Termin absagen." in words(answer)
    assert not site.planner.records.appointment(saved.id).is_cancelled
    anna.post(path, data=hidden(answer.text, path))
    assert site.planner.records.appointment(saved.id).is_cancelled


def test_what_was_typed_outlives_the_session(anna, site):
    """It travels through the sign-in and stands on the form again; nothing is saved by itself."""
    path, fields = begin(anna)
    typed = fields | BY_HAND | {"work": "Öl & <b>", "password": "canary", "customer_last_name": ""}
    stranger = site.browser()
    asked = stranger.post(path, data=typed)
    assert (asked.status_code, "canary" in asked.text) == (401, False)
    sent = hidden(asked.text, "/sign-in") | {"name": "anna"}
    again = stranger.post("/sign-in", data=sent | {"password": "wrong"})
    sent = hidden(again.text, "/sign-in") | {"name": "anna", "password": PASSWORD}
    signed_in = stranger.post("/sign-in", data=sent)
    assert (signed_in.status_code, "set-cookie" in signed_in.headers) == (200, True)
    stranger.cookies.update(signed_in.cookies)
    back = stranger.post(path, data=hidden(signed_in.text, path) | {"do": "again"})
    assert (
        Elements(back.text).field("start_date"),
        "Öl & <b>" in words(back),
        site.planner.records.count_appointments(),
    ) == ("25.11.2026", True, 0)
    assert "Bitte Nachnamen" not in words(back)


def test_a_list_that_is_cut_says_so(anna, site, monkeypatch):
    """While one types, and without a script."""
    monkeypatch.setattr("planner_host.pages.dms.MOST_HITS", 1)
    path, fields = begin(anna)
    for query, is_cut in (("1000", True), ("krüger", False)):
        typed = anna.post("/dms/customers", data={"customer_query": query})
        found = anna.post(path, data=fields | {"do": "find", "customer_query": query})
        for page in (typed, found):
            assert (1, is_cut) == (
                page.text.count('class="hit"'),
                "Weitere gefunden – bitte mehr tippen." in page.text,
            )
