"""Unknown outcomes: said as what they are, found out, and given up."""

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.messages import text
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from carloop_sandbox.running import Sandbox
    from tests.support.planner import Planner
else:
    Planner = Sandbox = Any

LOST = {"fault": "drop_after", "times": 3}
NEVER_ARRIVED = {"fault": "drop_before", "times": 3}


def lose(planner, change, operation, **fault):
    """Send a change whose answers are all lost."""
    planner.control.fault(operation, **fault)
    outcome = planner.do(change)
    assert outcome["status"] == "unknown", outcome
    return outcome


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


def test_a_lost_answer_is_unknown_until_reconciled(planner):
    """It is shown as pending, and settles as the one rental."""
    planner.save()
    change = planner.booking()
    outcome = lose(planner, change, "book", **LOST)
    # whatever the cause, the advisor is not asked to try again
    assert text("change.unknown", "de") == outcome["problem"]["detail"]
    state = planner.state()
    assert ("unknown", change["change_id"], "book") == (
        state["state"],
        state["pending"]["change_id"],
        state["pending"]["action"],
    )
    report = planner.reconcile()
    assert [("done", change["change_id"])] == [(o["status"], o["change_id"]) for o in report["settled"]]
    assert statuses(planner) == ["reserved"]
    assert planner.state()["state"] == "booked"
    assert report["settled"][0] == planner.do(change)


def test_a_booking_that_never_arrived_is_sent_again(planner):
    """With the same key: one rental, however often."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    assert statuses(planner) == []
    assert planner.do(change)["status"] == "done"
    assert statuses(planner) == ["reserved"]


def test_a_try_is_an_answer_that_settles_nothing(planner):
    """Silence counts for nothing, however often; after twenty such answers it is listed for a person."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    planner.control.fault("book", "garbage", times=1000)
    tries = []
    for _ in range(2):
        with bootstrap.opened(deadline=CallContext.within(5).deadline) as wired:
            intent = wired.call.store.intent(change["change_id"])
        assert intent is not None
        tries.append((intent.sends, intent.tries))
        planner.reconcile()
    assert tries == [(1, 0), (2, 1)]


def test_it_is_sent_again_under_the_key_it_was_sent_with(planner, sandbox):
    """Which is the change's id, in every sending of every process."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    bootstrap.close()
    rental = planner.do(change)["rental"]
    extension = planner.end_change(rental, planner.end() + timedelta(hours=1))
    lose(planner, extension, "change_end", **NEVER_ARRIVED)
    assert planner.do(extension)["status"] == "done"
    remembered = {row["key"] for row in sandbox.store.database.all("SELECT key FROM idempotency")}
    assert {change["change_id"], extension["change_id"]} <= remembered


def test_a_round_leaves_alone_what_somebody_is_finding_out(planner):
    """In the same process: Carloop is asked once, and the round does not wait for that."""
    planner.save()
    change, outcomes = planner.booking(), []
    lose(planner, change, "book", **LOST)
    planner.control.fault("read", "delay", value=1.0)
    asking = threading.Thread(target=lambda: outcomes.append(planner.do(change)))
    asking.start()
    while planner.control.http.get("/sandbox/faults").json()["items"]:
        assert asking.is_alive()
    report = planner.reconcile()
    asking.join()
    assert (report["settled"], [each["status"] for each in outcomes]) == ([], ["done"])


def test_unknown_survives_a_restart(planner):
    """A new process finds the intent in the records."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **LOST)
    bootstrap.close()
    assert planner.state()["state"] == "unknown"
    assert planner.do(change)["status"] == "done"
    assert statuses(planner) == ["reserved"]


def test_saving_the_appointment_finds_out(planner):
    """Opening step 4 shows the truth where it can be had."""
    planner.save()
    lose(planner, planner.booking(), "book", **LOST)
    assert planner.save(revision=2)["state"] == "booked"


def test_another_change_has_to_wait(planner):
    """While nobody knows, nobody changes."""
    planner.save()
    lose(planner, planner.booking(), "book", **LOST)
    planner.control.fault("any", "status", times=50, value=503)
    outcome = planner.do(planner.booking(option_id="V1001"))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "outcome_pending")
    assert text("change.other_pending", "de") == outcome["problem"]["detail"]


def test_a_lost_change_of_the_end_is_found_out(planner):
    """By the rental itself, or by the same key again."""
    planner.save()
    rental = planner.book()
    for fault in (LOST, NEVER_ARRIVED):
        end = planner.end() + timedelta(hours=1 if fault is LOST else 2)
        change = planner.end_change(rental, end)
        lose(planner, change, "change_end", **fault)
        assert planner.state()["state"] == "unknown"
        outcome = planner.do(change)
        assert ("done", end.replace(tzinfo=None).isoformat() + "Z") == (
            outcome["status"],
            outcome["rental"]["period"]["end"],
        )


@pytest.mark.parametrize("operation", ["book", "change_end", "cancel"])
def test_what_was_done_is_found_though_carloop_has_forgotten_the_key(planner, sandbox, operation):
    """It keeps keys for a while only: the rental itself tells, and nothing is refused that happened."""
    change = change_of(planner, operation)
    lose(planner, change, operation, **LOST)
    with sandbox.store.database.writing():
        sandbox.store.database.run("DELETE FROM idempotency WHERE key = ?", change["change_id"])
    assert planner.do(change)["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1


@pytest.mark.parametrize(
    ("operation", "code"),
    [("book", "vehicle_unavailable"), ("change_end", "changed_elsewhere"), ("cancel", "rental_closed")],
)
def test_a_refusal_after_a_lost_answer_is_not_believed_before_looking(planner, operation, code):
    """Done, its answer lost, and refused when it is sent again in the same call: what stands in the way is itself."""
    change = change_of(planner, operation)
    planner.control.fault(operation, "drop_after")
    planner.control.fault(operation, "status", value={"status": 409, "code": code})
    assert planner.do(change)["status"] == "done"
    assert planner.control.http.get("/sandbox/faults").json()["items"] == []
    assert statuses(planner) == ["cancelled" if operation == "cancel" else "reserved"]


def test_an_end_is_not_sent_again_over_somebody_elses_change(planner):
    """The revision is the one the intent was recorded with."""
    planner.save()
    rental = planner.book()
    change = planner.end_change(rental, planner.end() + timedelta(hours=1))
    lose(planner, change, "change_end", **NEVER_ARRIVED)
    planner.control.desk(rental["id"], "swap", vehicle_id=planner.search()["options"][0]["id"])
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "changed_elsewhere")


@pytest.mark.parametrize("fault", [LOST, NEVER_ARRIVED], ids=["lost", "never arrived"])
def test_a_lost_cancellation_is_found_out(planner, fault):
    """Cancelled once, whichever way it is learnt."""
    planner.save()
    rental = planner.book()
    change = planner.cancellation(rental_id=rental["id"])
    lose(planner, change, "cancel", **fault)
    assert (planner.state()["state"], planner.state()["pending"]["action"]) == ("unknown", "cancel")
    assert [outcome["status"] for outcome in planner.reconcile()["settled"]] == ["done"]
    assert statuses(planner) == ["cancelled"]


def test_a_rental_of_ours_found_later_is_linked_however_the_desk_changed_it(planner):
    """The desk may have swapped it before we knew that it exists."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **LOST)
    rental = planner.control.rentals(planner.id)[0]
    other = planner.search()["options"][0]["id"]
    planner.control.desk(rental["id"], "swap", vehicle_id=other)
    outcome = planner.do(change)
    assert ("done", other) == (outcome["status"], outcome["rental"]["vehicle"]["id"])


def test_a_booking_whose_start_passed_unsent_is_refused_at_last(planner):
    """Never found, its start past, and nothing of it can be under way."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    planner.let_requests_age()
    planner.control.clock(planner.start() + timedelta(minutes=1))
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "period_in_past")
    assert text("change.start_passed", "de") == outcome["problem"]["detail"]
    assert outcome["problem"]["pointer"] == "/period/start"
    assert planner.state()["state"] == "open"


def test_a_booking_whose_start_just_passed_stays_unknown(planner):
    """Its last sending may still arrive."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    planner.control.clock(planner.start() + timedelta(minutes=1))
    outcome = planner.do(change)
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "outcome_pending")
    assert text("change.still_in_flight", "de") == outcome["problem"]["detail"]


def test_giving_up_a_booking_that_exists_cancels_it(planner):
    """The booking is refused as given up, and Carloop has it cancelled."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **LOST)
    outcome = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    assert outcome["status"] == "done", outcome
    assert statuses(planner) == ["cancelled"]
    booking = planner.do(change)
    assert (booking["status"], booking["problem"]["code"]) == ("refused", "given_up")
    assert planner.state()["state"] == "open"
    planner.book()


def test_giving_up_a_booking_that_never_arrived_waits_for_what_may_be_under_way(planner):
    """Unknown at first, then done; and the same cancellation again gives the same answer."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    assert planner.do(giving_up)["status"] == "unknown"
    assert ("unknown", giving_up["change_id"]) == (
        planner.state()["state"],
        planner.state()["pending"]["change_id"],
    )
    planner.let_requests_age()
    settled = {o["change_id"]: o["status"] for o in planner.reconcile()["settled"]}
    assert settled[giving_up["change_id"]] == "done"
    assert planner.do(giving_up)["status"] == "done"
    assert planner.do(change)["problem"]["code"] == "given_up"


def test_a_booking_that_is_given_up_is_not_sent_when_it_is_asked_for_again(planner):
    """It is unknown like its giving up, and settles with it."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    planner.do(planner.cancellation(book_change_id=change["change_id"]))
    again = planner.do(change)
    assert (again["status"], again["problem"]["code"]) == ("unknown", "outcome_pending")
    assert statuses(planner) == []
    planner.let_requests_age()
    assert planner.do(change)["problem"]["code"] == "given_up"
    assert planner.state()["state"] == "open"


def test_a_given_up_booking_that_turns_up_later_is_cancelled(planner):
    """A write that was under way for longer than anybody thought."""
    arrive_late(planner)
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["cancelled"]
    assert statuses(planner) == ["cancelled"]
    step = planner.save(revision=2)
    # the desk had no part in it
    assert (step["state"], step["notices"]) == ("open", [])


def test_a_given_up_booking_that_was_handed_out_before_it_could_be_cancelled_stands(planner):
    """The customer drives it; that is told once."""
    arrive_late(planner)
    planner.control.desk(planner.control.rentals(planner.id)[0]["id"], "hand_out")
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["picked_up"]
    assert planner.reconcile()["changed"] == []
    assert planner.state()["state"] == "booked"


def arrive_late(planner):
    """Book, give that up, and let the booking arrive at Carloop when nobody thought that it still could."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    giving_up = planner.cancellation(book_change_id=change["change_id"])
    planner.let_requests_age()
    assert planner.do(giving_up)["status"] == "done"
    with bootstrap.opened(deadline=_soon()) as wired:
        installation = wired.call.store.installation
    body = {
        "external_reference": f"{installation}/main/{planner.id}/{change['change_id']}",
        "vehicle_id": change["option_id"],
        "start": change["period"]["start"],
        "end": change["period"]["end"],
        "customer": change["customer"],
    }
    key = {"Idempotency-Key": change["change_id"]}
    assert planner.control.api("POST", "/rentals", json=body, headers=key).status_code == 201


def _soon():
    import time

    return time.monotonic() + 10


def test_giving_up_what_is_done_by_now_cancels_it(planner):
    """The page was a moment behind."""
    planner.save()
    change = planner.booking()
    assert planner.do(change)["status"] == "done"
    outcome = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")


def test_giving_up_what_was_refused_is_done(planner):
    """There is nothing left of it."""
    planner.save()
    change = planner.booking(option_id="V-never")
    planner.do(change)
    outcome = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    assert outcome["status"] == "done"
    assert "rental" not in outcome


def test_giving_up_a_booking_that_brought_another_car_cancels_that_one(planner):
    """It was refused, and yet something is left of it."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "wrong_vehicle")
    assert planner.do(change)["status"] == "refused"
    outcome = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    assert (outcome["status"], outcome["rental"]["status"]) == ("done", "cancelled")
    assert statuses(planner) == ["cancelled"]


def test_giving_up_a_booking_nobody_asked_for_is_refused(planner):
    """A wrong id is no success."""
    change = planner.cancellation(book_change_id="7d444840-9dc0-11d1-b245-5ffdce74fad2")
    problem = planner.do(change)["problem"]
    assert (problem["code"], problem["pointer"]) == ("rental_not_found", "/book_change_id")
    assert text("change.booking_not_found", "de") == problem["detail"]


def test_a_booking_given_up_but_handed_out_stands(planner):
    """The customer drives it: giving up is refused, and the booking is done."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **LOST)
    planner.control.desk(planner.control.rentals(planner.id)[0]["id"], "hand_out")
    outcome = planner.do(planner.cancellation(book_change_id=change["change_id"]))
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "rental_closed")
    assert planner.do(change)["status"] == "done"
    assert planner.state()["state"] == "booked"
    # and nobody tries to cancel it again
    planner.control.fault("cancel", "status", value=500)
    planner.reconcile()
    assert len(planner.control.http.get("/sandbox/faults").json()["items"]) == 1


def test_another_car_than_asked_for_is_not_linked_and_offered_for_cancellation(planner):
    """Carloop booked, but not what was asked for."""
    planner.save()
    planner.control.fault("book", "wrong_vehicle")
    outcome = planner.do(planner.booking())
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "invalid_answer")
    state = planner.state()
    assert state["state"] == "attention"
    assert "rental" not in state
    (proposal,) = state["proposals"]
    cancelled = planner.do({"change_id": planner.cancellation()["change_id"], **proposal["change"]})
    assert cancelled["status"] == "done", cancelled
    assert statuses(planner) == ["cancelled"]
    assert planner.state()["state"] == "open"


def test_another_car_may_come_of_a_booking_that_recovery_sends_again(planner):
    """The report tells what became of which change."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", **NEVER_ARRIVED)
    planner.control.fault("book", "wrong_vehicle")
    (settled,) = planner.reconcile()["settled"]
    assert (change["change_id"], "refused", "invalid_answer") == (
        settled["change_id"],
        settled["status"],
        settled["problem"]["code"],
    )
    rental = planner.control.rentals(planner.id)[0]
    assert text("change.astray_book", "de", {"rental": rental["id"]}) == settled["problem"]["detail"]
    assert planner.state()["state"] == "attention"


@pytest.mark.parametrize("fault", ["truncate", "garbage", "html"])
def test_an_answer_that_cannot_be_read_is_unknown(planner, fault):
    """It may have been done."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", fault=fault, times=3)
    assert planner.do(change)["status"] == "done"
    assert statuses(planner) == ["reserved"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"fault": "status", "value": 429, "times": 3}, "rate_limited"),
        ({"fault": "status", "value": 401, "times": 3}, "not_authorised"),
    ],
)
def test_a_refusal_that_may_pass_keeps_nothing(planner, fault, expected):
    """The same change runs again under the same id."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", **fault)
    outcome = planner.do(change)
    assert (
        outcome["status"],
        outcome["problem"]["code"],
        outcome["problem"]["retryable"],
    ) == ("refused", expected, True)
    assert planner.state()["state"] == "open"
    planner.control.calm()
    assert planner.do(change)["status"] == "done"


def test_an_error_inside_carloop_may_have_committed(planner):
    """A 500 is unknown, and settles by itself."""
    planner.save()
    change = planner.booking()
    lose(planner, change, "book", fault="status", value=500, times=3)
    assert [outcome["status"] for outcome in planner.reconcile()["settled"]] == ["done"]
    assert statuses(planner) == ["reserved"]


@pytest.mark.parametrize(("operation", "status"), [("book", 403), ("change_end", 408), ("cancel", 499)])
def test_a_refusal_that_carloop_does_not_know_may_come_after_the_work(planner, operation, status):
    """Somebody between us and Carloop answered: the change is unknown, then done, and never forgotten."""
    change = change_of(planner, operation)
    lose(planner, change, operation, fault="status", times=3, value={"status": status, "after": True})
    assert [change["change_id"]] == [each["change_id"] for each in planner.reconcile()["settled"]]
    assert planner.do(change)["status"] == "done"
    assert len(planner.control.rentals(planner.id)) == 1
