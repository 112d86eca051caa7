"""Changes whose outcome is unknown: how that is reported, and how it is found out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.changes import Done
from carloop_plugin.messages import text

LOST, NEVER_ARRIVED = "drop_after", "drop_before"


def change_of(planner, operation):
    """Write a booking, or a change of a rental that is booked for it."""
    planner.save()
    change = planner.booking()
    if operation == "book":
        return change
    rental = planner.do(change)["rental"]
    if operation == "change_end":
        return planner.end_change(rental, planner.end() + timedelta(hours=1))
    return planner.cancellation(rental_id=rental["id"])


def statuses(planner):
    return [rental["status"] for rental in planner.control.rentals(planner.id)]


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


@pytest.mark.both_databases
def test_a_lost_answer_is_unknown_until_reconciled(planner, booking, lose):
    """It is shown as pending, and settles as the one rental."""
    # whatever the cause, the advisor is not asked to try again
    assert lose(booking)["problem"]["detail"] == text("change.unknown", "de")
    state = planner.state()
    assert state["state"] == "unknown"
    assert (state["pending"]["change_id"], state["pending"]["action"]) == (booking["change_id"], "book")
    # another change has to wait
    planner.control.fault("any", "status", times=50, value=503)
    refused = planner.do(planner.booking(option_id="V1001"))
    assert code(refused) == ("refused", "outcome_pending")
    assert refused["problem"]["detail"] == text("change.other_pending", "de")
    planner.control.reset_faults()
    (settled,) = planner.reconcile()["settled"]
    assert (settled["status"], settled["change_id"]) == ("done", booking["change_id"])
    assert statuses(planner) == ["reserved"]
    assert planner.state()["state"] == "booked"
    assert planner.do(booking) == settled


@pytest.mark.parametrize("fault", [LOST, NEVER_ARRIVED], ids=["lost", "never arrived"])
@pytest.mark.parametrize(
    ("operation", "status"), [("book", "reserved"), ("change_end", "reserved"), ("cancel", "cancelled")]
)
def test_the_same_change_again_finds_out(planner, sandbox, lose, operation, status, fault):
    """A change that was done is found although Carloop has forgotten its key; one that was not is sent again."""
    change = change_of(planner, operation)
    lose(change, operation=operation, fault=fault)
    assert (planner.state()["state"], planner.state()["pending"]["action"]) == ("unknown", change["action"])
    with sandbox.store.database.writing():
        sandbox.store.database.run("DELETE FROM idempotency WHERE key = ?", change["change_id"])
    outcome = planner.do(change)
    assert outcome["status"] == "done", outcome
    (rental,) = planner.control.rentals(planner.id)
    assert (rental["status"], rental["end"]) == (status, outcome["rental"]["period"]["end"])
    if operation == "change_end":
        assert outcome["rental"]["period"]["end"] > outcome["rental"]["planned_end"]


def test_it_is_sent_again_under_the_key_it_was_sent_with(planner, booking, sandbox, lose):
    """The key is the change's id, in every sending of every process."""
    lose(booking, fault=NEVER_ARRIVED)
    assert statuses(planner) == []
    bootstrap.close()
    assert planner.state()["state"] == "unknown"
    rental = planner.do(booking)["rental"]
    extension = planner.end_change(rental, planner.end() + timedelta(hours=1))
    lose(extension, operation="change_end", fault=NEVER_ARRIVED)
    extended = planner.do(extension)["rental"]
    rebooking = planner.rebooking(extended)
    lose(rebooking, fault=NEVER_ARRIVED)
    assert planner.do(rebooking)["status"] == "done"
    remembered = {row["key"] for row in sandbox.store.database.all("SELECT key FROM idempotency")}
    assert {each["change_id"] for each in (booking, extension, rebooking)} <= remembered
    assert sorted(statuses(planner)) == ["cancelled", "reserved"]


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [("book", "vehicle_unavailable"), ("change_end", "changed_elsewhere"), ("cancel", "rental_closed")],
)
def test_a_refusal_after_a_lost_answer_is_not_believed_before_looking(planner, operation, refusal):
    """Done, its answer lost, and refused when it is sent again in the same call: it collides with itself."""
    change = change_of(planner, operation)
    planner.control.fault(operation, LOST)
    planner.control.fault(operation, "status", value={"status": 409, "code": refusal})
    assert planner.do(change)["status"] == "done"
    assert planner.control.http.get("/sandbox/faults").json()["items"] == []
    assert statuses(planner) == ["cancelled" if operation == "cancel" else "reserved"]


def test_an_end_is_not_sent_again_over_somebody_elses_change(planner, rental, lose):
    """The revision is the one that the intent was recorded with."""
    change = planner.end_change(rental, planner.end() + timedelta(hours=1))
    lose(change, operation="change_end", fault=NEVER_ARRIVED)
    planner.control.desk(rental["id"], "swap", vehicle_id=planner.car_free_for_days())
    assert code(planner.do(change)) == ("refused", "changed_elsewhere")


@pytest.mark.both_databases
def test_a_booking_whose_start_just_passed_stays_unknown(planner, lost_booking):
    """Its last sending may still arrive. When none can any more, and it was never found, it is refused."""
    change = lost_booking(fault=NEVER_ARRIVED)
    planner.control.clock(planner.start() + timedelta(minutes=1))
    outcome = planner.do(change)
    assert code(outcome) == ("unknown", "outcome_pending")
    assert outcome["problem"]["detail"] == text("change.still_in_flight", "de")
    planner.let_requests_age()
    outcome = planner.do(change)
    assert code(outcome) == ("refused", "period_in_past")
    assert outcome["problem"]["detail"] == text("change.start_passed", "de")
    assert outcome["problem"]["pointer"] == "/period/start"
    assert planner.state()["state"] == "open"


@pytest.mark.parametrize("how", ["first sending", "recovery", "without our reference"])
def test_another_car_than_asked_for_is_not_linked_and_offered_for_cancellation(planner, booking, lose, how):
    """Carloop booked something else than was asked for. The outcome names the change and the rental."""
    if how == "recovery":
        lose(booking, fault=NEVER_ARRIVED)
    planner.control.fault("book", "wrong_vehicle")
    send, odd = CarloopSession.send, {"external_reference": ""}
    with pytest.MonkeyPatch.context() as patch:
        if how == "without our reference":
            patch.setattr(CarloopSession, "send", lambda *a, **m: Done(replace(send(*a, **m).rental, **odd)))
        outcome = planner.reconcile()["settled"][0] if how == "recovery" else planner.do(booking)
    (rental,) = planner.control.rentals(planner.id)
    assert (code(outcome), outcome["change_id"]) == (("refused", "invalid_answer"), booking["change_id"])
    assert outcome["problem"]["detail"] == text("change.mismatched_book", "de", {"rental": rental["id"]})
    state = planner.state()
    assert state["state"] == "attention"
    assert "rental" not in state
    (proposal,) = state["proposals"]
    cancelled = planner.do({"change_id": planner.cancellation()["change_id"], **proposal["change"]})
    assert cancelled["status"] == "done", cancelled
    assert (statuses(planner), planner.state()["state"]) == (["cancelled"], "open")


@pytest.mark.parametrize(("status", "expected"), [(429, "rate_limited"), (401, "not_authorised")])
def test_a_refusal_that_may_pass_keeps_nothing(planner, booking, status, expected):
    """The same change is sent again under the same id."""
    planner.control.fault("book", "status", times=3, value=status)
    outcome = planner.do(booking)
    assert code(outcome) == ("refused", expected)
    assert outcome["problem"]["retryable"] is True
    assert planner.state()["state"] == "open"
    planner.control.reset_faults()
    assert planner.do(booking)["status"] == "done"


def test_an_error_inside_carloop_may_have_committed(planner, lost_booking):
    """A 500 is unknown, and settles by itself."""
    lost_booking(fault="status", value=500)
    assert [outcome["status"] for outcome in planner.reconcile()["settled"]] == ["done"]
    assert statuses(planner) == ["reserved"]


@pytest.mark.parametrize(("operation", "status"), [("book", 403), ("change_end", 408), ("cancel", 499)])
def test_a_refusal_that_carloop_does_not_know_may_come_after_the_work(planner, lose, operation, status):
    """A gateway answered for Carloop: the change is unknown, then done, and never forgotten."""
    change = change_of(planner, operation)
    lose(change, operation=operation, fault="status", value={"status": status, "after": True})
    assert [each["change_id"] for each in planner.reconcile()["settled"]] == [change["change_id"]]
    assert planner.do(change)["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1
