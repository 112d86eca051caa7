"""Interleavings of two planners that hypothesis found, repeated at each step of a call."""

import logging
from datetime import timedelta

import pytest

from proofs.model import advisor
from proofs.model.advisor import ACTIONS
from proofs.model.call_faults import DELAYED, CallFaults, Crash, Interleaved, NetworkFault, Overlapped
from proofs.model.checks import take_snapshot, violations
from proofs.model.planner_state import period
from proofs.model.settling import settle_everything
from proofs.model.simulation import Simulation

STEPS = range(1, 14)
EFFECTS = range(1, 8)
AFTER_SENDING = 11
"""The step of a booking after its first sending."""


@pytest.fixture(autouse=True)
def no_log_events(caplog):
    """Silence log events: a counterexample is read from its trace."""
    caplog.set_level(logging.CRITICAL, logger="carloop_plugin.events")


@pytest.fixture
def sim():
    """A simulation with two planners, in which everything must be settled and consistent in the end."""
    sim = Simulation(ACTIONS)
    yield sim
    found = settle_everything(sim) + violations(take_snapshot(sim))
    sim.close()
    assert found == [], sim.trace


@pytest.fixture
def appointment(sim):
    """A saved appointment."""
    appointment = advisor.draw_appointment(sim, hours=4, length=4)
    sim.save("A", appointment, "saves")
    return appointment


@pytest.mark.parametrize("step", STEPS)
def test_a_planner_hears_what_the_other_one_found_out(sim, appointment, step):
    """Its own answer was lost; that of the other, which reconciled meanwhile, is answered (`record_outcome` checks)."""
    faults = CallFaults(NetworkFault(DELAYED), Interleaved(step, "reconciles"))
    sim.ask("A", advisor.booking(sim, appointment, vehicle=sim.vehicles[0]), faults=faults)
    sim.reconcile("A")
    rental = advisor.rental_of(sim, appointment)
    assert rental is not None
    sim.ask("A", advisor.cancellation(sim, rental), faults=faults)


@pytest.mark.parametrize("action", ["asks the same", "saves", "gives up", "reconciles"])
@pytest.mark.parametrize("pause", range(4, 13))
def test_what_one_planner_takes_back_the_other_does_not_send(sim, appointment, action, pause):
    """Carloop refused the first as busy; the second planner has been working on it since the first was sent."""
    interruption = Overlapped(AFTER_SENDING, action, pause)
    busy = NetworkFault("Carloop is asked too often (429)")
    sim.ask(
        "A", advisor.booking(sim, appointment, vehicle=sim.vehicles[0]), faults=CallFaults(busy, interruption)
    )
    assert violations(take_snapshot(sim)) == [], sim.trace


@pytest.mark.parametrize("step", STEPS)
def test_a_booking_may_be_given_up_while_it_is_refused(sim, appointment, step):
    """The car is taken: nothing is left of the booking to be given up, whichever is known first."""
    car = sim.vehicles[0]
    advisor.book_for_somebody_else(sim, car, appointment.start, 1)
    sim.ask(
        "A",
        advisor.booking(sim, appointment, vehicle=car),
        faults=CallFaults(None, Interleaved(step, "gives up")),
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_cancellation_that_comes_too_late_did_nothing(sim, appointment, step):
    """Refused because of the desk, and sent once more while another one cancels: Carloop accepts both."""
    booking = advisor.booking(sim, appointment, vehicle=sim.vehicles[0])
    sim.ask("A", booking)
    rental = advisor.rental_of(sim, appointment)
    assert rental is not None
    lost = CallFaults(NetworkFault("the request is lost"))
    sim.ask("A", advisor.cancellation(sim, rental), faults=lost)
    advisor.do_at_the_desk(sim, rental, "swap")
    sim.ask("A", advisor.giving_up(sim, booking), faults=CallFaults(None, Interleaved(step, "asks the same")))
    assert violations(take_snapshot(sim)) == [], sim.trace


@pytest.mark.parametrize("action", ["rebooks", "cancels", "gives up", "reconciles", "asks for a price"])
@pytest.mark.parametrize("step", STEPS)
def test_something_else_happens_to_a_rental_that_is_rebooked(sim, appointment, action, step):
    """Another rebooking, a cancellation: one of the two is refused, and no moment has two rentals."""
    sim.ask("A", advisor.booking(sim, appointment, vehicle=sim.vehicles[0]))
    rebooking = advisor.rebooking(sim, advisor.rental_of(sim, appointment), vehicle=sim.vehicles[1])
    sim.ask("A", rebooking, faults=CallFaults(None, Interleaved(step, action)))
    assert violations(take_snapshot(sim)) == [], sim.trace


def test_a_proposal_may_be_accepted_twice(sim, appointment):
    """The answer to the first was lost; the second finds the end as requested, and is done."""
    sim.ask("A", advisor.booking(sim, appointment, vehicle=sim.vehicles[0]))
    appointment.revise(period=period(appointment.start, appointment.end + timedelta(hours=1)))
    sim.save("B", appointment, "moves")
    (proposal,) = take_snapshot(sim).states[appointment.id]["proposals"]
    for times in (3, 1):
        faults = CallFaults(NetworkFault("the answer is lost", times=times))
        sim.ask("A", advisor.proposed(sim, appointment, proposal["change"]), faults=faults)
        assert violations(take_snapshot(sim)) == [], sim.trace


@pytest.mark.parametrize("network", [NetworkFault("the answer is lost"), NetworkFault(DELAYED)], ids=str)
@pytest.mark.parametrize("step", EFFECTS)
@pytest.mark.parametrize("action", ["book", "rebook"])
def test_a_planner_may_die_at_any_step(sim, appointment, action, step, network):
    """Of the change, of its recovery, of giving it up: what holds after each step holds here."""
    change = advisor.booking(sim, appointment, vehicle=sim.vehicles[0])
    if action == "rebook":
        sim.ask("A", change)
        change = advisor.rebooking(sim, advisor.rental_of(sim, appointment), vehicle=sim.vehicles[1])
    for died_in in (
        lambda faults: sim.ask("A", change, faults=faults),
        lambda faults: sim.reconcile("B", faults=faults),
        lambda faults: sim.ask("A", advisor.giving_up(sim, change), faults=faults),
    ):
        died_in(CallFaults(network, Crash(step)))
        assert violations(take_snapshot(sim)) == [], sim.trace
