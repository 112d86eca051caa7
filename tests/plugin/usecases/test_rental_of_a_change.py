"""Finding the rental that a change is about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carloop_plugin.messages import text


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


def test_a_rental_with_our_reference_is_adopted(planner, rental, rent_directly, records):
    """Records that never knew it take it over. The desk's, without one, and another installation's are not found."""
    planner.save(id=f"{planner.id}-2")
    with records() as store:
        ours, (known,) = store.installation, store.rentals(rental_id=rental["id"])
    option = planner.car_free_for_days()
    middle = planner.start() + (planner.end() - planner.start()) / 2
    made = rent_directly(option, planner.start(), middle, reference=f"{ours}/main/{planner.id}/any-change")
    with records() as store:
        # what is known of others is not known of it
        store.keep_rental(replace(known, linked=False))
        store.keep_rental(replace(known, id=made["id"], account="other", site="nord", linked=False))
    outcome = planner.do(planner.end_change(made, middle - timedelta(hours=1), site="main"))
    assert outcome["status"] == "done", outcome
    assert planner.state()["rental"]["id"] == made["id"]
    others = rent_directly(option, middle, planner.end(), reference=f"other/main/{planner.id}/any-change")
    rentals = planner.control.api("GET", "/rentals", params={"limit": "50"}).json()["items"]
    desks = next(each for each in rentals if each["external_reference"] is None)
    for strange in (others, desks):
        outcome = planner.do(planner.cancellation(rental_id=strange["id"], site="main"))
        assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_not_found")
