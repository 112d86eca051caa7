"""Giving up a booking whose outcome is unknown: what is answered meanwhile, and what becomes of the booking."""

from datetime import timedelta

import pytest

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Reason
from carloop_plugin.messages import text

NEVER_ARRIVED = "drop_before"


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def statuses(planner):
    return [rental["status"] for rental in planner.control.rentals(planner.id)]


def giving_up(planner, booking):
    return planner.cancellation(book_change_id=booking["change_id"])


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
    # whoever clicks in a second window is told that it is being done
    second = planner.do(giving_up(planner, booking))
    assert code(second) == ("refused", "outcome_pending")
    assert second["problem"]["detail"] == text("change.other_pending", "de")
    planner.let_requests_age()
    settled = {each["change_id"]: each["status"] for each in planner.reconcile()["settled"]}
    assert settled[change["change_id"]] == "done"
    assert planner.do(change)["status"] == "done"
    refused = planner.do(booking)
    assert code(refused) == ("refused", "given_up")
    assert refused["problem"]["detail"] == text("change.given_up", "de")
    assert (planner.state()["state"], statuses(planner)) == ("open", [])


@pytest.mark.parametrize("age", [180, -3600], ids=["old", "clock set back"])
def test_asking_again_for_a_booking_that_is_given_up_settles_both(planner, lost_booking, age):
    """Once no sending can arrive any more; an age below zero is no reason to wait. The booking is not sent."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    change = giving_up(planner, booking)
    assert planner.do(change)["status"] == "unknown"
    planner.let_requests_age(age)
    assert code(planner.do(booking)) == ("refused", "given_up")
    assert (planner.do(change)["status"], statuses(planner)) == ("done", [])


def test_a_booking_that_another_server_refused_leaves_nothing_to_give_up(
    planner, lost_booking, records, caplog
):
    """There is nothing to wait for, nor to log of it; a clock that was set back counts as no time."""
    caplog.set_level("INFO")
    booking = lost_booking(fault=NEVER_ARRIVED)
    change = giving_up(planner, booking)
    assert planner.do(change)["status"] == "unknown"
    with records() as store:
        later = "UPDATE intents SET recorded_at = '2099-01-01T00:00:00+00:00'"
        store.database.transact(lambda: store.database.query(later))
        refused = Outcome(booking["change_id"], OutcomeStatus.REFUSED, reason=Reason("vehicle_unavailable"))
        store.settle(refused.change_id, refused)
    assert code(planner.do(change)) == ("done", "")
    assert code(planner.do(booking)) == ("refused", "vehicle_unavailable")
    (settled,) = (each.fields for each in caplog.records if getattr(each, "event", "") == "change.settled")
    assert (settled["change_id"], settled["seconds"]) == (change["change_id"], 0.0)


@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "lost"])
def test_giving_up_a_booking_that_exists_cancels_it(planner, lost_booking, is_lost):
    """The booking is refused as given up. A cancellation whose answer is lost is found out, and not sent again."""
    booking = lost_booking()
    change = giving_up(planner, booking)
    if is_lost:
        planner.control.fault("cancel", "drop_after", times=3)
        assert code(planner.do(change)) == ("unknown", "unreachable")
        planner.control.fault("cancel", "status", times=3, value=500)
    outcome = planner.do(change)
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    assert statuses(planner) == ["cancelled"]
    assert code(planner.do(booking)) == ("refused", "given_up")
    planner.reconcile()
    step = planner.save(revision=2)
    # nothing is said of the desk, which had no part in it
    assert (step["state"], step["notices"]) == ("open", [])
    planner.book()


def test_a_booking_given_up_but_handed_out_stands(planner, lost_booking):
    """Giving up is refused, the booking is done, and both show the rental that was handed out."""
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
    planner.control.reset_faults()
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
    planner.control.reset_faults()
    planner.reconcile()
    assert statuses(planner) == ["cancelled"]


@pytest.mark.parametrize("is_out", [False, True], ids=["reserved", "handed out"])
def test_a_given_up_booking_that_turns_up_later_is_cancelled(
    planner, lost_booking, rent_directly, records, is_out
):
    """Nothing is said of the desk. One that was handed out stands, which is reported once."""
    booking = lost_booking(fault=NEVER_ARRIVED)
    planner.let_requests_age()
    assert planner.do(giving_up(planner, booking))["status"] == "done"
    with records() as store:
        reference = f"{store.installation}/main/{planner.id}/{booking['change_id']}"
    late = rent_directly(booking["option_id"], planner.start(), planner.end(), reference=reference)
    if is_out:
        planner.control.desk(late["id"], "hand_out")
    status, state = ("picked_up", "booked") if is_out else ("cancelled", "open")
    assert [each["status"] for each in planner.reconcile()["changed"]] == [status]
    assert (statuses(planner), planner.reconcile()["changed"]) == ([status], [])
    step = planner.save(revision=2)
    assert (step["state"], step["notices"]) == (state, [])


def test_giving_up_what_is_done_by_now_cancels_it(planner, booking, sandbox):
    """The page was behind. The rental is found by its booking, although its end was changed since."""
    rental = planner.do(booking)["rental"]
    assert planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))["status"] == "done"
    assert code(planner.do(giving_up(planner, booking) | {"revision": 1})) == ("refused", "changed_elsewhere")
    outcome = planner.do(giving_up(planner, booking) | {"reason": "Regen"})
    assert (outcome["status"], statuses(planner)) == ("done", ["cancelled"])
    told = sandbox.store.database.one("SELECT cancel_reason FROM rentals WHERE id = ?", rental["id"])
    assert [*told] == ["Regen"]


NEVER, ANOTHER = {"option_id": "V-never"}, {"customer": {"source": "manual", "last_name": "Berg"}}
REFUSED = {"no rental": (None, NEVER), "never sent": (None, ANOTHER), "another car": ("wrong_vehicle", {})}


@pytest.mark.parametrize(("fault", "more"), REFUSED.values(), ids=REFUSED)
def test_giving_up_what_was_refused_is_done(planner, fault, more):
    """There is no rental, or that of another car, which is cancelled; another appointment's stays."""
    planner.save()
    planner.book()
    planner.save(id=f"{planner.id}-2")
    booking = planner.booking(**more)
    if fault:
        planner.control.fault("book", fault)
    assert planner.do(booking)["status"] == "refused"
    outcome = planner.do(giving_up(planner, booking))
    cancelled = ["cancelled"] if fault else []
    assert (outcome["status"], statuses(planner)) == ("done", cancelled)
    assert [outcome["rental"]["status"]] == cancelled if fault else "rental" not in outcome


def test_giving_up_a_booking_nobody_asked_for_is_refused(planner):
    """A wrong id is no success."""
    change = planner.cancellation(book_change_id="7d444840-9dc0-11d1-b245-5ffdce74fad2")
    problem = planner.do(change)["problem"]
    assert (problem["code"], problem["pointer"]) == ("rental_not_found", "/book_change_id")
    assert problem["detail"] == text("change.booking_not_found", "de")
