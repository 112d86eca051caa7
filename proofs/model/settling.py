"""The end of a run: without faults everything must be settled and consistent."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from proofs.history import Made, more_than_one, torn
from proofs.model.checks import take_snapshot
from proofs.model.planner_state import is_final, summarize
from proofs.model.simulation import PLANNERS, START, Simulation

ROUNDS = (3, 3, 100)
"""Minutes before each round. The last is longer than a clock was ahead: what was sent then is in flight for as long."""


def settle_everything(sim: Simulation) -> list[str]:
    """Set the clocks right and settle everything; return what does not hold then."""
    sim.put_clock("Carloop", 0)
    sim.put_clock("the planners", 0)
    for planner, minutes in zip(cycle(PLANNERS), ROUNDS, strict=False):
        sim.pass_time(minutes)
        sim.reconcile(planner)
    stuck = [each.name for each in sim.requests.values() if take_snapshot(sim).is_pending(each.id)]
    found = [f"{name} is still pending" for name in stuck] or [*_asked_once_more(sim), *_up_to_date(sim)]
    return [*found, *_moments(sim)]


def _moments(sim: Simulation) -> list[str]:
    """At no moment had an appointment two rentals, or none while it was rebooked.

    Apart from one that nobody asked for, another car or one that was given up and came late: it is cancelled.
    """
    rentals = [each for each in sim.carloop.read_state().rentals if each.reference]
    rebookings = {request.id for request in sim.requests.values() if request.is_rebooking}
    made = [Made(each.appointment_id, each.change_id in rebookings, each.is_active) for each in rentals]
    unasked = {
        request.appointment.id
        for request in sim.requests.values()
        if request.id in sim.ever_late
        or (request.final or {}).get("problem", {}).get("code") == "invalid_answer"
    }
    moments = sim.carloop.moments()
    asked = {name: counts for name, counts in moments.items() if name not in unasked}
    return [*torn(moments, made), *more_than_one(asked)]


def _asked_once_more(sim: Simulation) -> list[str]:
    """Request every change again: none is unknown, and final outcomes are unchanged (`record_outcome` checks)."""
    found = []
    for request in list(sim.requests.values()):
        outcome = sim.ask(PLANNERS[0], request, again=True)
        if outcome is None or outcome["status"] == "unknown":
            found.append(f"{request.name} is {summarize(outcome)} at the end")
        elif request.final is None and is_final(outcome):
            found.append(f"{request.name} has no end")
    return found


def _add_unreadable_changes(sim: Simulation) -> None:
    """Make another installation's rental that cannot be read, and then hand out our rentals at the desk."""
    start = START + timedelta(days=400)
    for hours in (0, 2):  # every other one cannot be read
        begin = start + timedelta(hours=hours)
        sim.carloop.book_for_another(sim.vehicles[0], begin, begin + timedelta(hours=1))
    for rental in take_snapshot(sim).carloop.rentals:
        if rental.is_ours and rental.status == "reserved":
            sim.carloop.desk(rental.id, "hand_out")


def _up_to_date(sim: Simulation) -> list[str]:
    """After one more round, what is shown is up to date, also what changed after a rental that cannot be read."""
    _add_unreadable_changes(sim)
    sim.reconcile(PLANNERS[0])
    snapshot = take_snapshot(sim)
    found = []
    for appointment_id, state in snapshot.states.items():
        shown = state.get("rental")
        rental = snapshot.carloop.named(shown["id"]) if shown else None
        if rental and shown and shown["revision"] != rental.revision:
            found.append(f"{appointment_id} shows {rental.id} as it was before")
    return found
