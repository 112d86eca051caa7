"""Step 4: what the advisor is shown when an appointment is saved, moved, called off, or opened again."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost

if TYPE_CHECKING:
    from tests.support.planner import Planner
else:
    Planner = Any

APPOINTMENT = {
    "id": "A-1",
    "revision": 2,
    "status": "scheduled",
    "site": "main",
    "period": {"start": "2030-03-04T08:00:00+01:00", "end": "2030-03-04T17:00:00+01:00"},
    "time_zone": "Europe/Berlin",
    "customer": {"source": "dms", "number": "4711", "last_name": "Canary"},
}


def saved(host, **changes):
    gathered = host.appointment_saved(APPOINTMENT | changes)
    assert gathered.failures == ()
    return dict(gathered.answers["carloop"])


def moved(planner, *, start_hours=0, end_hours=0):
    start = planner.start() + timedelta(hours=start_hours)
    return {"start": start.isoformat(), "end": (planner.end() + timedelta(hours=end_hours)).isoformat()}


def test_period_and_customer_are_taken_over_as_saved(plugin_environment):
    """To the letter; a DMS customer is read-only."""
    with MobilityHost.of(plugin) as host:
        step = saved(host)
    assert (step["state"], step["locked"]) == ("open", ["/customer"])
    assert APPOINTMENT["period"] == step["period"]
    assert APPOINTMENT["customer"] == step["customer"]


def test_an_older_revision_is_answered_with_what_the_newest_said(plugin_environment):
    """Without its customer: it may be another one."""
    newer = {"start": "2030-03-05T08:00:00+01:00", "end": "2030-03-05T17:00:00+01:00"}
    with MobilityHost.of(plugin) as host:
        saved(host, revision=3, period=newer)
        step = saved(host)
    assert newer == step["period"]
    assert "customer" not in step


def test_without_settings_step_4_says_what_to_do(plugin_environment):
    """The appointment is remembered all the same."""
    with MobilityHost.of(plugin) as host:
        step = saved(host)
        english = host.appointment_saved(APPOINTMENT, locale="en").answers["carloop"]["notices"]
    assert [(each["code"], each["severity"]) for each in step["notices"]] == [("not_configured", "error")]
    assert "Webadresse" in step["notices"][0]["message"]
    assert "address" in english[0]["message"]


def test_a_booked_appointment_locks_customer_and_period(planner):
    """Only the end can be changed, and that by a change of its own."""
    planner.save()
    planner.book()
    step = planner.save(revision=2)
    assert (step["state"], step["locked"]) == ("booked", ["/customer", "/period"])
    assert planner.state()["state"] == "booked"


def test_a_prolonged_appointment_proposes_a_later_end(planner):
    """Never a silent change; taken as it is, the proposal mends it."""
    planner.save()
    rental = planner.book()
    step = planner.save(revision=2, period=moved(planner, end_hours=2))
    assert ("attention", rental["id"]) == (step["state"], step["rental"]["id"])
    (proposal,) = step["proposals"]
    assert (proposal["reason"], proposal["change"]["action"]) == ("end_moved", "change_end")
    assert step["proposals"] == planner.state()["proposals"]
    change = proposal["change"] | {"change_id": planner.cancellation()["change_id"]}
    assert planner.do(change)["status"] == "done"
    assert planner.state()["state"] == "booked"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "cancelled"}, "appointment_cancelled"),
        ({"start_hours": 48, "end_hours": 48}, "appointment_moved"),
    ],
)
def test_a_cancelled_or_moved_appointment_proposes_to_cancel(planner, changes, reason):
    """And says why, in a notice."""
    planner.save()
    planner.book()
    if "start_hours" in changes:
        changes = {"period": moved(planner, **changes)}
    step = planner.save(revision=2, **changes)
    assert (step["state"], [each["reason"] for each in step["proposals"]]) == ("attention", [reason])
    assert [each["code"] for each in step["notices"]] == [reason]
    change = step["proposals"][0]["change"] | {"change_id": planner.cancellation()["change_id"]}
    assert planner.do(change)["status"] == "done"
    assert planner.state()["state"] == "open"


def test_an_appointment_moved_while_booking_is_in_flight_asks_for_attention(planner):
    """The intent keeps the appointment as it was."""
    planner.save()
    planner.control.fault("book", "drop_after", times=3)
    assert planner.do(planner.booking())["status"] == "unknown"
    planner.control.fault("any", "status", times=20, value=503)
    assert planner.save(revision=2, period=moved(planner, start_hours=48, end_hours=48))["state"] == "unknown"
    planner.control.calm()
    planner.reconcile()
    assert planner.state()["state"] == "attention"


def test_the_desk_is_seen_after_reconciling(planner):
    """Handed out, swapped, taken back: once each, and not again."""
    planner.save()
    planner.reconcile()
    rental = planner.book()
    planner.control.desk(rental["id"], "hand_out")
    other = planner.search()["options"][0]["id"]
    planner.control.desk(rental["id"], "swap", vehicle_id=other)
    changed = planner.reconcile()["changed"]
    assert [(rental["id"], "picked_up", other)] == [
        (c["id"], c["status"], c["vehicle"]["id"]) for c in changed
    ]
    assert planner.reconcile()["changed"] == []
    planner.control.clock(planner.start() + timedelta(hours=1))
    planner.control.desk(rental["id"], "take_back")
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["returned"]
    state = planner.state()
    assert (
        state["state"],
        state["rental"]["status"],
        state["rental"]["allowed_changes"],
    ) == ("booked", "returned", [])


def test_what_the_desk_did_long_ago_is_seen_too(planner):
    """The planner was switched off meanwhile: the feed is read from where it was left."""
    planner.save()
    rental = planner.book()
    planner.reconcile()
    planner.control.desk(rental["id"], "hand_out")
    planner.control.clock(datetime.now(UTC) + timedelta(hours=12))
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["picked_up"]


def test_a_rental_cancelled_at_the_desk_is_said(planner):
    """The appointment is open again, and a notice says why."""
    planner.save()
    rental = planner.book()
    planner.control.desk(rental["id"], "cancel")
    planner.reconcile()
    step = planner.save(revision=2)
    assert (step["state"], [each["code"] for each in step["notices"]]) == ("open", ["cancelled_at_desk"])


def test_a_rental_we_cancelled_needs_no_word(planner):
    """Cancelled by the advisor or found cancelled for the advisor: nobody did it behind anyone's back."""
    planner.save()
    for fault in ({}, {"fault": "drop_after", "times": 3}):
        rental = planner.book()
        if fault:
            planner.control.fault("cancel", **fault)
        planner.do(planner.cancellation(rental_id=rental["id"]))
        planner.reconcile()
        step = planner.save(revision=2)
        assert (step["state"], [each["code"] for each in step["notices"]]) == ("open", [])


def test_a_period_the_advisor_chose_is_not_proposed_away(planner):
    """The car is wanted for longer than the visit lasts, and a visit that stays within it changes nothing."""
    planner.save()
    rental = planner.book(period=moved(planner, end_hours=2))
    for revision, hours in ((2, 0), (3, 1)):
        step = planner.save(revision=revision, period=moved(planner, end_hours=hours))
        assert (step["state"], step["proposals"]) == ("booked", [])
    assert planner.do(planner.end_change(rental, planner.end() + timedelta(hours=3)))["status"] == "done"
    assert (planner.state()["state"], planner.state()["proposals"]) == ("booked", [])


def test_states_come_in_the_order_asked_and_without_the_network(planner):
    """One for each id; never seen is open."""
    planner.save()
    planner.book()
    planner.control.fault("any", "status", times=20, value=503)
    states = planner.host.mobility_states(["never", planner.id]).answers["carloop"]
    assert [("never", "open"), (planner.id, "booked")] == [(s["appointment_id"], s["state"]) for s in states]


def test_a_slow_carloop_costs_step_4_half_its_time_at_most(planner):
    """The pending change stays unknown, and the step is answered."""
    planner.save()
    planner.control.fault("book", "drop_after", times=3)
    planner.do(planner.booking())
    planner.control.fault("any", "delay", times=20, value=5)
    began = time.monotonic()
    gathered = planner.host.appointment_saved(planner.appointment, timeout=1.0)
    assert gathered.answers["carloop"]["state"] == "unknown"
    assert time.monotonic() - began < 0.9
