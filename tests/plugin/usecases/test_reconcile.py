"""A round of reconciling: changes at the desk, pending changes, outages, and how a round shares its time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.rentals import Rental, RentalStatus
from carloop_plugin.domain.values import Period, Site
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.usecases import reconcile as reconciling
from mobility_hookspecs import CallContext


def settled(report):
    return [(each["status"], each["change_id"]) for each in report["settled"]]


def test_changes_at_the_desk_are_reported_once(planner, records):
    """Handed out and swapped long ago, taken back: each in the next round, and nothing of another rental with it."""
    planner.save()
    planner.reconcile()
    rental = planner.book()
    with records() as store:
        (known,) = store.rentals(rental_id=rental["id"])
        later = replace(known, appointment_id="A-2", linked=False, updated_at=planner.end())
        for another in ({"id": "R-2"}, {"account": "other"}):
            store.keep_rental(replace(later, **another))
    planner.control.desk(rental["id"], "hand_out")
    other = planner.car_free_for_days()
    planner.control.desk(rental["id"], "swap", vehicle_id=other)
    # the planner was switched off meanwhile
    planner.control.clock(planner.start() + timedelta(hours=1))
    (changed,) = planner.reconcile()["changed"]
    assert (changed["id"], changed["status"], changed["vehicle"]["id"]) == (rental["id"], "picked_up", other)
    assert planner.reconcile()["changed"] == []
    planner.control.desk(rental["id"], "take_back")
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["returned"]
    state = planner.state()
    assert (state["state"], state["rental"]["status"]) == ("booked", "returned")
    assert state["rental"]["allowed_changes"] == []


def test_a_round_does_not_wait_for_a_change_that_another_thread_recovers(planner, lost_booking, begin):
    """Carloop is asked once, and the round leaves the change to the thread."""
    finish = begin(lost_booking(), "find_rental")
    assert planner.reconcile()["settled"] == []
    assert finish()["status"] == "done"


def test_an_answer_that_settles_nothing_is_a_try(planner, lost_booking, records):
    """No answer is none; after twenty tries the change is set aside for a person."""
    change = lost_booking(fault="drop_before")
    planner.control.fault("book", "garbage", times=1000)
    planner.reconcile()
    with records() as store:
        intent = store.intent(change["change_id"])
    assert (intent.sends, intent.tries) == (2, 1)


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"], ids=["done", "not done"])
def test_a_change_that_was_set_aside_is_settled_later(planner, lost_booking, records, fault):
    """By the feed, if Carloop has the rental; else by the next round whose look-up works, which sends it again."""
    change = lost_booking(fault=fault)
    planner.control.fault("read", "garbage", times=1000)
    for _ in range(20):
        plugin.reconcile_rentals(CallContext.within(10))
    with records() as store:
        assert store.figures().set_aside == (change["change_id"],)
    planner.control.reset_faults()
    assert settled(planner.reconcile()) == [("done", change["change_id"])]
    assert planner.state()["state"] == "booked"


OUTAGES = {
    "unavailable": ("any", "status", 503),
    "look-ups fail": ("read", "status", 500),
    "too many requests": ("any", "status", 429),
    "no answer": ("read", "drop_before", None),
    "slow": ("read", "delay", 5),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_sets_nothing_aside(planner, lost_booking, records, outage):
    """A round that fails counts as no try, and the first round after the outage settles the booking."""
    change = lost_booking(fault="drop_before")
    operation, fault, value = OUTAGES[outage]
    planner.control.fault(operation, fault, times=1000, value=value)
    plugin.reconcile_rentals(CallContext.within(0.3))
    with records() as store:
        assert store.intent(change["change_id"]).tries == 0
    planner.control.reset_faults()
    assert settled(planner.reconcile()) == [("done", change["change_id"])]


class SlowCarloop:
    """A Carloop that never answers in time, and records until when each call could have waited."""

    feed = ()

    def __init__(self, origin="https://slow.example", *, is_away=False):
        self.origin = origin
        self.deadlines = []
        self._is_away = is_away

    def read_account(self, *, deadline):
        self.deadlines.append(("account", deadline))
        if self._is_away:
            raise CallFailed(Reason("deadline_exceeded"))
        return Account(self.origin, "Slow", "Europe/Berlin", (), datetime.now(UTC), timedelta())

    def find_rental(self, _reference, *, deadline):
        self.deadlines.append(("look-up", deadline))
        raise CallFailed(Reason("deadline_exceeded"))

    def rentals_changed_since(self, _since, *, deadline):
        self.deadlines.append(("feed", deadline))
        return iter(self.feed)


@pytest.fixture
def reconcile_within(monkeypatch, plugin_environment):
    """Reconcile with fake Carloops, on a clock that is stopped at zero."""
    monkeypatch.setattr(reconciling, "time", SimpleNamespace(monotonic=lambda: 0.0))

    def run(seconds, *carloops):
        sites = {Site(f"s{number}"): carloop for number, carloop in enumerate(carloops)}
        with bootstrap.opened(deadline=CallContext.within(30).deadline) as services:
            reconciling.reconcile(
                sites, replace(services.context, connect=sites.__getitem__, deadline=seconds)
            )

    return run


def test_a_slow_site_leaves_the_others_their_time(reconcile_within):
    """The first of two may take half of the round, and its failure costs the other one nothing."""
    away, other = SlowCarloop("https://away.example", is_away=True), SlowCarloop()
    reconcile_within(10.0, away, other)
    assert away.deadlines == [("account", 5.0)]
    assert other.deadlines == [("account", 10.0), ("feed", 10.0)]


def test_a_pending_change_gets_a_second_however_many_there_are(planner, lose, records, reconcile_within):
    """Shared out evenly, a short round would not suffice for any of them; the feed gets its share too."""
    for number in range(4):
        planner.save(id=f"{planner.id}-{number}")
        lose(planner.booking())
    carloop = SlowCarloop()
    with records() as store:
        account = carloop.read_account(deadline=0.0).id
        store.database.transact(lambda: store.database.query("UPDATE intents SET account = ?", [account]))
    carloop.deadlines.clear()
    reconcile_within(2.4, carloop)
    assert carloop.deadlines == [
        ("account", 2.4),
        ("look-up", 1.0),
        ("look-up", 1.0),
        ("look-up", 1.0),
        ("look-up", 1.2),
        ("feed", 2.4),
    ]


class AnsweringCarloop(SlowCarloop):
    """A Carloop that has the rental of every booking; `answers` is whether it can be read."""

    answers = True

    def find_rental(self, reference, *, deadline):
        self.deadlines.append(("look-up", deadline))
        if not self.answers:
            raise CallFailed(Reason("invalid_answer"))
        return self.rental_of(reference)

    def rental_of(self, reference):
        vehicle = Vehicle("V-1", "DA-CL 1", "VW", "Golf", "kompakt")
        now = datetime.now(UTC)
        period = Period(now, now + timedelta(days=1))
        return Rental(reference, reference, vehicle, period, period.end, RentalStatus.RESERVED, 1, now)


def test_a_round_tries_three_of_those_set_aside_in_vain(planner, lose, records, reconcile_within, caplog):
    """Another account's do not count. Once Carloop can be read one round settles all; its event counts its own."""
    carloop, other = AnsweringCarloop(), AnsweringCarloop("https://other.example")
    for number in range(6):
        planner.save(id=f"{planner.id}-{number}")
        lose(planner.booking())
    with records() as store:
        account = carloop.read_account(deadline=0.0).id
        sql = "UPDATE intents SET account = ?, tries = 20, tried_at = 1"
        store.database.transact(lambda: store.database.query(sql, [account]))
        sql = "UPDATE intents SET account = ?, tried_at = 2 WHERE appointment_id = ?"
        store.database.transact(lambda: store.database.query(sql, [other.origin, planner.id]))
    carloop.deadlines.clear()
    carloop.answers = False
    reconcile_within(10.0, other, carloop)
    assert [name for name, _ in carloop.deadlines] == ["account", *["look-up"] * 3, "feed"]
    assert [name for name, _ in other.deadlines] == ["account", "look-up", "feed"]
    # one that cannot be looked up is settled by the feed
    with records() as store:
        carloop.feed = [carloop.rental_of(store.pending_intents()[0].external_reference)]
    reconcile_within(10.0, carloop)
    with records() as store:
        assert len(store.pending_intents()) == 4
    carloop.answers = True
    with caplog.at_level("DEBUG", "carloop_plugin.events"):
        reconcile_within(10.0, carloop, SlowCarloop("https://other.example"))
    rounds = [each.fields for each in caplog.records if each.event == "carloop.reconciled"]
    assert [(each["settled"], each["changed"]) for each in rounds] == [(4, 0), (0, 0)]
    with records() as store:
        assert store.pending_intents() == []
        sql = "SELECT time_zone FROM contacts WHERE position IS NOT NULL"
        assert [row["time_zone"] for row in store.database.query(sql)] == ["Europe/Berlin"] * 2
