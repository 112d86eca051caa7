"""Heute: the day's hand-overs and returns, what needs a look with the button that mends it, and who needs a car."""

from dataclasses import replace
from datetime import timedelta

import pytest

from planner_host.appointments.appointment import Status
from web_base.database import Database

from ..conftest import NOW, Elements, hidden
from .conftest import SCRIPT, book, path_of, proposal, save_as_bert, state_of, words

CAR = {"id": "V1", "make": "VW", "model": "Golf", "vehicle_class": "k", "features": []}
CAR |= {"licence_plate": "KA-CL 1", "station": "s1", "station_name": "Karlsruhe Mitte"}
WHY = {"code": "end_moved", "severity": "warning", "message": "Der Termin endet später."}
BEHIND = {"code": "records_behind", "severity": "info", "message": "Stand von gestern."}
SWAPPED = {"code": "vehicle_swapped", "severity": "info", "message": "Fabia statt Golf."}


@pytest.fixture
def plan(site, draft, visit):
    """Return what saves an appointment that begins so many hours from now, for a customer."""

    def plan(name, hours=1, **fields):
        start = NOW + timedelta(hours=hours)
        customer = {"source": "manual", "last_name": name}
        planned = replace(visit, start=start, end=start + timedelta(hours=3), customer=customer, **fields)
        return site.planner.records.save(draft(visit=planned)).appointment

    return plan


@pytest.fixture
def rent(fake):
    """Return what gives an appointment a rental, so many hours from now until so many."""

    def rent(appointment, start, end, status="reserved", **state):
        period = {"start": NOW + timedelta(hours=start), "end": NOW + timedelta(hours=end)}
        period = {side: when.isoformat() for side, when in period.items()}
        fake.book(appointment.id, period=period, status=status, vehicle=CAR)
        fake.states[appointment.id] |= state

    return rent


def section(answer, name):
    """Return what a list of the page says; the empty text where the page has none of this name."""
    _, _, after = answer.text.partition(f'id="today-{name}">')
    return " ".join(Elements(after.partition("</section>")[0]).text.split())


def press(browser, appointment, act, page="/"):
    """Press a button beside an appointment; return the page that comes."""
    path = f"{path_of(appointment)}/{act}"
    return browser.get(browser.post(path, data=hidden(browser.get(page).text, path)).headers["location"])


def test_cars_go_out_and_come_back_by_time(anna, plan, rent):
    """With car, plate, customer, station and state; what is overdue, of all days, is said on the day itself alone."""
    rent(plan("Weber"), 2, 30)
    rent(plan("Fuchs"), -1, 5, "picked_up")
    rent(plan("Spät"), -0.5, 5)
    rent(plan("Weg", -60), -60, -20, "picked_up")
    rent(plan("Zurück", -60), -60, -3, "returned")
    rent(plan("Bald", 24), 24, 26)
    page = anna.get("/")
    assert section(page, "hand_overs") == (
        "Ausgaben 3 09:07 VW Golf KA-CL 1 Fuchs · Karlsruhe Mitte · bis 15:07 ausgegeben "
        "09:37 VW Golf KA-CL 1 Spät · Karlsruhe Mitte · bis 15:07 überfällig seit 30 Min. "
        "12:07 VW Golf KA-CL 1 Weber · Karlsruhe Mitte · bis Mi 16:07 reserviert"
    )
    returns = section(page, "returns")
    late = "Mo 14:07 VW Golf KA-CL 1 Weg · Karlsruhe Mitte · seit Sa 22:07 überfällig seit 20 Std."
    assert returns.startswith(f"Rückgaben 4 {late} 07:07 ")
    assert [returns.count(each) for each in ("Zurück", "Fuchs", "ab 09:37", "Bald")] == [1, 1, 1, 0]
    assert "2 Termine" not in words(page)
    tomorrow = anna.get("/?day=2026-11-25")
    for text, is_there in (("Morgen, Mittwoch 25. November", True), ("überfällig", False)):
        assert (text in words(tomorrow)) is is_there
    shown = [section(tomorrow, name) for name in ("hand_overs", "returns")]
    assert ["Bald" in each for each in shown] == [True, True]
    assert ["Weber" in each for each in shown] == [False, True]


def test_a_proposal_of_any_week_is_followed_by_its_button(anna, site, plan, rent, fake):
    """With the reason; a cancellation is a link to the question. One that was hidden leaves nothing to check."""
    one, other = plan("Weber", 500), plan("Fuchs", 900)
    moved = proposal(reason="end_moved")
    rent(one, 500, 502, state="attention", proposals=[moved], notices=[WHY, BEHIND])
    rent(other, 900, 902, state="attention", proposals=[proposal("cancel")])
    page = anna.get("/")
    assert "Di 22.12" not in page.text
    assert section(page, "checks") == (
        "Bitte prüfen 2 alle Wochen 15.12., 06:07 Weber KA-AS 1 Der Termin endet später. Ende ändern "
        "31.12., 22:07 Fuchs KA-AS 1 Anpassen? Stornieren"
    )
    assert section(anna.get("/?day=2026-11-25"), "checks") == ""
    (link,) = [each for each in Elements(page.text).addresses if "ask=follow" in each]
    assert link.startswith(path_of(other))
    fake.outcomes = [{"status": "done"}]
    press(anna, one, "proposal")
    assert [each["end"] for each in fake.changes] == [moved["change"]["end"]]
    site.planner.records.hide_proposal(one.id, moved["id"])
    assert (state_of(site, one), "Weber" in section(anna.get("/"), "checks")) == ("reserved", False)


def test_a_notice_stands_until_it_is_noted(anna, site, plan, rent):
    """In the calendar, too; a new revision of the appointment, or another car, says it again."""
    one = plan("Weber")
    rent(one, 1, 4, state="attention", notices=[SWAPPED])
    assert section(anna.get("/"), "checks").endswith("Weber KA-AS 1 Fabia statt Golf. Gesehen")
    anna.post(f"{path_of(one)}/noted", data={"notice": "notice/fake/other/V1"})
    assert state_of(site, one) == "attention"
    assert section(press(anna, one, "noted"), "checks") == ""
    hidden = {(one.id, "notice/fake/vehicle_swapped/V1")}
    assert (state_of(site, one), site.planner.records.hidden_of([one.id])) == ("reserved", hidden)
    save_as_bert(site.planner, one, work="Bremsen")
    assert "Fabia statt Golf." in section(anna.get("/"), "checks")


def test_a_provider_that_gives_no_reason_is_looked_at(anna, plan, rent):
    """One of contract 1.0 says no more than that something does not fit; a mere information is none."""
    rent(plan("Weber"), 1, 4, state="attention", notices=[BEHIND])
    assert "Fake & Co. bittet, den Mietwagen zu prüfen. Ansehen" in section(anna.get("/"), "checks")


def test_a_rental_that_is_gone_is_noted_and_searched_anew(anna, site, saved, fake):
    """Noting it leads back to the day."""
    book(anna, saved)
    del fake.states[saved.id]
    assert "besteht bei Fake & Co. nicht mehr. Neu suchen Gesehen" in section(anna.get("/"), "checks")
    page = press(anna, saved, "rental/gone")
    assert ("Heute, Dienstag" in words(page), section(page, "checks")) == (True, "")


def test_what_is_not_known_yet_and_what_became_of_it(anna, site, saved, fake, workshop):
    """Of any day: first that it is open, with the car; then the outcome, until somebody has opened it."""
    fake.outcomes = ["unknown"]
    fake.options = [fake.option("V1")]
    book(anna, saved)
    workshop.clock.forward(130)
    page = anna.get("/")
    open_now = section(page, "unknown")
    assert "Sommer, Änne KA-AS 1" in open_now
    assert open_now.endswith("Ob der Mietwagen gebucht ist, ist noch nicht bekannt seit 2 Min.")
    workshop.clock.forward(100 * 24 * 3600)
    assert "Sommer, Änne KA-AS 1" in section(anna.get("/"), "unknown")
    fake.outcomes = ["vehicle_unavailable"]
    site.planner.changes.retry(saved.id)
    page = anna.get("/")
    assert section(page, "checks").endswith("Der Verleihvorgang ist nicht gespeichert Ansehen")
    assert section(page, "unknown") == ""
    anna.get(path_of(saved))
    assert section(anna.get("/"), "checks") == ""


def test_that_a_customer_needs_no_car_is_said_once(anna, site, plan, rent):
    """It is stored, and can be taken back; who has a car or is not expected is not asked about."""
    one, other = plan("Weber"), plan("Fuchs", 2)
    rent(plan("Stein", 3), 3, 5)
    save_as_bert(site.planner, plan("Voß", 4), status=Status.CANCELLED)
    plan("Bald", 24)
    page = anna.get("/")
    assert section(page, "undecided") == (
        "Termine ohne Entscheidung 2 11:07 Weber KA-AS 1 Inspektion · bis 14:07 Mietwagen braucht keinen "
        "12:07 Fuchs KA-AS 1 Inspektion · bis 15:07 Mietwagen braucht keinen"
    )
    assert f"{path_of(one)}?search=yes" in Elements(page.text).addresses
    assert "3 Termine · 1 Ausgabe · 1 Rückgabe" in words(page)
    said = section(press(anna, one, "car"), "undecided")
    assert "Entscheidung 1 12:07 Fuchs" in said
    assert "1 braucht keinen Mietwagen 11:07 Weber" in said
    assert "Über alle Termine ist entschieden. 2 brauchen" in section(press(anna, other, "car"), "undecided")
    assert "Entscheidung 1 11:07 Weber" in section(press(anna, one, "car"), "undecided")


def test_a_provider_that_does_not_answer_is_said(workshop, serve, draft, visit, fake):
    """Who could have a car there is not hidden: neither where it is silent nor where it is not loaded any more."""
    planner = workshop.planner(fake.module())
    today = replace(visit, start=NOW, end=NOW + timedelta(hours=3))
    saved = planner.records.save(draft(visit=today)).appointment
    planner.records.store_renter(saved.id, visit.customer, provider="lost", rental_id="R-1")
    page = serve(planner).browser("anna").get("/")
    assert "lost antwortet gerade nicht oder fehlerhaft Der Anbieter ist nicht geladen" in words(page)
    assert "KA-AS 1 Inspektion · bis 13:07 keine Auskunft Mietwagen" in section(page, "undecided")


def test_a_day_without_anything(anna, workshop):
    """It says so; so does a list that is empty. A day that is none is today."""
    for address in ("/", "/?day=x", "/?day=9999-12-31", "/?day=0001-01-01"):
        page = words(anna.get(address))
        assert "Heute, Dienstag 24. November" in page
        assert "An diesem Tag steht nichts an. Zum Kalender" in page


def test_a_list_without_anything(anna, plan):
    """Beside one that has something."""
    plan("Weber")
    page = words(anna.get("/"))
    assert "Ausgaben 0 An diesem Tag wird kein Wagen ausgegeben." in page
    assert "Rückgaben 0 An diesem Tag kommt kein Wagen zurück." in page


def test_a_full_day_asks_no_more_than_an_empty_one(anna, plan, rent, fake, monkeypatch):
    """One question to the providers, and the same few queries."""
    queries, ask = [], Database.all
    monkeypatch.setattr(Database, "all", lambda *given: queries.append(given[1]) or ask(*given))
    asked = []
    for more in (1, 30):
        for number in range(more):
            rent(plan(f"N{number}"), 1, 4, state="attention", notices=[SWAPPED])
        queries.clear()
        fake.asked.clear()
        anna.get("/")
        asked.append((fake.asked[:], len(queries)))
    assert asked == [(["states"], 7)] * 2


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(anna, site, monkeypatch):
    """A screen that is left alone asks every 30 seconds, which is no use of a session."""
    began = site.access._now()
    for hours, headers, status in ((11, SCRIPT, 200), (13, SCRIPT, 401), (13, {}, 303)):
        monkeypatch.setattr(site.access, "_now", lambda: began + hours * 3600)  # noqa: B023
        assert anna.get("/", headers=headers).status_code == status
