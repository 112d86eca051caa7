"""Giving up a booking whose outcome nobody knows: what is told of it meanwhile, and what may come in between."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.messages import text
from carloop_plugin.model import Reason, format_instant
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from carloop_sandbox.running import Sandbox
    from tests.support.planner import Planner
else:
    Planner = Sandbox = Any

LOST = {"fault": "drop_after", "times": 3}
NEVER_ARRIVED = {"fault": "drop_before", "times": 3}


def unknown_booking(planner, **fault):
    """Book, and hear nothing of it."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", **fault)
    assert planner.do(change)["status"] == "unknown"
    return change


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def test_each_says_what_is_being_done(planner):
    """The giving up waits for what may be on its way, the booking for the giving up; then it was given up."""
    change = unknown_booking(planner, **NEVER_ARRIVED)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    assert text("change.still_in_flight", "de") == planner.do(giving_up)["problem"]["detail"]
    assert text("change.given_up_meanwhile", "de") == planner.do(change)["problem"]["detail"]
    planner.let_requests_age()
    planner.reconcile()
    assert text("change.given_up", "de") == planner.do(change)["problem"]["detail"]


def test_a_clock_set_back_keeps_nothing_in_flight(planner):
    """By an hour: the age of the sending is below zero now, and nothing waits for the hour to pass."""
    change = unknown_booking(planner, **NEVER_ARRIVED)
    planner.let_requests_age(-3600)
    assert planner.do(planner.cancellation(book_change_id=change["change_id"]))["status"] == "done"
    assert planner.do(change)["problem"]["code"] == "given_up"


def test_a_booking_that_was_done_is_cancelled_whatever_was_changed_since(planner):
    """Given up from a page that did not know yet: the rental is found by its booking, though its end was changed."""
    planner.save()
    booking = planner.booking()
    rental = planner.do(booking)["rental"]
    assert planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))["status"] == "done"
    assert planner.do(planner.cancellation(book_change_id=booking["change_id"]))["status"] == "done"
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["cancelled"]


def test_the_rental_that_turned_up_is_shown_as_cancelled_by_us(planner):
    """The desk had no part in it."""
    change = unknown_booking(planner, **LOST)
    outcome = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    planner.reconcile()
    step = planner.save(revision=2)
    assert (step["state"], step["notices"]) == ("open", [])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [(LOST, "unreachable"), ({"fault": "status", "value": 401, "times": 3}, "not_authorised")],
    ids=["lost", "not authorised"],
)
def test_a_cancellation_that_fails_is_tried_again(planner, fault, expected):
    """Unknown till then, with the cause; it counts as no try of an intent that can never be settled."""
    change = unknown_booking(planner, **LOST)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    planner.control.fault("cancel", **fault)
    assert code(planner.do(giving_up)) == ("unknown", expected)
    for _ in range(20):
        planner.control.fault("cancel", **fault)
        assert planner.reconcile()["settled"] == [] or fault["fault"] == "drop_after"
    planner.control.calm()
    settled = [each["change_id"] for each in planner.reconcile()["settled"]]
    assert giving_up["change_id"] in settled or fault["fault"] == "drop_after"
    assert planner.do(giving_up)["status"] == "done"
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["cancelled"]


def test_a_booking_that_is_refused_while_it_is_given_up_leaves_nothing_to_give_up(planner):
    """Another server had sent it, and was told no: there is nothing to wait for."""
    change = unknown_booking(planner, **NEVER_ARRIVED)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    assert planner.do(giving_up)["status"] == "unknown"
    with bootstrap.opened(deadline=_soon()) as wired:
        taken = Outcome(change["change_id"], OutcomeStatus.REFUSED, reason=Reason("vehicle_unavailable"))
        wired.call.store.settle(taken.change_id, taken)
    assert code(planner.do(giving_up)) == ("done", "")
    assert code(planner.do(change)) == ("refused", "vehicle_unavailable")


def test_a_booking_is_given_up_once(planner):
    """Who clicks in a second window is told that it is being done."""
    change = unknown_booking(planner, **NEVER_ARRIVED)
    first, second = (planner.cancellation(book_change_id=change["change_id"]) for _ in range(2))
    assert planner.do(first)["status"] == "unknown"
    outcome = planner.do(second)
    assert code(outcome) == ("refused", "outcome_pending")
    assert text("change.other_pending", "de") == outcome["problem"]["detail"]


def test_both_are_told_the_rental_that_the_customer_drives(planner):
    """Handed out meanwhile: the booking stands, and what it brought is shown with the refusal."""
    change = unknown_booking(planner, **LOST)
    planner.control.desk(planner.control.rentals(planner.id)[0]["id"], "hand_out")
    refused = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    booked = planner.do(change)
    assert [(each["status"], each["rental"]["status"]) for each in (refused, booked)] == [
        ("refused", "picked_up"),
        ("done", "picked_up"),
    ]


def test_a_rental_of_ours_that_the_records_never_knew_is_adopted(planner):
    """It carries our reference, so it can be cancelled from here; another installation's cannot."""
    planner.save()
    with bootstrap.opened(deadline=_soon()) as wired:
        ours = wired.call.store.installation
    for installation, expected in ((ours, "done"), ("other", "refused")):
        start = planner.start() if installation == ours else planner.end()
        body = {
            "external_reference": f"{installation}/main/{planner.id}/{installation}-change",
            "vehicle_id": planner.roomy_car(),
            "start": format_instant(start),
            "end": format_instant(start.replace(hour=start.hour + 1)),
            "customer": {"source": "manual", "last_name": "Canary"},
        }
        key = {"Idempotency-Key": f"{planner.id}-{installation}".ljust(36, "0")}
        made = planner.control.api("POST", "/rentals", json=body, headers=key)
        assert made.status_code == 201, made.text
        outcome = planner.do(planner.cancellation(rental_id=made.json()["id"], site="main"))
        assert outcome["status"] == expected, outcome
        if installation == ours:
            assert (planner.id, "cancelled") == (
                outcome["rental"]["appointment_id"],
                outcome["rental"]["status"],
            )


def _soon():
    import time

    return time.monotonic() + 10


def test_a_giving_up_that_carloop_refuses_for_good_is_set_aside(planner):
    """Listed for a person like any other change that cannot be settled, instead of being tried in silence for ever."""
    change = unknown_booking(planner, **LOST)
    planner.control.fault("cancel", "status", times=1000, value=422)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    for _ in range(20):
        assert planner.do(giving_up)["status"] == "unknown"
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
        assert wired.call.store.figures().set_aside == (giving_up["change_id"],)
    planner.control.calm()
    planner.reconcile()
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["cancelled"]
