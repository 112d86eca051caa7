"""Several planner servers, one pending change: one of them looks after it, and a person is not kept waiting."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.messages import text
from carloop_plugin.model import Reason

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any

SERVER = """
import sys, time
from carloop_plugin import bootstrap
with bootstrap.opened(deadline=time.monotonic() + 30) as wired:
    print(wired.call.store.lease(sys.argv[1]) is not None, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_server(change_id):
    """Run another planner server that looks after a change, and takes its time."""
    command = [sys.executable, "-c", SERVER, change_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "True\n"
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture
def change(planner):
    """A booking that Carloop made, and whose answer was lost."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    assert planner.do(change)["status"] == "unknown"
    planner.control.calm()
    return dict(change)


def test_a_round_leaves_alone_what_another_server_is_at(planner, change):
    """Eight servers do not all ask about one change; when the one that does dies, the next round settles it."""
    with another_server(change["change_id"]) as server:
        report = planner.reconcile()
        assert (report["settled"], report["pending"]) == ([], 1)
        server.kill()
        server.wait()
        report = planner.reconcile()
    assert ([each["status"] for each in report["settled"]], report["pending"]) == (["done"], 0)


def test_what_was_settled_first_holds(planner):
    """Both servers were answered; every host is told the one outcome that is kept."""
    planner.save()
    change, outcomes = planner.end_change(planner.book(), planner.end() - timedelta(days=400)), []
    planner.control.fault("change_end", "delay", value=1.0)
    asking = threading.Thread(target=lambda: outcomes.append(planner.do(change)))
    asking.start()
    with bootstrap.opened(deadline=time.monotonic() + 10) as wired:
        while not wired.call.store.intent(change["change_id"]):
            assert time.monotonic() < wired.call.deadline
        other = Outcome(change["change_id"], OutcomeStatus.REFUSED, reason=Reason("changed_elsewhere"))
        wired.call.store.settle(other.change_id, other)
    asking.join()
    assert [each["problem"]["code"] for each in outcomes] == ["changed_elsewhere"]


def test_a_booking_that_is_done_while_it_is_given_up_waits_for_that(planner):
    """Another server gave it up while Carloop was at it: they settle as one, and nobody hears "done"."""
    planner.save()
    change, outcomes = planner.booking(), []
    planner.control.fault("book", "delay", value=1.0)
    asking = threading.Thread(target=lambda: outcomes.append(planner.do(change)))
    asking.start()
    with bootstrap.opened(deadline=time.monotonic() + 10) as wired:
        while not wired.call.store.intent(change["change_id"]):
            assert time.monotonic() < wired.call.deadline
    assert planner.do(planner.cancellation(book_change_id=change["change_id"]))["status"] == "unknown"
    asking.join()
    (outcome,) = outcomes
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "outcome_pending")
    assert text("change.given_up_meanwhile", "de") == outcome["problem"]["detail"]
    planner.reconcile()
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["cancelled"]


def test_a_person_does_not_wait_for_another_server(planner, change):
    """Who asks again, or opens the appointment, is told what Carloop says now."""
    with another_server(change["change_id"]):
        assert planner.do(change)["status"] == "done"
        assert planner.save()["state"] == "booked"
    assert len(planner.control.rentals(planner.id)) == 1
