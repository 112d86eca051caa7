"""Records that cannot be written: nothing is sent before they are, and nothing is lost afterwards."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.store.sqlite import file
from mobility_hookspecs import CallContext


@pytest.fixture
def locked(planner, monkeypatch):
    """Hold the records' write lock, as another process might, for longer than a call waits for it."""
    monkeypatch.setattr(file, "LONGEST_WAIT", 0.1)

    @contextmanager
    def locked():
        with closing(sqlite3.connect(planner.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield

    return locked


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def test_nothing_is_sent_before_the_intent_is_durable(planner, booking, locked):
    """Locked records are `busy`, Carloop gets no request, and the same change works later."""
    with locked():
        assert code(planner.do(booking)) == ("refused", "busy")
    assert planner.control.rentals(planner.id) == []
    assert planner.do(booking)["status"] == "done"


def test_records_that_are_locked_while_carloop_is_asked_refuse_the_change(planner, booking, locked, begin):
    """They could be opened, and the intent cannot be written: nothing is sent."""
    bootstrap.close()
    finish = begin(booking, "read_account")
    with locked():
        assert code(finish()) == ("refused", "busy")
    assert planner.control.rentals(planner.id) == []


def test_a_change_that_is_being_sent_is_not_sent_twice(planner, booking, begin):
    """The same change sent meanwhile, without time to wait, is answered as unknown."""
    finish = begin(booking, "send")
    # the plugin itself, with no host that loses patience
    impatient = plugin.on_rental_change(booking, CallContext.within(0.2))
    assert code(impatient) == ("unknown", "deadline_exceeded")
    assert code(finish()) == ("done", "")
    assert len(planner.control.rentals(planner.id)) == 1


def test_an_answer_that_cannot_be_kept_is_unknown_and_settled_later(planner, locked, begin):
    """The rental exists; what could not be written is found out again."""
    planner.save()
    finish = begin(planner.booking(), "send")
    with locked():
        assert finish()["status"] == "unknown"
    assert [each["status"] for each in planner.control.rentals(planner.id)] == ["reserved"]
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert planner.state()["state"] == "booked"
