"""The story after the crash, told by a new process that knows only what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from carloop_story.asking import (
    done,
    instant,
    read_filters,
    search_cars,
)
from carloop_story.diary import SITE
from carloop_story.stage import (
    TIMEOUT,
    TOKEN_LABEL,
    Stage,
    answered,
)
from carloop_story.telling import Facts, Unexpected, expect

if TYPE_CHECKING:
    from mobility_schemas.documents import MobilityState, ReconcileReport, Rental


def unknown_after_restart(stage: Stage) -> Facts:
    """The planner starts again and still knows that it does not know."""
    state = _state(stage, stage.diary.typed["id"])
    expect("state", state["state"], "unknown")
    pending = state["pending"]["change_id"] if "pending" in state else None
    expect("pending change", pending, stage.memory["lost"])
    return {"state": "unknown", "change_id": pending}


def reconciled(stage: Stage) -> Facts:
    """Reconciling finds the booking at Carloop: one rental, linked to its appointment."""
    stage.sandbox.heal()
    report = _reconcile(stage)
    outcomes = {each["change_id"]: each for each in report["settled"]}
    expect("settled", [*outcomes], [stage.memory["lost"]])
    rental = done(outcomes[stage.memory["lost"]])
    expect("pending", report["pending"], 0)
    expect("state", _state(stage, stage.diary.typed["id"])["state"], "booked")
    count = len(stage.sandbox.rentals_of(stage.diary.typed["id"], token=stage.token))
    expect("rentals at Carloop", count, 1)
    again = done(stage.book(stage.diary.typed, stage.memory["lost_option"], change_id=stage.memory["lost"]))
    expect("the same change again", again["id"], rental["id"])
    stage.memory["found"] = rental["id"]
    return {"rental_id": rental["id"], "rentals": count}


def desk_swapped(stage: Stage) -> Facts:
    """The desk gives the customer another car; the planner sees it after reconciling."""
    others = search_cars(stage, stage.diary.typed)["options"]
    other = next(each["vehicle"] for each in others if "vehicle" in each)
    stage.sandbox.at_desk(stage.memory["found"], "swap", vehicle_id=other["id"])
    _changed(stage, stage.memory["found"])
    rental = _rental(stage, stage.diary.typed["id"])
    expect("vehicle", rental["vehicle"]["id"] if "vehicle" in rental else None, other["id"])
    return {"rental_id": rental["id"], "title": rental["title"]}


def desk_taken_back(stage: Stage) -> Facts:
    """The running rental comes back early; the planner sees it after reconciling, the planned end beside it."""
    stage.sandbox.at_desk(stage.memory["running"], "take_back")
    changed = _changed(stage, stage.memory["running"])
    expect("status", changed["status"], "returned")
    planned = stage.diary.running["period"]["end"]
    if "planned_end" not in changed:
        raise Unexpected("planned end", seen=None, wanted=planned)
    expect("planned end", instant(changed["planned_end"]), instant(planned))
    expect("end before the planned one", instant(changed["period"]["end"]) < instant(planned), wanted=True)
    return {"rental_id": changed["id"], "status": "returned", "end": changed["period"]["end"]}


def cancel(stage: Stage) -> Facts:
    """A reserved rental is cancelled."""
    rental = done(stage.change(action="cancel", rental_id=stage.memory["found"], reason="Termin abgesagt"))
    expect("status", rental["status"], "cancelled")
    return {"rental_id": rental["id"], "status": "cancelled"}


def cancel_again(stage: Stage) -> Facts:
    """Cancelling what is cancelled succeeds and changes nothing."""
    before = stage.sandbox.rentals_of(stage.diary.typed["id"], token=stage.token)
    rental = done(stage.change(action="cancel", rental_id=stage.memory["found"]))
    expect("status", rental["status"], "cancelled")
    expect("rental at Carloop", stage.sandbox.rentals_of(stage.diary.typed["id"], token=stage.token), before)
    return {"rental_id": rental["id"], "status": "cancelled"}


def token_revoked(stage: Stage) -> Facts:
    """The token is revoked: from the next call on the planner is told so."""
    stage.sandbox.revoke_token(TOKEN_LABEL)
    report = stage.host.check("carloop", SITE, timeout=TIMEOUT, locale=stage.locale)
    codes = [each["code"] for each in report["findings"]]
    expect("report", (report["ok"], codes), (False, ["not_authorised"]))
    try:
        read_filters(stage)
    except Unexpected as refusal:
        expect("filters", "not_authorised" in str(refusal), wanted=True)
    else:
        raise Unexpected("filters", seen="an answer", wanted="not_authorised")
    return {"code": "not_authorised", "message": report["findings"][0]["message"]}


STEPS: tuple[Callable[[Stage], Facts], ...] = (
    unknown_after_restart,
    reconciled,
    desk_swapped,
    desk_taken_back,
    cancel,
    cancel_again,
    token_revoked,
)


def _reconcile(stage: Stage) -> ReconcileReport:
    return answered(stage.host.reconcile(timeout=TIMEOUT, locale=stage.locale))


def _changed(stage: Stage, rental_id: str) -> Rental:
    """Reconcile, and give the rental as the report says it changed."""
    changed = {each["id"]: each for each in _reconcile(stage)["changed"]}
    if rental_id not in changed:
        raise Unexpected("changed", seen=[*changed], wanted=rental_id)
    return changed[rental_id]


def _state(stage: Stage, appointment_id: str) -> MobilityState:
    return answered(stage.host.mobility_states([appointment_id], timeout=TIMEOUT, locale=stage.locale))[0]


def _rental(stage: Stage, appointment_id: str) -> Rental:
    state = _state(stage, appointment_id)
    if "rental" not in state:
        raise Unexpected("state", seen=state["state"], wanted="a rental")
    return state["rental"]
