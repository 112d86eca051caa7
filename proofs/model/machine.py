"""The rules from which hypothesis draws runs: advisors, the desk, clocks, and faults."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from proofs.model import advisor
from proofs.model.advisor import ACTIONS, DESK, appointment_of, describe
from proofs.model.call_faults import NO_FAULTS, CallFaults, Violation
from proofs.model.carloop import RentalState
from proofs.model.checks import take_snapshot, violations
from proofs.model.draws import behind, call_faults, numbers, planners
from proofs.model.planner_state import Appointment, ChangeRequest, Document, changed_customer, period
from proofs.model.settling import settle_everything
from proofs.model.simulation import Simulation

Item = TypeVar("Item")

MAX_APPOINTMENTS = 3
DESCRIPTIONS = {
    "open": "opens",
    "make": "opens",
    "move": "moves",
    "call off": "calls off",
    "save late": "saves late",
    "change customer": "changes the customer of",
}


def if_there_is(what: Callable[[Dealership], object]) -> Callable[[Any], Any]:
    """Draw a rule only if there is something it can be about."""
    return precondition(lambda machine: bool(what(machine)))


class Dealership(RuleBasedStateMachine):
    """Two planners, one store, one Carloop with two vehicles."""

    def __init__(self) -> None:
        super().__init__()
        self.sim = Simulation(ACTIONS)
        self.snapshot = take_snapshot(self.sim)

    # what there is

    @property
    def rentals(self) -> list[RentalState]:
        """Our rentals at Carloop: the active ones first, then the newest."""
        newest_first = [each for each in reversed(self.snapshot.carloop.rentals) if each.is_ours]
        return sorted(newest_first, key=lambda each: not each.is_active)

    @property
    def requests(self) -> list[ChangeRequest]:
        """The changes requested: those without a final outcome first, then the newest."""
        newest_first = reversed(self.sim.requests.values())
        return sorted(newest_first, key=lambda each: each.final is not None)

    @property
    def bookings(self) -> list[ChangeRequest]:
        """The bookings and rebookings requested, in the same order."""
        return [each for each in self.requests if each.rents]

    @property
    def proposals(self) -> list[Document]:
        """What is proposed."""
        return [each for state in self.snapshot.states.values() for each in state["proposals"]]

    @property
    def appointments(self) -> list[Appointment]:
        """The appointments: those without a rental first, then the newest."""
        booked = {each.appointment_id for each in self.rentals if each.is_active}
        newest_first = self.sim.appointments[::-1]
        return sorted(newest_first, key=lambda each: each.id in booked)

    # the first step

    @initialize(planner=planners, faults=call_faults)
    def begin(self, planner: str, faults: CallFaults) -> None:
        """Two appointments are saved, and a car is booked for one of them."""
        self.make_appointment(planner, 4, 4, NO_FAULTS)
        self.make_appointment(planner, 2, 4, NO_FAULTS)
        self.book(planner, 0, 0, 0, faults)

    # advisors

    def make_appointment(self, planner: str, hours: int, length: int, faults: CallFaults) -> None:
        """Save a further appointment."""
        appointment = advisor.draw_appointment(self.sim, hours, length)
        self.sim.save(planner, appointment, f"saves {describe(appointment)}", faults=faults)

    @rule(
        planner=planners,
        which=numbers,
        what=st.sampled_from(["open", "move", "make", "call off", "save late", "erase", "change customer"]),
        by=st.integers(-1, 4),
        more=st.integers(0, 3),
        faults=call_faults,
    )
    def appointment(
        self, planner: str, which: int, what: str, by: int, more: int, faults: CallFaults
    ) -> None:
        """An appointment is opened, moved, made, cancelled, erased, given another customer, or saved late."""
        if what == "make" and len(self.sim.appointments) < MAX_APPOINTMENTS:
            self.make_appointment(planner, 2 + by, 1 + more, faults)
            return
        appointment, document = _pick(self.appointments, which), None
        if what == "erase":
            self.sim.erase(planner, appointment, faults=faults)
            return
        if what == "move":
            start = appointment.start + timedelta(hours=by)
            appointment.revise(
                period=period(start, start + timedelta(hours=1 + 2 * more)), status="scheduled"
            )
        elif what == "call off":
            appointment.revise(status="cancelled")
        elif what == "change customer":
            appointment.revise(customer=changed_customer(appointment.document["customer"], more))
        elif what == "save late":
            document = (appointment.older or [appointment.document])[0]
        self.sim.save(
            planner,
            appointment,
            f"{DESCRIPTIONS[what]} {describe(appointment)}",
            document=document,
            faults=faults,
        )

    @rule(planner=planners, which=numbers, vehicle=numbers, longer=st.integers(0, 3), faults=call_faults)
    def book(self, planner: str, which: int, vehicle: int, longer: int, faults: CallFaults) -> None:
        """A car is booked."""
        car = _pick(self.sim.vehicles, vehicle)
        wanted = advisor.booking(self.sim, _pick(self.appointments, which), vehicle=car, longer=longer)
        self.sim.ask(planner, wanted, faults=faults)

    @if_there_is(lambda self: self.sim.requests)
    @rule(planner=planners, which=numbers, faults=call_faults)
    def ask_again(self, planner: str, which: int, faults: CallFaults) -> None:
        """A change is asked for again: a double click, a reload, a retry."""
        self.sim.ask(planner, _pick(self.requests, which), again=True, faults=faults)

    @if_there_is(lambda self: self.rentals)
    @rule(
        planner=planners,
        which=numbers,
        hours=st.sampled_from([1, 2, 5, -1, -3, 0]),
        behind=behind,
        faults=call_faults,
    )
    def change_end(
        self, planner: str, which: int, hours: int, behind: int | None, faults: CallFaults
    ) -> None:
        """The end of a rental is changed, from what is there, or from a revision that was seen."""
        wanted = advisor.end_change(self.sim, _pick(self.rentals, which), hours=hours, behind=behind)
        self.sim.ask(planner, wanted, faults=faults)

    @if_there_is(lambda self: any(each.is_active for each in self.rentals))
    @rule(
        planner=planners,
        which=numbers,
        vehicle=numbers,
        longer=st.integers(0, 3),
        behind=behind,
        faults=call_faults,
    )
    def rebook(
        self, planner: str, which: int, vehicle: int, longer: int, behind: int | None, faults: CallFaults
    ) -> None:
        """A rental is replaced by another one, for its appointment as it is now."""
        rental, car = _pick(self.rentals, which), _pick(self.sim.vehicles, vehicle)
        wanted = advisor.rebooking(self.sim, rental, vehicle=car, longer=longer, behind=behind)
        self.sim.ask(planner, wanted, faults=faults)

    @if_there_is(lambda self: self.rentals)
    @rule(planner=planners, which=numbers, vehicle=numbers, what=st.integers(0, 2), faults=call_faults)
    def quote(self, planner: str, which: int, vehicle: int, what: int, faults: CallFaults) -> None:
        """A price is asked for: of a rental with another end, of another one in its place, or of a booking."""
        rental, car = _pick(self.rentals, which), _pick(self.sim.vehicles, vehicle)
        wanted = (
            advisor.end_change(self.sim, rental, hours=1),
            advisor.rebooking(self.sim, rental, vehicle=car),
            advisor.booking(self.sim, appointment_of(self.sim, rental), vehicle=car),
        )[what]
        self.sim.quote(planner, wanted, faults=faults)

    @if_there_is(lambda self: any(each.is_active for each in self.rentals))
    @rule(planner=planners, which=numbers, faults=call_faults)
    def cancel(self, planner: str, which: int, faults: CallFaults) -> None:
        """A rental is cancelled."""
        self.sim.ask(planner, advisor.cancellation(self.sim, _pick(self.rentals, which)), faults=faults)

    @if_there_is(lambda self: self.bookings)
    @rule(planner=planners, which=numbers, faults=call_faults)
    def give_up(self, planner: str, which: int, faults: CallFaults) -> None:
        """A booking is given up, whatever its outcome."""
        wanted = advisor.giving_up(self.sim, _pick(self.bookings, which))
        self.sim.ask(planner, wanted, faults=faults)

    @if_there_is(lambda self: self.proposals)
    @rule(planner=planners, which=numbers, faults=call_faults)
    def accept(self, planner: str, which: int, faults: CallFaults) -> None:
        """What is proposed for an appointment is done."""
        change = _pick(self.proposals, which)["change"]
        rental = self.snapshot.carloop.named(change["rental_id"])
        if rental:
            wanted = advisor.proposed(self.sim, appointment_of(self.sim, rental), change)
            self.sim.ask(planner, wanted, faults=faults)

    @rule(planner=planners, faults=call_faults)
    def reconcile(self, planner: str, faults: CallFaults) -> None:
        """A planner's host reconciles."""
        self.sim.reconcile(planner, faults=faults)

    # everything else

    @rule(
        action=st.sampled_from([*DESK, "somebody else"]),
        which=numbers,
        vehicle=numbers,
        by=st.integers(-2, 4),
        hours=st.integers(1, 4),
    )
    def elsewhere(self, action: str, which: int, vehicle: int, by: int, hours: int) -> None:
        """Something happens at the desk, or another planner books a car around an appointment."""
        if action == "somebody else":
            start = _pick(self.appointments, which).start + timedelta(hours=by)
            advisor.book_for_somebody_else(self.sim, _pick(self.sim.vehicles, vehicle), start, hours)
        elif self.rentals:
            advisor.do_at_the_desk(self.sim, _pick(self.rentals, which), action)

    @if_there_is(lambda self: self.sim.delayed_writes)
    @rule(which=numbers)
    def arrive(self, which: int) -> None:
        """A delayed write arrives."""
        self.sim.arrive(which)

    @rule(
        whose=st.sampled_from(["everybody", "everybody", "the planners", "Carloop"]),
        minutes=st.sampled_from([3, 1, 20, 150]),
        off=st.sampled_from([0, -90, 90, 2]),
    )
    def clocks(self, whose: str, minutes: int, off: int) -> None:
        """Time passes, or a clock is set wrong, or right."""
        if whose == "everybody":
            self.sim.pass_time(minutes)
        else:
            self.sim.put_clock(whose, off)

    # what must hold

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """Check the state after every step."""
        self.snapshot = take_snapshot(self.sim)
        if found := violations(self.snapshot):
            raise Violation("; ".join(found))

    def teardown(self) -> None:
        """End the run: at once if it has failed, else when everything is settled."""
        failure = sys.exc_info()[1]
        try:
            if failure is None:
                self._settle_everything()
        except BaseException as error:
            failure = error
            raise
        finally:
            if failure is not None:
                failure.add_note(f"The trace:\n{self.sim.trace}")
            self.sim.close()

    def _settle_everything(self) -> None:
        self.sim.trace.add("in the end")
        if found := settle_everything(self.sim):
            raise Violation("; ".join(found))
        self.nothing_is_lost_or_doubled()


def _pick(items: list[Item], which: int) -> Item:
    return items[which % len(items)]
