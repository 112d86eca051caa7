"""Several planner servers and one pending change: one of them recovers it, and no caller waits for it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Reason
from carloop_plugin.messages import text

SERVER = """
import sys, time
from carloop_plugin import bootstrap
with bootstrap.opened(deadline=time.monotonic() + 30) as services:
    print(services.context.store.lease(sys.argv[1]) is not None, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_server(change_id):
    """Run another planner server that holds the lease of a change."""
    command = [sys.executable, "-c", SERVER, change_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout.readline() == "True\n"
        try:
            yield server
        finally:
            server.kill()


def test_a_change_is_left_to_the_server_that_holds_it(planner, lost_booking):
    """Eight servers do not all ask Carloop in every round; when one dies, the next round settles its change."""
    change = lost_booking()
    with another_server(change["change_id"]) as server:
        report = planner.reconcile()
        assert (report["settled"], report["pending"]) == ([], 1)
        server.kill()
        server.wait()
        report = planner.reconcile()
    assert ([each["status"] for each in report["settled"]], report["pending"]) == (["done"], 0)


def test_a_person_does_not_wait_for_another_server(planner, lost_booking):
    """Sending the change again, or opening the appointment, gets Carloop's present answer."""
    change = lost_booking()
    with another_server(change["change_id"]):
        assert planner.do(change)["status"] == "done"
        assert planner.save()["state"] == "booked"
    assert len(planner.control.rentals(planner.id)) == 1


def test_a_change_that_another_server_carried_out_is_not_refused(planner, rental, pause, in_child):
    """This one could not even ask Carloop, and kept nothing: its host would take the change for not made."""
    change = planner.cancellation(rental_id=rental["id"])
    paused = pause("read_rental")
    with ThreadPoolExecutor(1) as threads:
        outcome = threads.submit(planner.do, change)
        paused.wait()
        assert in_child(lambda: paused.resume() or planner.do(change)["status"]) == "done"
        planner.control.fault("read", "status", times=3, value=503)
        paused.resume()
        assert outcome.result()["status"] == "done"


def test_the_first_outcome_that_is_kept_holds(planner, rental, records, begin):
    """Two servers got an answer; both answer their hosts alike."""
    change = planner.end_change(rental, planner.end() - timedelta(days=400))
    finish = begin(change, "send")
    with records() as store:
        other = Outcome(change["change_id"], OutcomeStatus.REFUSED, reason=Reason("changed_elsewhere"))
        store.settle(other.change_id, other)
    assert finish()["problem"]["code"] == "changed_elsewhere"


def test_a_booking_sent_again_while_it_is_looked_for_is_not_refused(planner, lost_booking, records, begin):
    """Another server, by whose clock its start has not passed, has claimed it: it may be done yet."""
    change = lost_booking(fault="drop_before")
    planner.control.clock(planner.start() + timedelta(minutes=1))
    planner.let_requests_age()
    finish = begin(change, "find_rental")
    with records() as store:
        assert store.claim(store.intent(change["change_id"]))
    outcome = finish()
    assert (outcome["status"], outcome["problem"]["detail"]) == (
        "unknown",
        text("change.still_in_flight", "de"),
    )


def test_a_booking_that_is_given_up_while_it_is_sent_is_not_done(planner, booking, begin):
    """Another server gave it up: they settle together, and no host is answered `done`."""
    finish = begin(booking, "send")
    giving_up = planner.cancellation(book_change_id=booking["change_id"])
    assert planner.do(giving_up)["status"] == "unknown"
    outcome = finish()
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "outcome_pending")
    assert outcome["problem"]["detail"] == text("change.given_up_meanwhile", "de")
    planner.reconcile()
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["cancelled"]
