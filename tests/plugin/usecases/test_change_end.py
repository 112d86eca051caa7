"""Changing a rental's end, the one thing that can be changed of a saved rental."""

from datetime import timedelta

import pytest

from carloop_plugin.messages import text


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def test_the_end_moves_and_the_planned_one_stays(planner, rental):
    """An earlier end keeps the planned end beside the actual one. It must come after the start."""
    outcome = planner.do(planner.end_change(rental, planner.end() - timedelta(hours=2)))
    assert outcome["status"] == "done"
    assert outcome["rental"]["planned_end"] == rental["period"]["end"]
    assert outcome["rental"]["period"]["end"] < rental["period"]["end"]
    assert planner.state()["rental"] == outcome["rental"]
    outcome = planner.do(planner.end_change(rental, planner.start()))
    assert (code(outcome), outcome["problem"]["pointer"]) == (("refused", "period_invalid"), "/end")


def test_a_running_rental_can_be_extended_and_shortened(planner, rental):
    """Although its start is past; not to an end that is past, too."""
    planner.control.clock(planner.start() + timedelta(hours=3))
    planner.control.desk(rental["id"], "hand_out")
    for end in (planner.end() + timedelta(hours=1), planner.start() + timedelta(hours=4)):
        outcome = planner.do(planner.end_change(rental, end))
        assert (outcome["status"], outcome["rental"]["allowed_changes"]) == ("done", ["change_end"])
    outcome = planner.do(planner.end_change(rental, planner.start() + timedelta(hours=2)))
    assert (code(outcome), outcome["problem"]["pointer"]) == (("refused", "period_in_past"), "/end")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appointment_id", "A-1"),
        ("option_id", ""),
        ("reason", 5),
        ("period", {"start": "2030-03-04T08:00:00Z", "end": "2030-03-04T09:00:00Z"}),
        ("period", {"start": "soon"}),
        ("customer", {"last_name": "X"}),
    ],
)
def test_nothing_but_the_end_can_be_changed(planner, name, value):
    """The pointer names what was too much, valid or not. The refusal is kept under the change's id."""
    change = planner.end_change({"id": "R-1"}, planner.end(), **{name: value})
    outcome = planner.do(change)
    assert code(outcome) == ("refused", "rental_immutable")
    assert outcome["problem"]["detail"] == text("change.immutable", "de")
    assert outcome["problem"]["pointer"] == f"/{name}"
    assert planner.do(change) == outcome
    del change[name]
    assert code(planner.do(change)) == ("refused", "change_id_reused")


def test_an_end_that_collides_with_another_rental_is_refused(planner, rental, rent_directly):
    """The vehicle is rented to somebody else after that; no other vehicles are offered."""
    next_start = planner.end() + timedelta(days=1)
    rent_directly(rental["vehicle"]["id"], next_start, next_start + timedelta(days=1))
    outcome = planner.do(planner.end_change(rental, next_start + timedelta(hours=1)))
    assert code(outcome) == ("refused", "vehicle_unavailable")
    assert outcome["problem"]["pointer"] == "/end"
    assert outcome["problem"]["detail"] == text("change.extension_blocked", "de")
    assert not {"rental", "alternatives"} & set(outcome)


def test_a_change_of_an_older_revision_is_refused(planner, rental):
    """The desk swapped the vehicle since. Without a revision, the rental is changed as it is now."""
    other = planner.car_free_for_days()
    planner.control.desk(rental["id"], "swap", vehicle_id=other)
    seen, end = {"revision": rental["revision"]}, planner.end() + timedelta(hours=1)
    for stale in (
        planner.end_change(rental, end, **seen),
        planner.cancellation(rental_id=rental["id"], **seen),
    ):
        assert code(planner.do(stale)) == ("refused", "changed_elsewhere")
    outcome = planner.do(planner.end_change(rental, end))
    assert (outcome["status"], outcome["rental"]["vehicle"]["id"]) == ("done", other)


@pytest.mark.parametrize(
    ("fault", "expected", "detail"),
    [
        ({"value": 299, "times": 3}, "unreachable", "api.odd_status"),
        ({"value": 401}, "not_authorised", "api.token_refused"),
    ],
    ids=["unreadable", "unauthorised"],
)
def test_a_rental_that_cannot_be_read_first_keeps_nothing(planner, rental, fault, expected, detail):
    """Nothing was sent yet: the change is refused for now, and the same one works later."""
    change = planner.end_change(rental, planner.end() + timedelta(hours=1))
    planner.control.fault("read", "status", **fault)
    outcome = planner.do(change)
    assert code(outcome) == ("refused", expected)
    assert outcome["problem"]["detail"] == text(detail, "de", {"status": "299"})
    assert planner.do(change)["status"] == "done"


@pytest.mark.parametrize("revision", [{}, {"revision": 1}], ids=["read anew", "as seen"])
@pytest.mark.parametrize(
    ("desk", "status", "state"),
    [(["hand_out", "take_back"], "returned", "booked"), (["cancel"], "cancelled", "open")],
    ids=["returned", "cancelled"],
)
def test_a_closed_rental_is_refused_and_shown_as_it_is_now(planner, rental, revision, desk, status, state):
    """Our record, which was behind, is brought up to date."""
    for action in desk:
        planner.control.desk(rental["id"], action)
    outcome = planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1), **revision))
    assert code(outcome) == ("refused", "rental_closed")
    assert outcome["problem"]["detail"] == text("change.rental_closed", "de")
    assert outcome["rental"]["status"] == status
    assert planner.state()["state"] == state
