"""Rebooking: another car, period or customer as one step, so that there is always exactly one rental."""

from datetime import timedelta

import pytest

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.messages import text
from tests.support.planner import answer_of


def told(outcome):
    problem = outcome.get("problem", {})
    return outcome["status"], problem.get("code"), problem.get("pointer")


def rentals(planner):
    """Return Carloop's rentals of the appointment: each one's id and status, in the order of their making."""
    found = sorted((each["id"], each["status"]) for each in planner.control.rentals(planner.id))
    return [status for _, status in found]


def moments(planner):
    """Return how many rentals the appointment had at Carloop, from one transaction to the next."""
    history = planner.control.http.get("/sandbox/history").json()["items"]
    return [each["active"] for each in history if each["appointment"].endswith(f"/{planner.id}")]


@pytest.fixture
def rebooking(planner, rental):
    """Book a car; return the change that books another one in its place, not sent yet."""
    return planner.rebooking(rental, option_id=planner.car_free_for_days())


@pytest.mark.both_databases
def test_the_new_rental_takes_the_old_ones_place(planner, rental, rebooking):
    """One request; the records know at once that the old one is cancelled, and by whom."""
    later = {name: (at + timedelta(hours=2)).isoformat() for name, at in planner.times().items()}
    outcome = planner.do(rebooking | {"period": later, "note": "Canary: Kindersitz"})
    assert outcome["status"] == "done", outcome
    new = outcome["rental"]
    assert (new["vehicle"]["id"], new["allowed_changes"]) == (
        rebooking["option_id"],
        ["change_end", "cancel", "rebook"],
    )
    assert rentals(planner) == ["cancelled", "reserved"]
    assert planner.state() | {"rental": new} == planner.state()
    assert (planner.state()["state"], planner.state()["notices"]) == ("booked", [])
    changed = {each["id"]: each["status"] for each in planner.reconcile()["changed"]}
    assert changed.get(rental["id"], "cancelled") == "cancelled"
    assert planner.do(rebooking | {"period": later, "note": "Canary: Kindersitz"}) == outcome
    assert (planner.state()["state"], planner.state()["rental"]) == ("booked", new)
    assert moments(planner) == [1, 1]


def test_the_same_car_may_take_its_own_place(planner, rental):
    """Its old period does not stand in the way of the new one."""
    period = {name: (at + timedelta(hours=1)).isoformat() for name, at in planner.times().items()}
    outcome = planner.do(planner.rebooking(rental, period=period))
    assert (outcome["status"], outcome["rental"]["vehicle"]) == ("done", rental["vehicle"])
    assert rentals(planner) == ["cancelled", "reserved"]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "garbage"])
def test_a_lost_answer_is_settled_to_one_rental(planner, rental, rebooking, lose, fault):
    """Unknown first; then the new one is found, or made by the same request."""
    lose(rebooking, fault=fault)
    state = planner.state()
    assert (state["state"], state["pending"]["action"]) == ("unknown", "rebook")
    assert [each["status"] for each in planner.reconcile()["settled"]] == ["done"]
    assert rentals(planner) == ["cancelled", "reserved"]
    state = planner.state()
    assert (state["state"], state["rental"]["vehicle"]["id"]) == ("booked", rebooking["option_id"])
    assert planner.do(rebooking)["rental"] == state["rental"]


def test_what_was_seen_before_does_not_bring_the_old_rental_back(planner, rental, rebooking, records):
    """A process that read it a moment earlier keeps what it saw later."""
    with records() as store:
        (seen,) = store.rentals(rental_id=rental["id"])
    assert planner.do(rebooking)["status"] == "done"
    with records() as store:
        assert store.keep_rental(seen) is False
    assert (planner.state()["state"], planner.state()["proposals"]) == ("booked", [])


def test_a_car_that_is_taken_leaves_the_old_rental_as_it_was(planner, rental, rebooking, rent_directly):
    """The refusal offers other cars."""
    rent_directly(rebooking["option_id"], planner.start(), planner.end())
    outcome = planner.do(rebooking)
    assert told(outcome) == ("refused", "vehicle_unavailable", "/option_id")
    assert outcome["problem"]["detail"] == text("change.rebooking_blocked", "de")
    assert 1 <= len(outcome["alternatives"]) <= 5
    assert (planner.state()["rental"], rentals(planner)) == (rental, ["reserved"])
    assert planner.do(rebooking) == outcome


@pytest.mark.parametrize(
    ("desk", "revision", "expected"),
    [
        ("hand_out", None, "rental_closed"),
        ("cancel", None, "rental_closed"),
        ("swap", 1, "changed_elsewhere"),
    ],
)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_only_a_reserved_rental_is_rebooked(
    planner, rental, rebooking, monkeypatch, desk, revision, expected, when
):
    """Nothing is booked, and the answer shows the rental as it is, also where the desk was quicker by a moment."""
    more = {"vehicle_id": planner.car_free_for_days()} if desk == "swap" else {}
    send = CarloopSession.send

    def act_and_send(*arguments, **keywords):
        planner.control.desk(rental["id"], desk, **more)
        return send(*arguments, **keywords)

    if when == "before":
        planner.control.desk(rental["id"], desk, **more)
    else:
        monkeypatch.setattr(CarloopSession, "send", act_and_send)
    outcome = planner.do(rebooking if revision is None else rebooking | {"revision": revision})
    assert told(outcome) == ("refused", expected, None)
    assert outcome["rental"]["id"] == rental["id"]
    assert outcome["rental"]["revision"] == 2
    assert len(rentals(planner)) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rental_id": "R-never"}, ("rental_not_found", "/rental_id")),
        ({"customer": {"source": "manual", "last_name": "Canary-Other"}}, ("customer_locked", "/customer")),
        ({"option_id": "V-never"}, ("vehicle_unavailable", "/option_id")),
    ],
)
def test_what_a_booking_may_not_a_rebooking_may_not(planner, rental, rebooking, changes, expected):
    """The old rental stands; there is nothing to give up."""
    outcome = planner.do(rebooking | changes)
    assert told(outcome) == ("refused", *expected)
    assert planner.do(planner.cancellation(book_change_id=rebooking["change_id"]))["status"] == "done"
    assert (planner.state()["rental"], rentals(planner)) == (rental, ["reserved"])


def test_a_period_that_is_none_or_past_is_refused(planner, rental, rebooking):
    """The end by our rule, the start by Carloop's clock."""
    period = rebooking["period"]
    backwards = planner.do(rebooking | {"period": {"start": period["end"], "end": period["start"]}})
    assert told(backwards) == ("refused", "period_invalid", "/period/end")
    past = {"start": "2026-01-12T08:00:00Z", "end": "2026-01-13T08:00:00Z"}
    outcome = planner.do(planner.rebooking(rental, period=past))
    assert told(outcome) == ("refused", "period_in_past", "/period/start")
    assert rentals(planner) == ["reserved"]


def test_a_rental_that_carloop_has_no_more_cannot_be_rebooked(planner, rental, rebooking, monkeypatch):
    """It is gone when it is read before; the records show it."""
    monkeypatch.setattr(CarloopSession, "read_rental", lambda *_, **__: None)
    assert told(planner.do(rebooking)) == ("refused", "rental_not_found", "/rental_id")
    state = planner.state()
    assert (state["state"], [each["code"] for each in state["notices"]]) == ("open", ["rental_gone"])


@pytest.mark.parametrize("is_done", [True, False])
def test_giving_up_a_rebooking(planner, rental, rebooking, lose, is_done):
    """One that Carloop has made stands, for the rental before it is gone; one that never arrived is given up."""
    lose(rebooking, fault="drop_after" if is_done else "drop_before")
    planner.let_requests_age()
    giving_up = planner.cancellation(book_change_id=rebooking["change_id"])
    outcome = planner.do(giving_up)
    if is_done:
        assert told(outcome) == ("refused", "already_booked", None)
        assert outcome["problem"]["detail"] == text("change.rebooked_already", "de")
        assert (planner.do(rebooking)["status"], rentals(planner)) == ("done", ["cancelled", "reserved"])
    else:
        assert (outcome["status"], told(planner.do(rebooking))[1]) == ("done", "given_up")
        assert (planner.state()["rental"], rentals(planner)) == (rental, ["reserved"])
    assert planner.state()["state"] == "booked"


def test_a_rebooking_that_arrives_after_it_was_given_up_stands(
    planner, rental, rebooking, lose, records, rent_directly
):
    """To cancel it, too, would leave no rental at all."""
    lose(rebooking, fault="drop_before")
    planner.let_requests_age()
    assert planner.do(planner.cancellation(book_change_id=rebooking["change_id"]))["status"] == "done"
    with records() as store:
        reference = f"{store.installation}/main/{planner.id}/{rebooking['change_id']}"
    late = rent_directly(
        rebooking["option_id"], planner.start(), planner.end(), reference=reference, replaces=rental["id"]
    )
    planner.reconcile()
    assert rentals(planner) == ["cancelled", "reserved"]
    assert (planner.state()["state"], planner.state()["rental"]["id"]) == ("booked", late["id"])


def test_another_car_than_asked_for_is_not_linked(planner, rental, rebooking):
    """It is refused, and offered for cancellation."""
    planner.control.fault("book", "wrong_vehicle")
    outcome = planner.do(rebooking)
    assert told(outcome) == ("refused", "invalid_answer", None)
    planner.reconcile()
    state = planner.state()
    assert (state["state"], [each["reason"] for each in state["proposals"]]) == (
        "attention",
        ["not_as_asked"],
    )


def test_the_outcome_outlives_the_appointments_erasure(planner, rental, rebooking, columns_with):
    """Nothing of the note and the customer stays, and the same change has the same outcome."""
    change = rebooking | {"note": "Canary: Kindersitz"}
    outcome = planner.do(change)
    answer_of(planner.host.erase({"customer_numbers": ["4711"], "appointment_ids": []}))
    assert columns_with("Canary") == set()
    assert planner.do(change) == outcome
    assert rentals(planner) == ["cancelled", "reserved"]
