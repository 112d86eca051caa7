"""What needs a decision stands at the top of an appointment's page, with its button, and under no other notice."""

import pytest

from ..conftest import PERIOD
from .conftest import path_of, words

WARNING = {"code": "end_moved", "severity": "warning", "message": "Der Mietwagen passt nicht mehr."}
CHANGE = {
    "provider": "fake",
    "action": "change_end",
    "site": "main",
    "rental_id": "R-1",
    "end": PERIOD["end"],
}
PROPOSAL = {"id": "p", "reason": "end_moved", "message": "Verleihende anpassen", "change": CHANGE}


@pytest.mark.parametrize("done", ["", "saved"])
def test_a_rental_that_does_not_fit_is_said_first(anna, saved, fake, done):
    """Above what was saved and above step 1; once, and it has the focus after saving."""
    fake.book(saved.id)
    fake.states[saved.id] |= {"state": "attention", "proposals": [PROPOSAL], "notices": [WARNING]}
    page = anna.get(path_of(saved), params={"done": done})
    said = words(page)
    assert (said.count(WARNING["message"]), page.text.count(f'action="{path_of(saved)}/proposal"')) == (1, 1)
    order = [WARNING["message"], "Vorschlag annehmen", "1. Kunde"]
    order[2:2] = ["Der Termin ist gespeichert."] if done else []
    places = [said.index(each) for each in order]
    assert sorted(places) == places
    before, _, after = page.text.partition('id="visit"')
    assert (bool(done), 0) == ("autofocus" in before, after.count(" autofocus"))


def test_while_a_change_is_found_out_nothing_else_is_decided(anna, saved, fake):
    """The provider takes no other change before."""
    fake.book(saved.id)
    pending = {
        "change_id": "0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51",
        "action": "cancel",
        "since": PERIOD["start"],
    }
    fake.states[saved.id] |= {"state": "unknown", "proposals": [PROPOSAL], "pending": pending}
    assert "Vorschlag annehmen" not in words(anna.get(path_of(saved)))


def test_a_company_without_a_contact_person_has_its_name_alone(anna, site, saved, fake):
    """On the page and on paper."""
    customer = {"source": "manual", "salutation": "Firma", "company": "Medizintechnik Wenzel GmbH"}
    site.planner.records.note_renter(saved.id, customer, provider="fake", rental_id="R-1")
    fake.book(saved.id)
    for path in (path_of(saved), f"{path_of(saved)}/print"):
        page = anna.get(path)
        assert ("Medizintechnik Wenzel GmbH" in words(page), "Firma</dd>" in page.text) == (True, False)
        assert "GmbHFirma" not in words(page).replace(" ", "")
