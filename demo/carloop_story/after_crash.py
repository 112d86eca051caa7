"""The steps after the crash, run by a new process that knows only what was recorded: each public function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carloop_story.checks import done, instant
from carloop_story.context import TIMEOUT, TOKEN_LABEL, StepContext, answer_of
from carloop_story.steps import Facts, Unexpected, expect

if TYPE_CHECKING:
    from mobility_schemas.documents import MobilityState, ReconcileReport, Rental


def unknown_after_restart(context: StepContext) -> Facts:
    """The planner starts again and still reports the outcome as unknown."""
    state = _state(context)
    expect("state", state["state"], "unknown")
    pending = state["pending"]["change_id"] if "pending" in state else None
    expect("pending change", pending, context.memory["lost"])
    return {"state": "unknown", "change_id": pending}


def reconciled(context: StepContext) -> Facts:
    """Reconciling finds the booking at Carloop: one rental, linked to its appointment."""
    manual, lost = context.appointments.manual, context.memory["lost"]
    context.carloop.disarm()
    report = _reconcile(context)
    expect("settled", [each["change_id"] for each in report["settled"]], [lost])
    rental = done(report["settled"][0])
    expect("pending", report["pending"], 0)
    expect("state", _state(context)["state"], "booked")
    count = len(context.carloop.rentals_of(manual["id"]))
    expect("rentals at Carloop", count, 1)
    # The planner may not have seen the outcome before it died, and asks again.
    again = done(context.book(manual, context.memory["lost_option"], lost))
    expect("the same change again", again["id"], rental["id"])
    context.memory["found"] = rental["id"]
    return {"rental_id": rental["id"], "rentals": count}


def desk_swapped(context: StepContext) -> Facts:
    """The desk swaps the vehicle; the planner sees it after reconciling."""
    found = context.memory["found"]
    others = context.options(context.appointments.manual)["options"]
    other = next(each["vehicle"] for each in others if "vehicle" in each)
    context.carloop.desk(found, "swap", vehicle_id=other["id"])
    _changed(context, found)
    state = _state(context)
    expect("state", "rental" in state, wanted=True)
    rental = state["rental"]
    expect("vehicle", rental["vehicle"]["id"] if "vehicle" in rental else None, other["id"])
    return {"rental_id": rental["id"], "title": rental["title"]}


def desk_taken_back(context: StepContext) -> Facts:
    """The running rental comes back early; the planner sees it after reconciling, the planned end beside it."""
    # The answer shows when the car came back; what was agreed must not be lost by that.
    context.carloop.desk(context.memory["running"], "take_back")
    changed = _changed(context, context.memory["running"])
    expect("status", changed["status"], "returned")
    planned = instant(context.appointments.running["period"]["end"])
    expect("planned end", instant(changed.get("planned_end", changed["period"]["end"])), planned)
    expect("end before the planned one", instant(changed["period"]["end"]) < planned, wanted=True)
    return {"rental_id": changed["id"], "status": "returned", "end": changed["period"]["end"]}


def cancel(context: StepContext) -> Facts:
    """A reserved rental is cancelled."""
    found = context.memory["found"]
    rental = done(context.change(action="cancel", rental_id=found, reason="Termin abgesagt"))
    expect("status", rental["status"], "cancelled")
    return {"rental_id": rental["id"], "status": "cancelled"}


def cancel_again(context: StepContext) -> Facts:
    """Cancelling what is cancelled succeeds and changes nothing."""
    manual = context.appointments.manual
    before = context.carloop.rentals_of(manual["id"])
    rental = done(context.change(action="cancel", rental_id=context.memory["found"]))
    expect("status", rental["status"], "cancelled")
    expect("rental at Carloop", context.carloop.rentals_of(manual["id"]), before)
    return {"rental_id": rental["id"], "status": "cancelled"}


def token_revoked(context: StepContext) -> Facts:
    """The token is revoked: from the next call on the planner is refused."""
    context.carloop.revoke_token(TOKEN_LABEL)
    report = context.check()
    codes = [each["code"] for each in report["findings"]]
    expect("report", (report["ok"], codes), (False, ["not_authorised"]))
    try:
        context.filters()
    except Unexpected as refusal:
        expect("filters", "not_authorised" in str(refusal), wanted=True)
    else:
        raise Unexpected("filters", seen="an answer", wanted="not_authorised")
    return {"code": "not_authorised", "message": report["findings"][0]["message"]}


def _reconcile(context: StepContext) -> ReconcileReport:
    return answer_of(context.host.reconcile(timeout=TIMEOUT, locale=context.locale))


def _changed(context: StepContext, rental_id: str) -> Rental:
    """Reconcile, and return the rental as the report says it changed."""
    changed = {each["id"]: each for each in _reconcile(context)["changed"]}
    expect("changed", rental_id in changed, wanted=True)
    return changed[rental_id]


def _state(context: StepContext) -> MobilityState:
    """Return the state of the appointment whose answer was lost."""
    ids = [context.appointments.manual["id"]]
    return answer_of(context.host.mobility_states(ids, timeout=TIMEOUT, locale=context.locale))[0]
