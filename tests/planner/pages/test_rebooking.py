"""Rebooking by hand: another vehicle, period or customer in one step."""

import pytest

from ..conftest import HOOKS, PERIOD, Elements, hidden, problem
from .conftest import by_page_and_script, options_of, path_of, refused, unsaved, words

ALL = ["change_end", "cancel", "rebook"]
LATER = {"end_date": "27.11.2026"}
EUROS = {"currency": "EUR", "tax_included": True}


@pytest.fixture
def planner(workshop, fake, other):
    """A planner with a provider that quotes and rebooks, and one that does neither; each has an option."""
    fake.capabilities = ["quote", "rebook"]
    fake.options, other.options = [fake.option("V2")], [other.option("O1")]
    return workshop.planner(fake.module(*HOOKS, "quote_rental_change"), other.module(*HOOKS))


@pytest.fixture
def path(saved, fake):
    """An appointment with a rental."""
    fake.book(saved.id, allowed_changes=ALL, vehicle=fake.option("V1")["vehicle"])
    return path_of(saved)


def rebook_form(browser, path, **fields):
    """Open the form; return what it sends."""
    page = browser.get(f"{path}?rebook=yes").text
    times = {"start_date": "25.11.2026", "start_time": "08:00", "end_date": "25.11.2026", "end_time": "17:00"}
    return hidden(page, f"{path}/rebooking/offers") | times | {"option": "fake:V2"} | fields


def test_the_form_has_the_rentals_period_and_its_providers_cars(anna, saved, fake, path):
    """The rental stands above it; of an appointment that it does not fit any more the form has the period."""
    longer = PERIOD | {"end": "2026-11-26T12:00:00+01:00"}
    fake.book(saved.id, allowed_changes=ALL, period=longer)
    page = anna.get(f"{path}?rebook=yes")
    ends = Elements(page.text).all("input", id="rent_end_date")
    assert (options_of(page), [each["value"] for each in ends]) == (["fake:V2"], ["26.11.2026"])
    assert ("VW Golf Variant" in words(page), 'name="second"' in page.text) == (True, False)
    fake.states[saved.id] |= {
        "state": "attention",
        "proposals": [
            {
                "id": "p",
                "reason": "appointment_moved",
                "message": "Umbuchen?",
                "change": {"provider": "fake", "action": "cancel", "site": "main", "rental_id": "R-1"},
            }
        ],
    }
    page = anna.get(f"{path}?rebook=yes")
    assert Elements(page.text).all("input", id="rent_end_date")[0]["value"] == "25.11.2026"


def test_the_rental_is_replaced_in_one_step(anna, saved, fake, path):
    """By what was chosen, for whom the form says; sent again it is the same change."""
    fake.outcomes = [{"status": "done", "rental": fake.rental(saved.id, id="R-2")}]
    sent = rebook_form(anna, path, renter_last_name="Winter")
    for _ in range(2):
        answer = anna.post(f"{path}/rebooking/rental", data=sent)
        assert answer.headers["location"] == f"{path}?done=rebook#step-4"
        fake.book(saved.id, id="R-2", allowed_changes=ALL)
    change = {"action": "rebook", "rental_id": "R-1", "revision": 3, "site": "main", "option_id": "V2"}
    assert fake.changes[0] == fake.changes[0] | change | {"period": PERIOD}
    assert fake.changes[0]["customer"] == {"source": "manual", "last_name": "Winter"}
    assert {each["change_id"] for each in fake.changes} == {sent["change_id"]}
    assert "Der Verleihvorgang ist umgebucht." in words(anna.get(f"{path}?done=rebook"))


def test_its_own_vehicle_can_be_had_for_another_period(anna, saved, fake, path):
    """Where it is free then, for a price that was shown; an end typed after that is priced anew first."""
    fake.quoted = {"difference": {"amount": "-5.00", **EUROS}, "price": {"amount": "44.90", **EUROS}}
    sent = rebook_form(anna, path, **LATER)
    quoted = Elements(anna.post(f"{path}/rebooking/same", data=sent).text)
    assert "−5,00 € · neu 44,90 €" in " ".join(quoted.text.split())
    same = {"same": "V1", "same_for": quoted.field("same_for"), "option": ""}
    other = anna.post(f"{path}/rebooking/rental", data=sent | same | {"end_date": "28.11.2026"})
    assert ("Sie haben den Zeitraum geändert." in words(other), fake.changes) == (True, [])
    assert anna.post(f"{path}/rebooking/rental", data=sent | same).status_code == 303
    (change,) = fake.changes
    assert (change["option_id"], change["period"]["end"]) == ("V1", "2026-11-27T17:00:00+01:00")
    fake.quoted = {"possible": False}
    assert "Das ist nicht möglich." in words(anna.post(f"{path}/rebooking/same", data=sent))


@by_page_and_script
def test_what_cannot_be_rebooked_leaves_the_rental(anna, saved, fake, path, headers):
    """Nothing chosen, another provider's car, a refusal with what can be had instead; the form stays open."""
    for option in ("", "other:O1"):
        answer = anna.post(
            f"{path}/rebooking/rental", data=rebook_form(anna, path, option=option), headers=headers
        )
        assert ("Bitte wählen Sie zuerst einen Mietwagen" in words(answer), fake.changes) == (True, [])
    fake.outcomes = [
        refused(problem("vehicle_unavailable"), alternatives=[fake.option("V9", match="alternative")])
    ]
    answer = anna.post(f"{path}/rebooking/rental", data=rebook_form(anna, path), headers=headers)
    assert "Der Verleihvorgang ist nicht umgebucht" in words(answer)
    assert options_of(answer) == ["fake:V9", "fake:V2"]
    assert hidden(answer.text, f"{path}/rebooking/offers")["rental_id"] == "R-1"
    fake.book(saved.id, status="picked_up", allowed_changes=["change_end"])
    gone = anna.post(f"{path}/rebooking/offers", data={"rental_id": "R-1"})
    assert "Der Verleihvorgang ist nicht umgebucht" in words(gone)


def test_unsaved_steps_are_saved_first(anna, site, saved, fake, path):
    """The form follows them, and what is found is for the new time."""
    sent = rebook_form(anna, path) | unsaved(anna, saved, end_date="26.11.2026", end_time="16:00")
    page = anna.post(f"{path}/rebooking/offers", data=sent)
    assert Elements(page.text).field("found_period").endswith("2026-11-26T16:00:00+01:00")
    assert ("Der Termin ist gespeichert." in words(page), fake.changes) == (True, [])
