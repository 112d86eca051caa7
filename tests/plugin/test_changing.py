"""Change the end, and cancel: what may still be done to a saved rental."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from carloop_plugin.messages import text

if TYPE_CHECKING:
    from carloop_sandbox.running import Sandbox
    from tests.support.planner import Planner
else:
    Planner = Sandbox = Any


def code(outcome):
    return outcome["status"], outcome.get("problem", {}).get("code", "")


def test_the_end_moves_and_the_planned_one_stays(planner):
    """An earlier end keeps the planned end beside the actual one."""
    planner.save()
    rental = planner.book()
    outcome = planner.do(planner.end_change(rental, planner.end() - timedelta(hours=2)))
    assert outcome["status"] == "done"
    assert rental["period"]["end"] == outcome["rental"]["planned_end"]
    assert rental["period"]["end"] > outcome["rental"]["period"]["end"]
    assert outcome["rental"] == planner.state()["rental"]


def test_a_running_rental_can_be_extended_and_shortened(planner):
    """Although its start is past."""
    planner.save()
    rental = planner.book()
    planner.control.clock(planner.start() + timedelta(hours=1))
    planner.control.desk(rental["id"], "hand_out")
    assert planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))["status"] == "done"
    outcome = planner.do(planner.end_change(rental, planner.start() + timedelta(hours=2)))
    assert (outcome["status"], outcome["rental"]["allowed_changes"]) == ("done", ["change_end"])


def test_the_new_end_must_be_in_the_future(planner):
    """By Carloop's clock."""
    planner.save()
    rental = planner.book()
    planner.control.clock(planner.start() + timedelta(hours=3))
    outcome = planner.do(planner.end_change(rental, planner.start() + timedelta(hours=2)))
    assert code(outcome) == ("refused", "period_in_past")
    assert outcome["problem"]["pointer"] == "/end"


def test_the_new_end_must_come_after_the_start(planner):
    """Refused without asking Carloop."""
    planner.save()
    rental = planner.book()
    outcome = planner.do(planner.end_change(rental, planner.start()))
    assert code(outcome) == ("refused", "period_invalid")
    assert outcome["problem"]["pointer"] == "/end"


@pytest.mark.parametrize("name", ["period", "customer", "option_id", "appointment_id", "reason"])
def test_nothing_but_the_end_can_be_changed(planner, name):
    """Everything else: cancel, then create anew. The pointer says what was too much."""
    planner.save()
    rental = planner.book()
    more = planner.booking() | {"reason": "x"}
    outcome = planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1), **{name: more[name]}))
    assert code(outcome) == ("refused", "rental_immutable")
    assert text("change.immutable", "de") == outcome["problem"]["detail"]
    assert outcome["problem"]["pointer"] == f"/{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("customer", {"last_name": "X"}), ("period", {"start": "soon"}), ("option_id", ""), ("reason", 5)],
)
def test_what_is_too_much_need_not_be_valid(planner, name, value):
    """The advisor is told that it cannot be changed, not that it is badly written."""
    planner.save()
    outcome = planner.do(planner.end_change(planner.book(), planner.end(), **{name: value}))
    assert code(outcome) == ("refused", "rental_immutable")
    assert outcome["problem"]["pointer"] == f"/{name}"


def test_an_extension_into_another_rental_is_refused(planner):
    """The car is somebody else's after that."""
    planner.save()
    rental = planner.book()
    body = {
        "external_reference": f"other/main/{uuid.uuid4()}/x",
        "vehicle_id": rental["vehicle"]["id"],
        "start": (planner.end() + timedelta(days=1)).isoformat(),
        "end": (planner.end() + timedelta(days=2)).isoformat(),
        "customer": {"source": "manual", "last_name": "Next"},
    }
    key = {"Idempotency-Key": str(uuid.uuid4())}
    assert planner.control.api("POST", "/rentals", json=body, headers=key).status_code == 201
    outcome = planner.do(planner.end_change(rental, planner.end() + timedelta(days=1, hours=1)))
    assert code(outcome) == ("refused", "vehicle_unavailable")
    assert outcome["problem"]["pointer"] == "/end"
    assert text("change.extension_blocked", "de") == outcome["problem"]["detail"]
    # another car is no answer to that
    assert not {"rental", "alternatives"} & set(outcome)


def test_a_change_of_an_older_revision_is_refused(planner):
    """The advisor saw a rental that is no longer like that."""
    planner.save()
    rental = planner.book()
    planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))
    seen = {"revision": rental["revision"]}
    later = planner.end_change(rental, planner.end() + timedelta(hours=2), **seen)
    for stale in (later, planner.cancellation(rental_id=rental["id"], **seen)):
        assert code(planner.do(stale)) == ("refused", "changed_elsewhere")


def test_without_a_revision_carloops_own_counts(planner):
    """The desk swapped the car a moment ago; a new end is still welcome."""
    planner.save()
    rental = planner.book()
    other = planner.search()["options"][0]["id"]
    planner.control.desk(rental["id"], "swap", vehicle_id=other)
    outcome = planner.do(planner.end_change(rental, planner.end() + timedelta(hours=1)))
    assert ("done", other) == (outcome["status"], outcome["rental"]["vehicle"]["id"])


def test_an_answer_nobody_can_read_before_anything_was_sent_keeps_nothing(planner):
    """The question was only what the rental is like; the same change works once it is answered."""
    planner.save()
    change = planner.end_change(planner.book(), planner.end() + timedelta(hours=1))
    planner.control.fault("read", "status", times=3, value=299)
    outcome = planner.do(change)
    assert code(outcome) == ("refused", "unreachable")
    assert text("api.odd_status", "de", {"status": "299"}) == outcome["problem"]["detail"]
    assert planner.do(change)["status"] == "done"


def test_a_refusal_that_may_pass_before_anything_was_sent_is_told_as_it_is(planner):
    """Somebody has to look at the token, not at the line."""
    planner.save()
    change = planner.end_change(planner.book(), planner.end() + timedelta(hours=1))
    planner.control.fault("read", "status", value=401)
    assert code(planner.do(change)) == ("refused", "not_authorised")
    assert planner.do(change)["status"] == "done"


@pytest.mark.parametrize("action", ["end", "cancel"])
def test_a_closed_rental_says_so(planner, action):
    """In words that fit."""
    planner.save()
    rental = planner.book()
    for each in ("hand_out", "take_back"):
        planner.control.desk(rental["id"], each)
    change = (
        planner.end_change(rental, planner.end())
        if action == "end"
        else planner.cancellation(rental_id=rental["id"])
    )
    outcome = planner.do(change)
    assert code(outcome) == ("refused", "rental_closed")
    assert text("change.rental_closed", "de") == outcome["problem"]["detail"]
    assert outcome["rental"]["status"] == "returned"


def test_a_rental_nobody_knows_is_not_found(planner):
    """With or without a site."""
    planner.save()
    for more in ({}, {"site": "main"}):
        outcome = planner.do(planner.end_change({"id": "R-never"}, planner.end(), **more))
        assert code(outcome) == ("refused", "rental_not_found")
        assert outcome["problem"]["pointer"] == "/rental_id"
        assert text("change.rental_not_found", "de") == outcome["problem"]["detail"]


def test_a_rental_of_the_desk_is_not_ours(planner):
    """Carloop knows it, and it carries no reference of this installation."""
    desk_made = planner.control.api("GET", "/rentals", params={"limit": "50"}).json()["items"]
    foreign = next(each for each in desk_made if each["external_reference"] is None)
    change = planner.cancellation(rental_id=foreign["id"], site="main")
    assert code(planner.do(change)) == ("refused", "rental_not_found")


def test_cancelling_twice_succeeds_and_changes_nothing(planner):
    """Whoever clicks second is told that it is cancelled."""
    planner.save()
    rental = planner.book()
    first = planner.do(planner.cancellation(rental_id=rental["id"]))
    second = planner.do(planner.cancellation(rental_id=rental["id"]))
    assert (first["status"], second["status"]) == ("done", "done")
    assert second["rental"]["status"] == "cancelled"
    assert first["rental"]["revision"] == second["rental"]["revision"]
    assert planner.state()["state"] == "open"


def test_carloop_is_told_why_a_rental_is_cancelled(planner, sandbox):
    """The desk sees it, where the advisor gave a reason."""
    planner.save()
    for reason in ({"reason": "Kunde kommt mit dem Rad"}, {}):
        rental = planner.book()
        planner.do(planner.cancellation(rental_id=rental["id"], **reason))
        row = sandbox.store.database.one("SELECT cancel_reason FROM rentals WHERE id = ?", rental["id"])
        assert reason.get("reason") == row["cancel_reason"]


def test_a_cancelled_rental_makes_room_for_another(planner):
    """Cancel, then create anew."""
    planner.save()
    rental = planner.book()
    planner.do(planner.cancellation(rental_id=rental["id"]))
    planner.book()


def test_a_picked_up_rental_cannot_be_cancelled(planner):
    """Only its end can be changed."""
    planner.save()
    rental = planner.book()
    planner.control.desk(rental["id"], "hand_out")
    assert code(planner.do(planner.cancellation(rental_id=rental["id"]))) == ("refused", "rental_closed")


def test_a_returned_rental_is_closed(planner):
    """Of a returned one nothing can be changed."""
    planner.save()
    rental = planner.book()
    planner.control.clock(planner.start() + timedelta(hours=1))
    planner.control.desk(rental["id"], "hand_out")
    planner.control.desk(rental["id"], "take_back")
    change = planner.end_change(rental, planner.end() + timedelta(hours=1))
    assert code(planner.do(change)) == ("refused", "rental_closed")
    assert code(planner.do(planner.cancellation(rental_id=rental["id"]))) == ("refused", "rental_closed")


def test_a_final_refusal_stays(planner):
    """The same change again gives the same outcome, for ever."""
    planner.save()
    rental = planner.book()
    change = planner.end_change(rental, planner.end(), customer=planner.appointment["customer"])
    first = planner.do(change)
    planner.do(planner.cancellation(rental_id=rental["id"]))
    assert first == planner.do(change)
