"""Each outcome is logged by an event with ids and codes that a program can read."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from carloop_plugin import bootstrap, events, plugin
from carloop_plugin.api.client import MOST_TOKENS
from mobility_hookspecs import CallContext
from tests.support.planner import Planner


@dataclass
class EventLog:
    """The plugin's events that were logged in a test, each checked against what is declared of its kind."""

    caplog: pytest.LogCaptureFixture

    @property
    def events(self):
        """Return the events' names and fields."""
        for record in self.caplog.records:
            if record.name == events.LOG.name:
                (event,) = (each for each in events.EVENTS if each.name == record.event)
                assert record.getMessage() == f"{event.name} {json.dumps(record.fields)}"
                assert set(record.fields) <= set(event.fields) <= set(events.FIELDS)
                assert event.level == record.levelno
                yield event.name, record.fields

    def all(self, name):
        """Return the fields of the events of a name."""
        return [fields for each, fields in self.events if each == name]

    def last(self, name):
        """Return the fields of the last event of a name."""
        return self.all(name)[-1]


@pytest.fixture
def log(caplog):
    """Every event of the plugin while a test runs."""
    caplog.set_level(logging.DEBUG)
    return EventLog(caplog)


def book_twice(planner):
    planner.book()
    planner.do(planner.booking())


def book_with(fault, *, times=1, value=None):
    """Return a cause: book while Carloop has a fault."""

    def cause(planner):
        change = planner.booking()
        planner.control.fault("book", fault, times=times, value=value)
        planner.do(change)
        return change

    return cause


leave_unknown = book_with("drop_after", times=3)


def settle(planner):
    leave_unknown(planner)
    planner.reconcile()


def send_again(planner):
    book_with("drop_before", times=3)(planner)
    planner.reconcile()


def change_at_desk(planner):
    planner.control.desk(planner.book()["id"], "hand_out")
    planner.reconcile()


def be_out_of_reach(planner, rounds=1):
    planner.control.fault("account", "drop_before", times=100)
    for _ in range(rounds):
        planner.reconcile()


def search_backwards(planner):
    start, end = (planner.appointment["period"][name] for name in ("start", "end"))
    filters = {"vehicle_classes": [], "features": []}
    planner.host.mobility_options(
        {"site": "main", "period": {"start": end, "end": start}, "filters": filters}
    )


def ask_badly(planner):
    plugin.on_rental_change({"provider": "carloop"}, CallContext.within(5))


def save_settings(planner):
    planner.host.save_settings({"provider": "carloop", "site": "main", "values": {"station": "hof"}})


def erase_a_customer(planner):
    planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []})


def rebuild(planner):
    planner.damage()
    bootstrap.rebuild_store(deadline=CallContext.within(10).deadline)


CHANGE = "change_id action site appointment_id"
ANSWERED = f"request_id {CHANGE} seconds"
RETRY = "operation attempt=1 code asked_seconds"
LIMIT = {"status": 429, "retry_after": 0}
LONG_LIMIT = {"status": 429, "retry_after": 600}

CAUSES = {
    "change.done": (Planner.book, f"{ANSWERED} rental_id"),
    "change.refused": (book_twice, f"{ANSWERED} code=already_booked rental_id"),
    "change.unknown": (leave_unknown, f"{ANSWERED} code"),
    "change.recorded": (Planner.book, f"{CHANGE} account"),
    "change.sent_again": (send_again, f"{CHANGE} account sends=2"),
    "change.settled": (settle, f"{CHANGE} account rental_id action=book status=done sends=1 seconds"),
    "rental.mismatched": (book_with("wrong_vehicle"), f"{CHANGE} account rental_id"),
    "rental.changed": (change_at_desk, "account site appointment_id rental_id change_id status"),
    "carloop.reconciled": (change_at_desk, "account skew_seconds settled changed seconds"),
    "carloop.not_reconciled": (be_out_of_reach, "site=main code=unreachable"),
    "request.retried": (book_with("status", value=LIMIT), f"{RETRY} change_id wait_seconds"),
    "request.wait_too_long": (book_with("status", value=LONG_LIMIT), f"{RETRY}=600.0 change_id"),
    "request.budget_spent": (partial(be_out_of_reach, rounds=MOST_TOKENS), RETRY),
    "call.answered": (Planner.book, "request_id hook seconds"),
    "call.failed": (search_backwards, "request_id hook=provide_mobility_options code seconds"),
    "document.refused": (ask_badly, "request_id document"),
    "settings.saved": (save_settings, "site=main"),
    "erasure.asked": (erase_a_customer, "erased=1 kept=0"),
    "erasure.finished": (erase_a_customer, ""),
    "records.rebuilt": (rebuild, "rentals=0 missing=0"),
}
"""What causes an event once the appointment is saved, and its fields, some of them with the value."""

OTHERS = {"change.set_aside", "erasure.put_off", "rental.unreadable", "vehicles.unreadable"}
"""Those with a test of their own, in `usecases/test_erase.py` and `failures/test_unreadable_answers.py` too."""


@pytest.mark.parametrize("name", CAUSES)
def test_what_happens_is_logged(planner, log, name):
    """With all that is known of it at that moment, and nothing else."""
    cause, fields = CAUSES[name]
    planner.save()
    cause(planner)
    logged, wanted = log.last(name), dict(each.partition("=")[::2] for each in fields.split())
    assert {field: str(logged[field]) if wanted.get(field) else "" for field in logged} == wanted


def test_every_event_has_a_cause():
    """An event without a cause would be documented for nothing."""
    assert set(CAUSES) | OTHERS == {event.name for event in events.EVENTS}


def test_one_change_can_be_followed(planner, log):
    """The change's id is in each of its events, and the planner's call in the answer."""
    planner.save()
    change = planner.booking()
    planner.control.fault("book", "drop_after", times=3)
    plugin.on_rental_change(change, CallContext.within(10, request_id="call-of-the-planner"))
    planner.reconcile()
    names = [name for name, fields in log.events if fields.get("change_id") == change["change_id"]]
    assert names == ["change.recorded", *["request.retried"] * 2, "change.unknown", "change.settled"]
    assert log.last("change.unknown")["request_id"] == "call-of-the-planner"
    assert log.last("change.settled")["rental_id"] == planner.state()["rental"]["id"]


def test_what_a_round_heard_of_a_site(planner, log, monkeypatch):
    """How far Carloop's clock is ahead of ours; once the token was taken away, that nothing is set up."""
    planner.control.clock(datetime.now(UTC) + timedelta(seconds=90))
    planner.save()
    planner.reconcile()
    assert abs(log.last("carloop.reconciled")["skew_seconds"] - 90) < 30
    monkeypatch.delenv("CARLOOP_TOKEN")
    planner.host.reconcile()
    assert log.last("carloop.not_reconciled") == {"site": "main", "code": "not_configured"}


def test_a_booking_given_up_settles_with_what_gave_it_up(planner, log):
    """Two changes are settled, so there are two events."""
    planner.save()
    change = leave_unknown(planner)
    planner.do(planner.cancellation(book_change_id=change["change_id"]))
    booking, giving_up = log.all("change.settled")
    assert (booking["action"], booking["status"], booking["code"]) == ("book", "refused", "given_up")
    assert (giving_up["action"], giving_up["status"], "rental_id" in giving_up) == ("cancel", "done", True)
    assert ("code" in giving_up, "rental_id" in booking) == (False, False)


def test_the_change_of_a_rental_names_it(planner, log):
    """When it is recorded, and when it is done."""
    planner.save()
    rental = planner.book()
    planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))
    for name in ("change.recorded", "change.done"):
        fields = log.last(name)
        assert (fields["action"], fields["rental_id"]) == ("change_end", rental["id"])


def test_a_change_is_set_aside_once(planner, log):
    """After the twentieth try: one call for a person, not one in each round."""
    planner.save()
    leave_unknown(planner)
    planner.control.fault("read", "garbage", times=1000)
    counts = []
    for _ in range(21):
        plugin.reconcile_rentals(CallContext.within(0.7))
        counts.append(len(log.all("change.set_aside")))
    assert counts == [0] * 19 + [1, 1]
    assert set(log.last("change.set_aside")) == set(f"{CHANGE} account code sends tries".split())
    assert log.last("change.set_aside")["tries"] == 20


def test_a_field_that_an_event_does_not_name_is_left_out(log):
    """Only declared fields are logged."""
    events.log_event(events.SETTINGS_SAVED, site="main", code="Canary")
    assert log.last("settings.saved") == {"site": "main"}
