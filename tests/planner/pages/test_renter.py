"""Who rents: as it was booked, on the page and on paper, and gone with the appointment."""

from dataclasses import replace

import pytest

from ..conftest import PERIOD, Elements
from .conftest import path_of, search_form, words

RENTER = {
    "renter_last_name": "Winter",
    "renter_company": "Canary KG",
    "renter_street": "Weg 1",
    "renter_postal_code": "12345",
    "renter_city": "Ort",
    "renter_mobile": "0170 1",
}


@pytest.fixture
def booked(anna, saved, fake):
    """A rental of somebody else than the appointment's customer; give what is shown of it."""
    fields = search_form(anna, saved) | {"option": "fake:V1"} | RENTER
    assert anna.post(f"{path_of(saved)}/rental", data=fields).status_code == 303
    fake.book(saved.id, vehicle=fake.option()["vehicle"], planned_end="2026-11-25T18:00:00+01:00")


def test_the_rental_and_the_sheet_name_who_rents(anna, saved, booked):
    """Not the appointment's customer; the sheet says where they live, the class by its name, and the planned end."""
    assert "Mieter Canary KG Winter Verleihzeitraum" in words(anna.get(path_of(saved)))
    sheet = words(anna.get(f"{path_of(saved)}/print"))
    for said in (
        "Kunde Canary KG Winter Anschrift Weg 1 12345 Ort Telefon 0170 1",
        "Fahrzeugklasse Kombi (de)",
        "Geplantes Ende 25.11.2026, 18:00",
    ):
        assert said in sheet
    assert "Sommer" not in sheet


def test_who_rents_stays_when_the_appointment_changes(anna, site, saved, booked):
    """Another customer brings the car; the rental is whose it was."""
    visit = replace(saved.visit, customer=saved.visit.customer | {"last_name": "Herbst"})
    site.planner.records.save(replace(saved, visit=visit))
    assert "Mieter Canary KG Winter" in words(anna.get(path_of(saved)))


def test_a_rental_that_was_not_booked_here_names_nobody(anna, saved, fake):
    """The sheet names the appointment's customer, as the best there is."""
    fake.book(saved.id)
    assert "Mieter" not in words(anna.get(path_of(saved)))
    sheet = words(anna.get(f"{path_of(saved)}/print"))
    assert ("Kunde Änne Sommer" in sheet, "Anschrift" in sheet, "Geplantes Ende" in sheet) == (
        True,
        False,
        False,
    )


def test_who_rents_is_known_when_it_was_unknown_for_a_while(anna, site, saved, fake):
    """It is in the change that is asked for again."""
    fake.outcomes = ["unknown", "done"]
    fields = search_form(anna, saved) | {"option": "fake:V1"} | RENTER
    anna.post(f"{path_of(saved)}/rental", data=fields)
    site.planner.changes.ask_again(saved.id)
    assert {
        key: customer["last_name"] for key, customer in site.planner.records.renters(saved.id).items()
    } == {("fake", "R-1"): "Winter"}


def test_who_rents_goes_with_the_appointment(site, saved, booked, workshop):
    """Nothing of them stays in the file."""
    database = site.planner.records.database
    with database.writing():
        database.run("DELETE FROM appointments WHERE id = ?", saved.id)
    assert site.planner.records.renters(saved.id) == {}
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not any(b"Canary" in path.read_bytes() for path in workshop.folder.glob("planner.sqlite3*"))


def test_who_rents_is_in_no_repr(site, saved, booked):
    """Logs may hold what a page is made of."""
    from planner_host.step import look_up

    step = look_up(saved, site.planner, locale="de")
    assert (step.rentals[0].renter["last_name"], "Winter" in repr(step)) == ("Winter", False)


def test_an_end_is_planned_where_it_differs(anna, saved, fake):
    """As a rental that was brought back shows it."""
    fake.book(saved.id, planned_end=PERIOD["end"])
    assert "Geplantes Ende" not in Elements(anna.get(f"{path_of(saved)}/print").text).text
