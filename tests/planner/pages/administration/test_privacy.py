"""Data protection: an admin finds a person, sees what is stored, erases it, and reads what became of it."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from planner_host.dms import Dms

from ...conftest import BAKER, HANS, HOOKS, Elements, Fake, failing
from ..conftest import words

REMARK = "Der Verleih führt eigene Akten."


@pytest.fixture
def dms(tmp_path):
    """A DMS of this test's own."""
    with closing(Dms(tmp_path / "own" / "dms.sqlite3")) as dms:
        dms.replace([HANS, BAKER])
        yield dms


@pytest.fixture
def planner(workshop, fake):
    """A planner with a provider that erases, one that fails, and one that cannot."""

    def erase(subjects):
        return {"provider": "fake", "erased": 1, "kept": [], "remarks": [REMARK]}

    broken, unable = Fake("broken", "Pannendienst"), Fake("taxi", "Taxi Krause")
    return workshop.planner(
        fake.module(*HOOKS, on_personal_data_erased=erase),
        broken.module(on_personal_data_erased=failing()),
        unable.module(),
    )


@pytest.fixture
def hans(planner, draft, visit):
    """Two appointments of a customer of the DMS: one is over, for the other a car is out."""
    start = visit.start - timedelta(days=30)
    past = replace(visit, customer=HANS.document(), start=start, end=start + timedelta(hours=3))
    visits = (past, replace(visit, customer=HANS.document()))
    return [planner.records.save(draft(visit=each)).appointment for each in visits]


@pytest.fixture
def admin(site):
    """A browser in which the admin has signed in."""
    return site.browser("admin")


def send(admin, do, typed="müller", **fields):
    """Send the form."""
    return admin.post("/privacy", data={"words": typed, "do": do, **fields})


def test_a_person_is_erased_in_three_steps(admin, fake, hans, site):
    """Found, asked about, erased; the receipt says what each place has done, and who is asked again."""
    fake.book(hans[1].id, status="picked_up")
    found = send(admin, "find")
    page = Elements(found.text)
    (box,) = page.all("input", name="who")
    assert "checked" in box  # nobody else is meant
    for said in ("Hans Müller", "Kundennummer 10001", "2 Termine · steht in der DMS-Kopie", "bleibt vorerst"):
        assert said in words(found)
    asked = send(admin, "ask", who=box["value"])
    for said in ("Diese Daten endgültig löschen?", "Pannendienst, Fake & Co., Taxi Krause", "sobald es geht"):
        assert said in words(asked)
    assert site.planner.records.count_appointments() == 2

    answer = send(admin, "erase", who=box["value"])
    receipt = admin.get(answer.headers["location"])
    assert [site.planner.records.appointment(each.id) for each in hans] == [None, hans[1]]
    for said in (
        f"Werkstattplaner 1 Eintrag gelöscht Bleibt vorerst: Termin {hans[1].id}. Der Mietwagen ist noch",
        "DMS-Kopie des Planers 1 Eintrag gelöscht Der nächste Import bringt den Eintrag zurück",
        f"Fake & Co. 1 Eintrag gelöscht {REMARK}",
        "Pannendienst keine Antwort",
        "Taxi Krause kann nicht löschen",
        "noch nicht vollständig",
    ):
        assert said in words(receipt)
    for path in (answer.headers["location"], "/privacy", "/audit", "/audit.csv"):
        text = admin.get(path).text
        assert ("Müller" in text, "10001" in text) == (False, False), path
    assert "Löschung personenbezogener Daten noch nicht vollständig" in words(admin.get("/audit"))


def test_nobody_is_erased_by_mistake(admin, hans, site, draft, visit):
    """Of several nobody is chosen; without a choice there is nothing to confirm, a stale choice erases nobody."""
    namesake = {"source": "manual", "last_name": "Müller", "first_name": "Hans"}
    site.planner.records.save(draft(visit=replace(visit, customer=namesake)))
    found = send(admin, "find")
    assert ["checked" in each for each in Elements(found.text).all("input", name="who")] == [False, False]
    assert "Bitte wählen Sie aus, wer gelöscht werden soll." in words(send(admin, "ask"))
    for answer in (
        send(admin, "erase"),
        send(admin, "erase", who="made-up"),
        send(admin, "find", typed="Niemand"),
    ):
        assert answer.status_code == 200
    assert "Niemand gefunden" in words(send(admin, "find", typed="Xaver"))
    assert (site.planner.records.count_appointments(), site.planner.erasing.stored.latest(9)) == (3, [])


def test_retention_is_set_after_a_question(admin, hans, site, workshop):
    """Where appointments are older already; the audit log notes who set it."""
    workshop.clock.forward(62 * 24 * 3600)
    for typed, said in (("x", "ganze Zahl"), ("0", "ganze Zahl"), ("2", "1 Termin ist älter als angegeben")):
        assert said in words(admin.post("/privacy/retention", data={"months": typed}))
    assert site.planner.erasing.stored.months_kept == 0
    answer = admin.post("/privacy/retention", data={"months": "2", "sure": "yes"})
    page = admin.get(answer.headers["location"])
    assert ("Die Aufbewahrung ist gespeichert." in words(page), Elements(page.text).field("months")) == (
        True,
        "2",
    )
    admin.post("/privacy/retention", data={"months": ""})
    assert site.planner.erasing.stored.months_kept == 0
    log = words(admin.get("/audit"))
    assert ("nach 2 Monaten" in log, "keine Löschung" in log) == (True, True)


def test_a_form_that_was_open_brings_nothing_back(admin, site, hans):
    """Saving an appointment that was erased meanwhile is refused."""
    form = {"revision": "1", "customer_source": "manual", "customer_last_name": "Müller"}
    form |= {"start_date": "25.11.2026", "start_time": "8", "end_date": "25.11.2026", "end_time": "17"}
    (key,) = [each["value"] for each in Elements(send(admin, "find").text).all("input", name="who")]
    send(admin, "erase", who=key)
    answer = site.browser("anna").post(f"/appointments/{hans[0].id}", data=form | {"do": "save"})
    assert (answer.status_code, site.planner.records.count_appointments()) == (404, 0)
