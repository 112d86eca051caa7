"""Step 4: what is shown when an appointment is saved, moved, cancelled or opened again."""

import math
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carloop_plugin import plugin
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.messages import text
from mobility_hookspecs import CallContext


def moved(planner, *, start_hours=0, end_hours=0):
    start = planner.start() + timedelta(hours=start_hours)
    return {"start": start.isoformat(), "end": (planner.end() + timedelta(hours=end_hours)).isoformat()}


def notices(step):
    return [each["code"] for each in step["notices"]]


def test_period_and_customer_are_taken_over_as_saved(planner):
    """A DMS customer is read-only. An older revision gets the newest one's period, and no customer, maybe another."""
    saved = planner.appointment
    step = planner.save()
    assert (step["state"], step["locked"]) == ("open", ["/customer"])
    assert (step["period"], step["customer"]) == (saved["period"], saved["customer"])
    newer = moved(planner, start_hours=24, end_hours=24)
    planner.save(revision=2, period=newer)
    step = planner.save(**saved)
    assert step["period"] == newer
    assert "customer" not in step


@pytest.mark.parametrize(("locale", "word"), [("de", "Webadresse"), ("en", "address")])
def test_without_settings_a_notice_says_what_to_do(planner, monkeypatch, locale, word):
    """In the language of the call."""
    monkeypatch.delenv("CARLOOP_BASE_URL")
    step = planner.host.appointment_saved(planner.appointment, locale=locale).answers["carloop"]
    (notice,) = step["notices"]
    assert (notice["code"], notice["severity"]) == ("not_configured", "error")
    assert word in notice["message"]


@pytest.mark.parametrize("name", ["Europa/Berlin", "Europe"])
def test_an_unknown_time_zone_is_refused(planner, name):
    """Its form is right, but the page would show every time wrongly. `Europe` is a folder of zones."""
    (failure,) = planner.host.appointment_saved(planner.appointment | {"time_zone": name}).failures
    assert (failure.problem["code"], failure.problem["pointer"]) == ("invalid_document", "/time_zone")
    assert failure.problem["detail"] == text("appointment.zone_unknown", "de")
    assert planner.state()["state"] == "open"


def test_a_booked_appointment_locks_customer_and_period(planner, rental):
    """Only the end can be changed, by a change of its own. States come in the order asked, without the network."""
    step = planner.save(revision=2)
    assert (step["state"], step["locked"]) == ("booked", ["/customer", "/period"])
    assert (planner.state()["rental"], rental["allowed_changes"]) == (
        rental,
        ["change_end", "cancel", "rebook"],
    )
    planner.control.fault("any", "status", times=20, value=503)
    states = planner.host.mobility_states(["never", planner.id]).answers["carloop"]
    assert [(s["appointment_id"], s["state"]) for s in states] == [("never", "open"), (planner.id, "booked")]


@pytest.mark.parametrize(
    ("status", "hours", "reason", "action", "state"),
    [
        ("scheduled", {"end_hours": 2}, "end_moved", "change_end", "booked"),
        ("scheduled", {"start_hours": 48, "end_hours": 48}, "appointment_moved", "rebook", "booked"),
        ("cancelled", {}, "appointment_cancelled", "cancel", "open"),
    ],
    ids=["prolonged", "moved", "cancelled"],
)
def test_an_appointment_that_no_longer_fits_proposes_a_change(
    planner, rental, status, hours, reason, action, state
):
    """A notice says why. Nothing is changed until the proposal is sent, and then the rental fits again."""
    step = planner.save(revision=2, status=status, period=moved(planner, **hours))
    assert (step["state"], step["rental"]["id"], notices(step)) == ("attention", rental["id"], [reason])
    (proposal,) = step["proposals"]
    assert (proposal["reason"], proposal["change"]["action"]) == (reason, action)
    assert planner.state()["proposals"] == step["proposals"]
    change = proposal["change"] | {"change_id": planner.cancellation()["change_id"]}
    if action == "rebook":
        change["customer"] = planner.appointment["customer"]
    assert planner.do(change)["status"] == "done"
    assert (planner.state()["state"], planner.state()["proposals"]) == (state, [])


def test_an_appointment_moved_while_its_booking_is_pending_asks_for_attention(planner, lost_booking):
    """The intent keeps the appointment as it was."""
    lost_booking()
    planner.control.fault("any", "status", times=20, value=503)
    assert planner.save(revision=2, period=moved(planner, start_hours=48, end_hours=48))["state"] == "unknown"
    planner.control.reset_faults()
    planner.reconcile()
    assert planner.state()["state"] == "attention"


@pytest.mark.parametrize("by", ["desk", "us", "us, answer lost"])
def test_a_rental_cancelled_at_the_desk_is_said(planner, rental, by):
    """The appointment is open again, and a notice says why. One that we cancelled needs none."""
    if by == "desk":
        planner.control.desk(rental["id"], "cancel")
    elif by != "us":
        planner.control.fault("cancel", "drop_after", times=3)
    if by != "desk":
        planner.do(planner.cancellation(rental_id=rental["id"]))
    planner.reconcile()
    step = planner.save(revision=2)
    assert (step["state"], notices(step)) == ("open", ["rental_gone"] if by == "desk" else [])


@pytest.mark.parametrize("is_known", [True, False])
def test_a_vehicle_swapped_by_the_desk_asks_for_attention(planner, booking, lose, is_known):
    """Which for which; of a booking not known to have worked, by its id. A change by the advisor ends that."""
    if is_known:
        rental = planner.do(booking)["rental"]
    else:
        lose(booking)
        rental = planner.control.rentals(planner.id)[0]
    other = planner.car_free_for_days()
    planner.control.desk(rental["id"], "swap", vehicle_id=other)
    planner.reconcile()
    state = planner.state()
    assert (state["state"], state["rental"]["vehicle"]["id"]) == ("attention", other)
    (notice,) = state["notices"]
    former = rental["title"] if is_known else booking["option_id"]
    params = {"now": state["rental"]["title"], "before": former}
    assert notice["message"] == text("notice.vehicle_swapped", "de", params)
    assert (notice["code"], notice["severity"]) == ("vehicle_swapped", "warning")
    planner.control.desk(rental["id"], "hand_out")
    assert [each["status"] for each in planner.reconcile()["changed"]] == ["picked_up"]
    step = planner.save(revision=3)
    assert (step["state"], notices(step)) == ("attention", ["vehicle_swapped"])
    longer = planner.end_change(planner.state()["rental"], planner.end() + timedelta(hours=1))
    assert planner.do(longer)["status"] == "done"
    step = planner.save(revision=3)
    assert (step["state"], notices(step)) == ("booked", [])


def test_a_vehicle_swapped_back_needs_nobody(planner, rental):
    """The desk gave another one, and then the booked one all the same."""
    for vehicle_id in (planner.car_free_for_days(), rental["vehicle"]["id"]):
        planner.control.desk(rental["id"], "swap", vehicle_id=vehicle_id)
        planner.reconcile()
    assert (planner.state()["state"], planner.state()["notices"]) == ("booked", [])


def test_times_found_changed_by_the_desk_are_said(planner, lost_booking):
    """Before the booking was known to have worked."""
    lost_booking()
    rental = planner.control.rentals(planner.id)[0]
    body, key = {"end": (planner.end() + timedelta(hours=1)).isoformat()}, str(uuid.uuid4())
    headers = {"Idempotency-Key": key, "If-Match": '"1"'}
    planner.control.api("PATCH", f"/rentals/{rental['id']}", json=body, headers=headers).raise_for_status()
    step = planner.save(revision=2)
    assert (step["state"], notices(step)) == ("booked", ["differs"])


@pytest.mark.parametrize(
    ("minutes", "trouble", "expected"),
    [(9, None, []), (11, None, ["records_behind"]), (0, "unreachable", ["records_behind"]), (-60, None, [])],
)
def test_records_that_may_be_behind_say_so(planner, rental, records, minutes, trouble, expected):
    """Carloop was away, or its rentals could not be read; a clock set back is no reason."""
    planner.reconcile()
    with records() as store:
        (contact,) = [each for each in store.contacts() if each.trouble is None]
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        store.note_contact(replace(contact, at=at, trouble=trouble), position=None, time_zone=None)
    state = planner.state()
    assert (state["state"], notices(state)) == ("booked", expected)


def test_a_period_the_advisor_chose_is_left_alone(planner):
    """The vehicle is wanted for longer than the visit lasts, and a visit that stays within it changes nothing."""
    planner.save()
    rental = planner.book(period=moved(planner, end_hours=2))
    for revision, hours in ((2, 0), (3, 1)):
        step = planner.save(revision=revision, period=moved(planner, end_hours=hours))
        assert (step["state"], step["proposals"]) == ("booked", [])
    assert planner.do(planner.end_change(rental, planner.end() + timedelta(hours=3)))["status"] == "done"
    assert (planner.state()["state"], planner.state()["proposals"]) == ("booked", [])


def test_a_pending_change_may_take_half_of_the_steps_time(planner, lost_booking, monkeypatch):
    """Carloop does not answer by then: the change stays unknown, and the step is answered."""
    lost_booking()
    shares = []

    def read_account(_session, *, deadline):
        shares.append((deadline - called) / (context.deadline - called))
        raise CallFailed(Reason("deadline_exceeded"))

    monkeypatch.setattr(CarloopSession, "read_account", read_account)
    called = time.monotonic()
    context = CallContext.within(3600)
    assert plugin.on_appointment_saved(planner.appointment, context)["state"] == "unknown"
    # what the call took until then, of an hour
    assert [math.isclose(share, 0.5, abs_tol=0.01) for share in shares] == [True]
