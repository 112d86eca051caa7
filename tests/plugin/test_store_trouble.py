"""Records that cannot be written: nothing is sent before they are, and nothing is lost after."""

import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from carloop_plugin import bootstrap, plugin
from mobility_hookspecs import CallContext

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any


@contextmanager
def locked(store):
    """Hold the store's write lock, as another process in trouble might."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_nothing_is_sent_before_the_intent_is_durable(planner):
    """A locked store is `busy`, the same change works later, and Carloop never heard of it meanwhile."""
    planner.save()
    change = planner.booking()
    with locked(planner.store):
        outcome = planner.do(change, timeout=2.5)
    assert (
        outcome["status"],
        outcome["problem"]["code"],
        outcome["problem"]["retryable"],
    ) == ("refused", "busy", True)
    assert planner.control.rentals(planner.id) == []
    assert planner.do(change)["status"] == "done"


def test_records_locked_while_carloop_is_asked_refuse(planner):
    """They could be opened, and the intent cannot be written: nothing is sent, and the advisor is told why."""
    planner.save()
    change, outcomes = planner.booking(), []
    bootstrap.close()
    planner.control.fault("account", "delay", value=0.5)
    booking = threading.Thread(target=lambda: outcomes.append(ask(change, seconds=2.0)))
    booking.start()
    while planner.control.http.get("/sandbox/faults").json()["items"]:
        assert booking.is_alive()
    with locked(planner.store):
        booking.join()
    assert outcomes[0] == ("refused", "busy")
    assert planner.control.rentals(planner.id) == []


def test_a_change_that_is_being_made_is_not_made_twice(planner):
    """Who asks for the same meanwhile, and cannot wait, is told that nobody knows yet."""
    planner.save()
    change, outcomes = planner.booking(), []
    planner.control.fault("book", "delay", value=1.0)
    booking = threading.Thread(target=lambda: outcomes.append(planner.do(change)))
    booking.start()
    wait_for_intent(planner.store)
    impatient = ask(change, seconds=0.3)
    booking.join()
    assert impatient == ("unknown", "deadline_exceeded")
    assert [each["status"] for each in outcomes] == ["done"]


def test_an_answer_that_cannot_be_kept_is_unknown_and_settled_later(planner):
    """The rental is there; what could not be written down is found out again."""
    planner.save()
    change, outcomes = planner.booking(), []
    planner.control.fault("book", "delay", value=0.5)
    booking = threading.Thread(target=lambda: outcomes.append(planner.do(change, timeout=2.0)))
    booking.start()
    wait_for_intent(planner.store)
    with locked(planner.store):
        booking.join()
    assert outcomes[0]["status"] == "unknown", outcomes
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["reserved"]
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.state()["state"] == "booked"


def ask(change, *, seconds):
    """Ask the plugin itself, with no host that loses patience; give how it answers, and why."""
    outcome = plugin.on_rental_change(change, CallContext.within(seconds))
    assert outcome is not None
    return outcome["status"], outcome["problem"]["code"]


def wait_for_intent(store):
    """Wait until the intent is on the disk: from then on its request may be under way."""
    end = time.monotonic() + 10
    with closing(sqlite3.connect(store)) as reader:
        while not reader.execute("SELECT count(*) FROM intents").fetchone()[0]:
            assert time.monotonic() < end
