"""Steps 1 to 3 of an appointment: each button, and what the page says afterwards."""

import re

from planner_host.appointments.appointment import Status

from ..conftest import PASSWORD, Elements, hidden
from .conftest import path_of, save_as_bert, words

TIMES = {"start_date": "25.11.2026", "start_time": "8", "end_date": "25.11.", "end_time": "1700"}
BY_HAND = {"customer_source": "manual", "customer_last_name": "Sommer", "do": "save"}
OTHERWISE = {"customer_first_name": "Änne", "vehicle_licence_plate": "KA-AS 1"}


def begin(browser):
    """Open an empty form; return its address, and what it sends by itself."""
    page = browser.get("/appointments/new").text
    (path,) = re.findall(r'action="(/appointments/T-[0-9a-f]+)"', page)
    return path, hidden(page, path) | TIMES


def visit_at(site, path):
    """Return the visit that is saved under an address."""
    return site.planner.records.appointment(path.rpartition("/")[2]).visit


def test_a_new_appointment_is_saved_once(anna, site, fake):
    """However often the form is sent; the provider is told, the audit log has who did it, the page says so."""
    path, fields = begin(anna)
    for _ in range(3):
        answer = anna.post(path, data=fields | BY_HAND)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=saved")
    assert set(fake.asked) == {"saved"}
    page = words(anna.get(f"{path}?done=saved"))
    assert ("Der Termin ist gespeichert." in page, "Verfügbare Mietwagen suchen" in page) == (True, True)
    assert site.planner.records.count_appointments() == 1
    assert site.planner.records.appointment(path.rpartition("/")[2]).revision == 1
    (entry,) = site.planner.audit.of(path.rpartition("/")[2])
    assert (entry.user, entry.action) == ("anna", "appointment_new")


def test_mistakes_are_marked_and_nothing_typed_is_lost(anna, site):
    """Nothing is saved; the part that was typed by hand is open, and the browser does not check the form itself."""
    path, fields = begin(anna)
    wrong = {"start_date": "31.2.", "customer_last_name": "", "customer_phone": "0721 1"}
    answer = anna.post(path, data=fields | BY_HAND | wrong)
    page = Elements(answer.text)
    assert [page.field(name) for name in ("start_date", "customer_phone")] == ["31.2.", "0721 1"]
    marked = {each["name"] for each in page.all("input", **{"aria-invalid": "true"})}
    assert marked == {"start_date", "customer_last_name"}
    assert (answer.status_code, site.planner.records.count_appointments()) == (200, 0)
    assert "Das ist kein Datum" in page.text
    assert "Bitte Nachnamen oder Firma eingeben" in page.text
    (by_hand,), (form,) = page.all("details"), page.all("form", id="visit")
    assert ("open" in by_hand, "novalidate" in form) == (True, True)


def test_a_customer_is_found_picked_and_locked(anna, site):
    """With the only car; what is saved is what the DMS has, whatever is sent beside it."""
    path, fields = begin(anna)
    found = anna.post(path, data=fields | {"do": "find", "customer_query": "muller hans"})
    (hit,) = Elements(found.text).all("button", form="visit")
    assert hit["value"] == "pick:10001"
    picked = anna.post(path, data=fields | {"do": hit["value"]})
    sent = hidden(picked.text, path) | TIMES | {"do": "save", "customer_last_name": "Meier"}
    sent |= {"vehicle_licence_plate": Elements(picked.text).field("vehicle_licence_plate")}
    assert anna.post(path, data=sent).status_code == 303
    visit = visit_at(site, path)
    customer = [visit.customer[name] for name in ("source", "number", "last_name")]
    assert (customer, visit.vehicle["licence_plate"]) == (["dms", "10001", "Müller"], "K-MU 123")


def test_a_search_for_a_customer_prevents_saving_where_nobody_is_named(anna, site):
    """As by Enter. Those who were found stay on the page. Where nobody was found and one is typed, it is saved."""
    path, fields = begin(anna)
    (enter,) = Elements(anna.get("/appointments/new").text).all("button", tabindex="-1")
    answer = anna.post(path, data=fields | {"customer_query": "krüger", "do": enter["value"]})
    assert "Bäcker Krüger" in words(answer)
    answer = words(anna.post(path, data=fields | {"customer_query": "krüger", "do": "save"}))
    assert ("Bäcker Krüger" in answer, "nicht gespeichert" in answer) == (True, True)
    assert site.planner.records.count_appointments() == 0
    sent = fields | BY_HAND | {"customer_source": "", "customer_query": "xyz", "do": enter["value"]}
    assert anna.post(path, data=sent).status_code == 303
    assert site.planner.records.count_appointments() == 1


def test_one_of_several_cars_is_chosen(anna):
    """Each is a button."""
    path, fields = begin(anna)
    picked = anna.post(path, data=fields | {"do": "pick:10002"})
    answer = anna.post(path, data=hidden(picked.text, path) | TIMES | {"do": "car:1"})
    assert Elements(answer.text).field("vehicle_licence_plate") == "MS-BK 2"
    (pressed,) = Elements(answer.text).all("button", **{"aria-pressed": "true"})
    assert pressed["value"] == "car:1"


def test_customers_are_found_while_one_types(anna, monkeypatch):
    """The answer is a part of the page; here and without a script, a list that is cut says so."""
    answer = anna.post("/dms/customers", data={"customer_query": "mül"})
    assert (answer.text.strip()[:3], "Müller, Hans" in answer.text) == ("<ul", True)
    assert "Kein Kunde gefunden" in anna.post("/dms/customers", data={"customer_query": "xyz"}).text
    monkeypatch.setattr("planner_host.views.visit.MOST_HITS", 1)
    path, fields = begin(anna)
    typed = anna.post("/dms/customers", data={"customer_query": "1000"})
    found = anna.post(path, data=fields | {"do": "find", "customer_query": "1000"})
    for page in (typed, found):
        assert page.text.count('class="hit"') == 1
        assert "Weitere gefunden – bitte mehr tippen." in page.text


def test_two_windows_do_not_overwrite_each_other(anna, site, saved):
    """Both versions are shown; either can be kept. Line ends of a browser are no change."""
    page = anna.get(path_of(saved)).text
    theirs = save_as_bert(site.planner, saved, work="Bremsen")
    fields = hidden(page, path_of(saved)) | BY_HAND | TIMES | OTHERWISE
    conflict = anna.post(path_of(saved), data=fields | {"work": "Ölwechsel"})
    assert site.planner.records.appointment(saved.id).visit.work == "Bremsen"
    assert "bert hat den Termin am" in words(conflict)
    assert "Arbeiten Ölwechsel Bremsen" in words(conflict)
    mine = hidden(conflict.text, path_of(saved)) | {"do": "save"}
    assert anna.post(path_of(saved), data=mine).status_code == 303
    kept = site.planner.records.appointment(saved.id)
    assert (kept.visit.work, kept.revision, kept.saved_by) == ("Ölwechsel", theirs.revision + 1, "anna")
    kept = save_as_bert(site.planner, kept, work="Öl\nBremsen")
    mine = hidden(anna.get(path_of(saved)).text, path_of(saved)) | BY_HAND | TIMES | OTHERWISE
    assert anna.post(path_of(saved), data=mine | {"work": "Öl\r\nBremsen"}).status_code == 303
    assert site.planner.records.appointment(saved.id) == kept


def test_a_visit_is_cancelled_and_reinstated(anna, site, saved):
    """Cancelling asks first; both are saved and in the audit log."""
    path = f"{path_of(saved)}/status"
    asked = anna.get(f"{path_of(saved)}?ask=appointment-cancellation").text
    answer = anna.post(path, data=hidden(asked, path))
    assert "Gespeichert: Der Termin ist abgesagt." in words(anna.get(answer.headers["location"]))
    assert visit_at(site, path_of(saved)).status is Status.CANCELLED
    page = anna.get(path_of(saved)).text
    assert "Verfügbare Mietwagen suchen" not in page
    anna.post(path, data=hidden(page, path))
    assert visit_at(site, path_of(saved)).status is Status.SCHEDULED
    entries = [entry.action for entry in site.planner.audit.of(saved.id)]
    assert entries == ["appointment_cancelled", "appointment_taken_up"]


def test_cancelling_what_somebody_else_has_changed_asks_again(anna, site, saved):
    """Nothing is cancelled unseen."""
    save_as_bert(site.planner, saved, work="Bremsen")
    path = f"{path_of(saved)}/status"
    answer = anna.post(path, data={"revision": str(saved.revision), "status": "cancelled"})
    assert "Sie wollten den Termin absagen." in words(answer)
    assert not site.planner.records.appointment(saved.id).is_cancelled
    anna.post(path, data=hidden(answer.text, path))
    assert site.planner.records.appointment(saved.id).is_cancelled


def test_what_was_typed_outlives_the_session(anna, site):
    """It travels through the sign-in and stands on the form again; nothing is saved by that."""
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
    back = stranger.post(path, data=hidden(signed_in.text, path) | {"do": "again"})
    assert (Elements(back.text).field("start_date"), "Öl & <b>" in words(back)) == ("25.11.2026", True)
    assert "Bitte Nachnamen" not in words(back)
    assert site.planner.records.count_appointments() == 0
