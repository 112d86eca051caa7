"""The person who rents: as it was booked, on the page and on paper."""

import pytest

from planner_host.mobility.step import look_up

from ..conftest import PERIOD
from .conftest import book, path_of, save_as_bert, words

RENTER = {"renter_last_name": "Winter", "renter_company": "Canary KG", "renter_mobile": "0170 1"}
RENTER |= {"renter_street": "Weg 1", "renter_postal_code": "12345", "renter_city": "Ort"}


@pytest.fixture
def booked(anna, saved, fake):
    """A rental of somebody else than the appointment's customer."""
    assert book(anna, saved, **RENTER).status_code == 303
    fake.book(saved.id, vehicle=fake.option()["vehicle"], planned_end="2026-11-25T18:00:00+01:00")


def sheet_of(browser, appointment):
    """Return the text of the printed sheet."""
    return words(browser.get(f"{path_of(appointment)}/print"))


def test_the_rental_and_the_sheet_name_who_rents(anna, site, saved, booked):
    """Also once another customer brings the car; the sheet has the address and the planned end; no repr has them."""
    save_as_bert(site.planner, saved, customer=saved.visit.customer | {"last_name": "Herbst"})
    assert "Mieter Canary KG, Winter" in words(anna.get(path_of(saved)))
    sheet = sheet_of(anna, saved)
    assert "Kunde Canary KG Winter Anschrift Weg 1 12345 Ort Telefon 0170 1" in sheet
    assert "Fahrzeugklasse Kombi (de)" in sheet
    assert "Geplantes Ende 25.11.2026, 18:00" in sheet
    assert ("Sommer" in sheet, "Herbst" in sheet) == (False, False)
    step = look_up(saved, site.planner, locale="de")
    assert (step.rentals[0].renter["last_name"], "Winter" in repr(step)) == ("Winter", False)


def test_a_rental_that_was_not_booked_here_names_nobody(anna, saved, fake):
    """The sheet has the appointment's customer, if there is one; a planned end is shown only where it differs."""
    assert anna.get(f"{path_of(saved)}/print").status_code == 404
    for more in ({}, {"planned_end": PERIOD["end"]}):
        fake.book(saved.id, **more)
        assert "Mieter" not in words(anna.get(path_of(saved)))
        sheet = sheet_of(anna, saved)
        assert "Kunde Änne Sommer" in sheet
        assert ("Anschrift" in sheet, "Geplantes Ende" in sheet) == (False, False)


def test_who_rents_is_known_after_an_unknown_outcome(anna, site, saved, fake):
    """It is in the change that is asked for again."""
    fake.outcomes = ["unknown", "done"]
    book(anna, saved, **RENTER)
    site.planner.changes.retry(saved.id)
    renters = site.planner.records.renters(saved.id)
    assert {key: customer["last_name"] for key, customer in renters.items()} == {("fake", "R-1"): "Winter"}
