"""The rules from which hypothesis draws stories: advisors, the desk, clocks, and all that goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from proofs.model import advisor
from proofs.model.advisor import DEEDS, DESK, OVERLAPPING, told
from proofs.model.carloop import Held
from proofs.model.checks import complaints, look
from proofs.model.ending import come_to_rest
from proofs.model.records import Asked, Document, Visit, changed_customer, period
from proofs.model.story import Contradiction
from proofs.model.trouble import FAIR, FAULTS, HELD, Death, Meanwhile, Overlap, Trouble, Weather
from proofs.model.world import PLANNERS, World

Thing = TypeVar("Thing")

MOST_VISITS = 3
SAID = {"open": "opens", "make": "opens", "move": "moves", "call off": "calls off", "save late": "saves late"}
SAID["change customer"] = "changes the customer of"

planners = st.sampled_from(PLANNERS)
numbers = st.integers(0, 4)
weathers = st.builds(
    Weather,
    st.sampled_from([*FAULTS, HELD, HELD, HELD]),
    st.sampled_from(["writes", "writes", "writes", "everything", "reads", "account"]),
    st.sampled_from([3, 3, 1, 9]),
)
fates = st.one_of(
    st.builds(Death, st.integers(1, 8)),
    st.builds(Meanwhile, st.integers(1, 14), st.sampled_from(list(DEEDS))),
    st.builds(Overlap, st.integers(1, 14), st.sampled_from(OVERLAPPING), st.integers(1, 14)),
)
# what is lost on the wire makes the longest stories, so it comes more often
troubles = st.one_of(
    st.just(FAIR),
    st.builds(Trouble, weathers),
    st.builds(Trouble, weathers),
    st.builds(Trouble, st.none(), fates),
    st.builds(Trouble, weathers, fates),
)


def if_there_is(what: Callable[[Dealership], object]) -> Callable[[Any], Any]:
    """Let a rule be drawn only where there is something it can be about."""
    return precondition(lambda machine: bool(what(machine)))


class Dealership(RuleBasedStateMachine):
    """Two planners, one store, one Carloop with two cars."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(DEEDS)
        self.sight = look(self.world)

    # what there is

    @property
    def rentals(self) -> list[Held]:
        """Our rentals at Carloop: the active ones first, then the newest."""
        newest_first = [each for each in reversed(self.sight.truth.rentals) if each.is_ours]
        return sorted(newest_first, key=lambda each: not each.is_active)

    @property
    def asked(self) -> list[Asked]:
        """The changes asked for: those that are open yet, then the newest."""
        newest_first = reversed(self.world.asked.values())
        return sorted(newest_first, key=lambda each: each.final is not None)

    @property
    def bookings(self) -> list[Asked]:
        """The bookings asked for, in the same order."""
        return [each for each in self.asked if each.is_booking]

    @property
    def proposals(self) -> list[Document]:
        """What is proposed."""
        return [each for state in self.sight.states.values() for each in state["proposals"]]

    @property
    def visits(self) -> list[Visit]:
        """The appointments: those without a rental first, then the newest."""
        booked = {each.appointment_id for each in self.rentals if each.is_active}
        newest_first = self.world.visits[::-1]
        return sorted(newest_first, key=lambda each: each.id in booked)

    def _visit_of(self, rental: Held) -> Visit:
        return next(each for each in self.world.visits if each.id == rental.appointment_id)

    # how it begins

    @initialize(planner=planners, trouble=troubles)
    def begin(self, planner: str, trouble: Trouble) -> None:
        """Two appointments are saved, and a car is booked for one of them."""
        self.make_appointment(planner, 4, 4, FAIR)
        self.make_appointment(planner, 2, 4, FAIR)
        self.book(planner, 0, 0, 0, trouble)

    # advisors

    def make_appointment(self, planner: str, hours: int, length: int, trouble: Trouble) -> None:
        """Save a further appointment."""
        visit = advisor.draw_visit(self.world, hours, length)
        self.world.save(planner, visit, f"saves {told(visit)}", trouble=trouble)

    @rule(
        planner=planners,
        which=numbers,
        what=st.sampled_from(["open", "move", "make", "call off", "save late", "erase", "change customer"]),
        by=st.integers(-1, 4),
        more=st.integers(0, 3),
        trouble=troubles,
    )
    def appointment(self, planner: str, which: int, what: str, by: int, more: int, trouble: Trouble) -> None:
        """An appointment is opened, moved, made, called off, erased, given another customer; or comes in late."""
        if what == "make" and len(self.world.visits) < MOST_VISITS:
            self.make_appointment(planner, 2 + by, 1 + more, trouble)
            return
        visit, document = _pick(self.visits, which), None
        if what == "erase":
            self.world.erase(planner, visit, trouble=trouble)
            return
        if what == "move":
            start = visit.start + timedelta(hours=by)
            visit.revise(period=period(start, start + timedelta(hours=1 + 2 * more)), status="scheduled")
        elif what == "call off":
            visit.revise(status="cancelled")
        elif what == "change customer":
            visit.revise(customer=changed_customer(visit.document["customer"], more))
        elif what == "save late":
            document = (visit.older or [visit.document])[0]
        self.world.save(planner, visit, f"{SAID[what]} {told(visit)}", document=document, trouble=trouble)

    @rule(planner=planners, which=numbers, vehicle=numbers, longer=st.integers(0, 3), trouble=troubles)
    def book(self, planner: str, which: int, vehicle: int, longer: int, trouble: Trouble) -> None:
        """A car is booked."""
        car = _pick(self.world.vehicles, vehicle)
        wanted = advisor.booking(self.world, _pick(self.visits, which), vehicle=car, longer=longer)
        self.world.ask(planner, wanted, trouble=trouble)

    @if_there_is(lambda self: self.world.asked)
    @rule(planner=planners, which=numbers, trouble=troubles)
    def ask_again(self, planner: str, which: int, trouble: Trouble) -> None:
        """A change is asked for again: a double click, a reload, a retry."""
        self.world.ask(planner, _pick(self.asked, which), again=True, trouble=trouble)

    @if_there_is(lambda self: self.rentals)
    @rule(
        planner=planners,
        which=numbers,
        hours=st.sampled_from([1, 2, 5, -1, -3, 0]),
        behind=st.sampled_from([None, None, 0, 1]),
        trouble=troubles,
    )
    def change_end(self, planner: str, which: int, hours: int, behind: int | None, trouble: Trouble) -> None:
        """The end of a rental is changed, from what is there, or from a revision that was seen."""
        rental = _pick(self.rentals, which)
        revision = None if behind is None else max(1, rental.revision - behind)
        wanted = advisor.new_end(self.world, self._visit_of(rental), rental, hours=hours, revision=revision)
        self.world.ask(planner, wanted, trouble=trouble)

    @if_there_is(lambda self: any(each.is_active for each in self.rentals))
    @rule(planner=planners, which=numbers, trouble=troubles)
    def cancel(self, planner: str, which: int, trouble: Trouble) -> None:
        """A rental is cancelled."""
        rental = _pick(self.rentals, which)
        wanted = advisor.cancellation(self.world, self._visit_of(rental), rental)
        self.world.ask(planner, wanted, trouble=trouble)

    @if_there_is(lambda self: self.bookings)
    @rule(planner=planners, which=numbers, trouble=troubles)
    def give_up(self, planner: str, which: int, trouble: Trouble) -> None:
        """A booking is given up, whatever became of it."""
        wanted = advisor.giving_up(self.world, _pick(self.bookings, which))
        self.world.ask(planner, wanted, trouble=trouble)

    @if_there_is(lambda self: self.proposals)
    @rule(planner=planners, which=numbers, trouble=troubles)
    def accept(self, planner: str, which: int, trouble: Trouble) -> None:
        """What is proposed for an appointment is done."""
        change = _pick(self.proposals, which)["change"]
        rental = self.sight.truth.named(change["rental_id"])
        if rental:
            wanted = advisor.proposed(self.world, self._visit_of(rental), change)
            self.world.ask(planner, wanted, trouble=trouble)

    @rule(planner=planners, trouble=troubles)
    def reconcile(self, planner: str, trouble: Trouble) -> None:
        """A planner's host reconciles."""
        self.world.reconcile(planner, trouble=trouble)

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
            start = _pick(self.visits, which).start + timedelta(hours=by)
            advisor.for_another(self.world, _pick(self.world.vehicles, vehicle), start, hours)
        elif self.rentals:
            advisor.at_the_desk(self.world, _pick(self.rentals, which), action)

    @if_there_is(lambda self: self.world.stragglers)
    @rule(which=numbers)
    def arrive(self, which: int) -> None:
        """What was held up on the way arrives."""
        self.world.arrive(which)

    @rule(
        whose=st.sampled_from(["everybody", "everybody", "the planners", "Carloop"]),
        minutes=st.sampled_from([3, 1, 20, 150]),
        off=st.sampled_from([0, -90, 90, 2]),
    )
    def clocks(self, whose: str, minutes: int, off: int) -> None:
        """Time passes, or a clock is put wrong, or right."""
        if whose == "everybody":
            self.world.pass_time(minutes)
        else:
            self.world.put_clock(whose, off)

    # what must hold

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """After every step, and seen from outside."""
        self.sight = look(self.world)
        if found := complaints(self.sight):
            raise Contradiction("; ".join(found))

    def teardown(self) -> None:
        """End the run: at once where it has failed, else once everything has come to rest."""
        failure = sys.exc_info()[1]
        try:
            if failure is None:
                self._come_to_rest()
        except BaseException as error:
            failure = error
            raise
        finally:
            if failure is not None:
                failure.add_note(f"The story:\n{self.world.story}")
            self.world.close()

    def _come_to_rest(self) -> None:
        self.world.story.tell("in the end")
        if found := come_to_rest(self.world):
            raise Contradiction("; ".join(found))
        self.nothing_is_lost_or_doubled()


def _pick(things: list[Thing], which: int) -> Thing:
    return things[which % len(things)]
