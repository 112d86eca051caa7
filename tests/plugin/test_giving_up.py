"""Giving up a booking whose outcome is unknown: what is answered meanwhile, and what becomes of the booking."""

from datetime import timedelta

import pytest

from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.messages import text
from carloop_plugin.model import Reason

NEVER_ARRIVED = "drop_before"


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def statuses(planner):
    return [rental["status"] for rental in planner.control.rentals(planner.id)]


def giving_up(planner, booking):
    return planner.cancellation(book_change_id=booking["change_id"])


# a booking that Carloop never had


def test_giving_up_a_booking_that_never_arrived_waits_for_what_may_be_under_way(planner, lost_booking):
    """The giving up waits for the sending, the booking for the giving up; both settle together."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    change = giving_up(planner, booking)
    first = planner.do(change)
    assert (code(first)[0], first["problem"]["detail"]) == ("unknown", text("change.still_in_flight", "de"))
    state = planner.state()
    assert (state["state"], state["pending"]["change_id"]) == ("unknown", change["change_id"])
    again = planner.do(booking)
    assert code(again) == ("unknown", "outcome_pending")
    assert again["problem"]["detail"] == text("change.given_up_meanwhile", "de")
    assert statuses(planner) == []
    planner.let_requests_age()
    settled = {each["change_id"]: each["status"] for each in planner.reconcile()["settled"]}
    assert settled[change["change_id"]] == "done"
    assert planner.do(change)["status"] == "done"
    refused = planner.do(booking)
    assert code(refused) == ("refused", "given_up")
    assert refused["problem"]["detail"] == text("change.given_up", "de")
    assert planner.state()["state"] == "open"


def test_asking_again_for_a_booking_that_is_given_up_settles_both(planner, lost_booking):
    """Once no sending can arrive any more; the booking is not sent."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    planner.do(giving_up(planner, booking))
    planner.let_requests_age()
    assert code(planner.do(booking)) == ("refused", "given_up")
    assert statuses(planner) == []


def test_a_clock_set_back_keeps_nothing_in_flight(planner, lost_booking):
    """The age of the sending is below zero by an hour, and nothing waits for that hour to pass."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    planner.let_requests_age(-3600)
    assert planner.do(giving_up(planner, booking))["status"] == "done"
    assert planner.do(booking)["problem"]["code"] == "given_up"


def test_a_booking_that_another_server_settles_as_refused_leaves_nothing_to_give_up(
    planner, lost_booking, records
):
    """There is nothing to wait for."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    change = giving_up(planner, booking)
    assert planner.do(change)["status"] == "unknown"
    with records() as store:
        refused = Outcome(booking["change_id"], OutcomeStatus.REFUSED, reason=Reason("vehicle_unavailable"))
        store.settle(refused.change_id, refused)
    assert code(planner.do(change)) == ("done", "")
    assert code(planner.do(booking)) == ("refused", "vehicle_unavailable")


def test_a_booking_is_given_up_once(planner, lost_booking):
    """Whoever clicks in a second window is told that it is being done."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    assert planner.do(giving_up(planner, booking))["status"] == "unknown"
    outcome = planner.do(giving_up(planner, booking))
    assert code(outcome) == ("refused", "outcome_pending")
    assert outcome["problem"]["detail"] == text("change.other_pending", "de")


# a booking that Carloop has


def test_giving_up_a_booking_that_exists_cancels_it(planner, lost_booking):
    """The booking is refused as given up, and nothing is said of the desk, which had no part in it."""
    booking = lost_booking()
    outcome = planner.do(giving_up(planner, booking))
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    assert statuses(planner) == ["cancelled"]
    assert code(planner.do(booking)) == ("refused", "given_up")
    planner.reconcile()
    step = planner.save(revision=2)
    assert (step["state"], step["notices"]) == ("open", [])
    planner.book()


def test_a_booking_given_up_but_handed_out_stands(planner, lost_booking):
    """Giving up is refused, the booking is done, and both show the rental that the customer drives."""
    booking = lost_booking()
    planner.control.desk(planner.control.rentals(planner.id)[0]["id"], "hand_out")
    refused = planner.do(giving_up(planner, booking))
    assert (code(refused), refused["rental"]["status"]) == (("refused", "rental_closed"), "picked_up")
    booked = planner.do(booking)
    assert (booked["status"], booked["rental"]["status"]) == ("done", "picked_up")
    assert planner.state()["state"] == "booked"
    # and nobody tries to cancel it again
    planner.control.fault("cancel", "status", value=500)
    planner.reconcile()
    assert len(planner.control.http.get("/sandbox/faults").json()["items"]) == 1


def test_a_cancellation_whose_answer_is_lost_is_found_out(planner, lost_booking):
    """The outcome is unknown until the rental is found cancelled, which needs no second cancellation."""
    change = giving_up(planner, lost_booking())
    planner.control.fault("cancel", "drop_after", times=3)
    assert code(planner.do(change)) == ("unknown", "unreachable")
    planner.control.fault("cancel", "status", times=3, value=500)
    assert planner.do(change)["status"] == "done"
    assert statuses(planner) == ["cancelled"]


@pytest.mark.parametrize(("status", "expected"), [(401, "not_authorised"), (429, "rate_limited")])
def test_a_cancellation_that_is_refused_for_now_counts_as_no_try(
    planner, lost_booking, records, status, expected
):
    """The next round that can cancels it."""
    change = giving_up(planner, lost_booking())
    planner.control.fault("cancel", "status", times=1000, value=status)
    assert code(planner.do(change)) == ("unknown", expected)
    assert planner.reconcile()["settled"] == []
    with records() as store:
        assert store.intent(change["change_id"]).tries == 0
    planner.control.calm()
    assert change["change_id"] in [each["change_id"] for each in planner.reconcile()["settled"]]
    assert statuses(planner) == ["cancelled"]


def test_a_giving_up_that_carloop_refuses_for_good_is_set_aside(planner, lost_booking, records):
    """It is listed for a person after twenty tries; a later round still tries it."""
    change = giving_up(planner, lost_booking())
    planner.control.fault("cancel", "status", times=1000, value=422)
    for _ in range(20):
        assert planner.do(change)["status"] == "unknown"
    with records() as store:
        assert store.figures().set_aside == (change["change_id"],)
    planner.control.calm()
    planner.reconcile()
    assert statuses(planner) == ["cancelled"]


# a booking that turns up late


@pytest.fixture
def late_rental(planner, lost_booking, rent_directly, records):
    """A booking that was given up and arrives at Carloop afterwards: the rental it made."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    planner.let_requests_age()
    assert planner.do(giving_up(planner, booking))["status"] == "done"
    with records() as store:
        reference = f"{store.installation}/main/{planner.id}/{booking['change_id']}"
    return rent_directly(booking["option_id"], planner.start(), planner.end(), reference=reference)


def test_a_given_up_booking_that_turns_up_later_is_cancelled(planner, late_rental):
    """Its request was under way for longer than expected; nothing is said of the desk."""
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["cancelled"]
    assert statuses(planner) == ["cancelled"]
    step = planner.save(revision=2)
    assert (step["state"], step["notices"]) == ("open", [])


def test_a_given_up_booking_that_turns_up_handed_out_stands(planner, late_rental):
    """The customer drives it; that is reported once."""
    planner.control.desk(late_rental["id"], "hand_out")
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["picked_up"]
    assert planner.reconcile()["changed"] == []
    assert planner.state()["state"] == "booked"


# a booking whose outcome is known


def test_giving_up_what_is_done_by_now_cancels_it(planner):
    """The page was behind. The rental is found by its booking, although its end was changed since."""
    planner.save()
    booking = planner.booking()
    rental = planner.do(booking)["rental"]
    assert planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))["status"] == "done"
    outcome = planner.do(giving_up(planner, booking))
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    assert statuses(planner) == ["cancelled"]


def test_giving_up_what_was_refused_is_done(planner):
    """There is no rental."""
    planner.save()
    booking = planner.booking(option_id="V-never")
    planner.do(booking)
    outcome = planner.do(giving_up(planner, booking))
    assert outcome["status"] == "done"
    assert "rental" not in outcome


def test_giving_up_a_booking_that_brought_another_car_cancels_that_one(planner):
    """The booking was refused, and yet there is a rental."""
    planner.save()
    booking = planner.booking()
    planner.control.fault("book", "wrong_vehicle")
    assert planner.do(booking)["status"] == "refused"
    outcome = planner.do(giving_up(planner, booking))
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    assert statuses(planner) == ["cancelled"]


def test_giving_up_a_booking_nobody_asked_for_is_refused(planner):
    """A wrong id is no success."""
    change = planner.cancellation(book_change_id="7d444840-9dc0-11d1-b245-5ffdce74fad2")
    problem = planner.do(change)["problem"]
    assert (problem["code"], problem["pointer"]) == ("rental_not_found", "/book_change_id")
    assert problem["detail"] == text("change.booking_not_found", "de")
