"""Cancelling a rental that is still reserved."""

import pytest

from carloop_plugin.messages import text


def test_cancelling_twice_succeeds_and_changes_nothing(planner, rental):
    """The second click is answered from the records; the appointment can be booked again."""
    first = planner.do(planner.cancellation(rental_id=rental["id"]))
    planner.control.fault("account", "drop_before", times=3)
    second = planner.do(planner.cancellation(rental_id=rental["id"]))
    assert (first["status"], second["status"]) == ("done", "done")
    assert second["rental"]["status"] == "cancelled"
    assert second["rental"]["revision"] == first["rental"]["revision"]
    assert planner.state()["state"] == "open"
    planner.book()


@pytest.mark.parametrize("reason", [{"reason": "Kunde kommt mit dem Rad"}, {}], ids=["given", "none"])
def test_carloop_is_told_the_reason(planner, sandbox, rental, reason):
    """The desk sees it, where the advisor gave one."""
    planner.do(planner.cancellation(rental_id=rental["id"], **reason))
    row = sandbox.store.database.one("SELECT cancel_reason FROM rentals WHERE id = ?", rental["id"])
    assert row["cancel_reason"] == reason.get("reason")


def test_a_rental_that_was_handed_out_cannot_be_cancelled(planner, rental):
    """Nor one that was returned. A refusal shows the rental as it is now, and the same change keeps it."""
    changes, outcomes = [], []
    for action, status in (("hand_out", "picked_up"), ("take_back", "returned")):
        planner.control.desk(rental["id"], action)
        changes.append(planner.cancellation(rental_id=rental["id"]))
        outcome = planner.do(changes[-1])
        assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_closed")
        assert outcome["problem"]["detail"] == text("change.rental_closed", "de")
        assert outcome["rental"]["status"] == status
        outcomes.append(outcome)
    assert [planner.do(change) for change in changes] == outcomes
