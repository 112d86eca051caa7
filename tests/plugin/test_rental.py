"""Finding the rental that a change is about."""

from dataclasses import replace

import pytest

from carloop_plugin.messages import text
from carloop_plugin.model import AccountId, AppointmentId


@pytest.mark.parametrize(
    ("rental_id", "site"),
    [("R-never", {}), ("R-never", {"site": "main"}), ("..", {"site": "main"})],
    ids=["anywhere", "at the site", "no path segment"],
)
def test_an_unknown_rental_is_not_found(planner, rental_id, site):
    """With or without a site; an id that would lead to another address is not asked for."""
    planner.save()
    outcome = planner.do(planner.end_change({"id": rental_id}, planner.end(), **site))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_not_found")
    assert outcome["problem"]["pointer"] == "/rental_id"
    assert outcome["problem"]["detail"] == text("change.rental_not_found", "de")


def test_a_rental_made_at_the_desk_is_not_ours(planner):
    """Carloop knows it, and it carries no reference of this installation."""
    rentals = planner.control.api("GET", "/rentals", params={"limit": "50"}).json()["items"]
    desks = next(each for each in rentals if each["external_reference"] is None)
    outcome = planner.do(planner.cancellation(rental_id=desks["id"], site="main"))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_not_found")


def test_a_rental_with_our_reference_is_adopted(planner, rent_directly, records):
    """Records that never knew it take it over, so that it can be cancelled; another installation's is not found."""
    planner.save()
    with records() as store:
        ours = store.installation
    option = planner.roomy_car()
    middle = planner.start() + (planner.end() - planner.start()) / 2
    made = rent_directly(option, planner.start(), middle, reference=f"{ours}/main/{planner.id}/any-change")
    others = rent_directly(option, middle, planner.end(), reference=f"other/main/{planner.id}/any-change")
    outcome = planner.do(planner.cancellation(rental_id=made["id"], site="main"))
    assert outcome["status"] == "done", outcome
    assert (outcome["rental"]["appointment_id"], outcome["rental"]["status"]) == (planner.id, "cancelled")
    outcome = planner.do(planner.cancellation(rental_id=others["id"], site="main"))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_not_found")


def test_one_id_in_two_accounts_is_the_present_accounts_rental(planner, records):
    """Two Carloops number alike; a change goes to the one whose token is in use."""
    planner.save()
    rental = planner.book()
    with records() as store:
        (known,) = store.rentals_named(rental["id"])
        twin = replace(known, account=AccountId("other"), appointment_id=AppointmentId("A-twin"))
        assert store.keep_rental(twin)
    outcome = planner.do(planner.cancellation(rental_id=rental["id"]))
    assert (outcome["status"], outcome["rental"]["appointment_id"]) == ("done", planner.id)
    (state,) = planner.host.mobility_states(["A-twin"]).answers["carloop"]
    assert state["rental"]["status"] == "reserved"
