"""Cancelling a rental that is still reserved."""

import pytest

from carloop_plugin.messages import text


def test_cancelling_twice_succeeds_and_changes_nothing(planner):
    """Whoever clicks second is told that it is cancelled; the appointment can be booked again."""
    planner.save()
    rental = planner.book()
    first = planner.do(planner.cancellation(rental_id=rental["id"]))
    second = planner.do(planner.cancellation(rental_id=rental["id"]))
    assert (first["status"], second["status"]) == ("done", "done")
    assert second["rental"]["status"] == "cancelled"
    assert second["rental"]["revision"] == first["rental"]["revision"]
    assert planner.state()["state"] == "open"
    planner.book()


def test_carloop_is_told_the_reason(planner, sandbox):
    """The desk sees it, where the advisor gave one."""
    planner.save()
    for reason in ({"reason": "Kunde kommt mit dem Rad"}, {}):
        rental = planner.book()
        planner.do(planner.cancellation(rental_id=rental["id"], **reason))
        row = sandbox.store.database.one("SELECT cancel_reason FROM rentals WHERE id = ?", rental["id"])
        assert row["cancel_reason"] == reason.get("reason")


@pytest.mark.parametrize(
    ("desk", "status"),
    [(["hand_out"], "picked_up"), (["hand_out", "take_back"], "returned")],
    ids=["picked up", "returned"],
)
def test_a_rental_that_was_handed_out_cannot_be_cancelled(planner, desk, status):
    """The refusal shows the rental as it is now."""
    planner.save()
    rental = planner.book()
    for action in desk:
        planner.control.desk(rental["id"], action)
    outcome = planner.do(planner.cancellation(rental_id=rental["id"]))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_closed")
    assert outcome["problem"]["detail"] == text("change.rental_closed", "de")
    assert outcome["rental"]["status"] == status


def test_a_final_refusal_stays(planner):
    """The same cancellation has the same outcome, also when it could be done by now."""
    planner.save()
    rental = planner.book()
    planner.control.desk(rental["id"], "hand_out")
    cancellation = planner.cancellation(rental_id=rental["id"])
    first = planner.do(cancellation)
    planner.control.desk(rental["id"], "take_back")
    assert planner.do(cancellation) == first
