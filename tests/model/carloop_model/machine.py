"""The rules from which hypothesis draws stories: advisors, the desk, clocks, and all that goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from carloop_model import advisor
from carloop_model.advisor import DEEDS, DESK, told
from carloop_model.carloop import Held
from carloop_model.checks import complaints, look
from carloop_model.ending import come_to_rest
from carloop_model.records import Asked, Document, Visit, period
from carloop_model.story import Contradiction
from carloop_model.trouble import FAULTS, HELD, Death, Meanwhile, Trouble, Weather
from carloop_model.world import PLANNERS, World
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

Thing = TypeVar("Thing")

planners = st.sampled_from(PLANNERS)
numbers = st.integers(0, 4)
steps = st.integers(1, 15)
weathers = st.builds(
    Weather,
    st.sampled_from([HELD, *FAULTS]),
    st.sampled_from(["writes", "writes", "everything", "reads", "account"]),
    st.sampled_from([3, 1, 9]),
)
fates = st.builds(Death, steps) | st.builds(Meanwhile, steps, st.sampled_from(list(DEEDS)))
troubles = st.builds(Trouble, st.none() | weathers, st.none() | fates)


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
        """Our rentals at Carloop, the newest first."""
        return [each for each in reversed(self.sight.truth.rentals) if each.is_ours]

    @property
    def asked(self) -> list[Asked]:
        """The changes asked for, the newest first."""
        return list(reversed(self.world.asked.values()))

    @property
    def bookings(self) -> list[Asked]:
        """The bookings asked for, the newest first."""
        return [each for each in self.asked if each.is_booking]

    @property
    def proposals(self) -> list[Document]:
        """What is proposed."""
        return [each for state in self.sight.states.values() for each in state["proposals"]]

    def _visit(self, which: int) -> Visit:
        return self.world.visits[-1 - which % len(self.world.visits)]

    def _visit_of(self, rental: Held) -> Visit:
        return next(each for each in self.world.visits if each.id == rental.appointment_id)

    # how it begins

    @initialize(planner=planners, trouble=troubles)
    def begin(self, planner: str, trouble: Trouble) -> None:
        """An appointment is saved, and a car is booked for it."""
        self.make_appointment(planner, 2, 4, Trouble())
        self.book(planner, 0, 0, 0, trouble)

    # advisors

    @precondition(lambda self: len(self.world.visits) < 3)
    @rule(planner=planners, hours=st.integers(1, 6), length=st.integers(1, 8), trouble=troubles)
    def make_appointment(self, planner: str, hours: int, length: int, trouble: Trouble) -> None:
        """A further appointment is saved."""
        visit = advisor.draw_visit(self.world, hours, length)
        self.world.save(planner, visit, f"saves {told(visit)}", trouble=trouble)

    @rule(
        planner=planners,
        which=numbers,
        what=st.sampled_from(["open", "move", "call off", "save late"]),
        by=st.integers(-1, 4),
        more=st.integers(-1, 3),
        trouble=troubles,
    )
    def see_appointment(
        self, planner: str, which: int, what: str, by: int, more: int, trouble: Trouble
    ) -> None:
        """An appointment is opened, moved, called off; or an old revision of it comes in late."""
        visit, document = self._visit(which), None
        if what == "move":
            start = visit.start + timedelta(hours=by)
            end = max(visit.end + timedelta(hours=by + more), start + timedelta(hours=1))
            visit.revise(period=period(start, end), status="scheduled")
        elif what == "call off":
            visit.revise(status="cancelled")
        elif what == "save late":
            document = (visit.older or [visit.document])[0]
        self.world.save(planner, visit, f"{what}s {told(visit)}", document=document, trouble=trouble)

    @rule(planner=planners, which=numbers, vehicle=numbers, longer=st.integers(0, 3), trouble=troubles)
    def book(self, planner: str, which: int, vehicle: int, longer: int, trouble: Trouble) -> None:
        """A car is booked."""
        car = _pick(self.world.vehicles, vehicle)
        wanted = advisor.booking(self.world, self._visit(which), vehicle=car, longer=longer)
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
        revision=st.none() | st.integers(1, 3),
        trouble=troubles,
    )
    def change_end(
        self, planner: str, which: int, hours: int, revision: int | None, trouble: Trouble
    ) -> None:
        """The end of a rental is changed."""
        rental = _pick(self.rentals, which)
        wanted = advisor.new_end(
            self.world, self._visit_of(rental), rental, hours=hours, revision=revision
        )
        self.world.ask(planner, wanted, trouble=trouble)

    @if_there_is(lambda self: self.rentals)
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

    @if_there_is(lambda self: self.rentals)
    @rule(which=numbers, action=st.sampled_from(DESK))
    def desk(self, which: int, action: str) -> None:
        """Something happens at the desk."""
        advisor.at_the_desk(self.world, _pick(self.rentals, which), action)

    @rule(vehicle=numbers, which=numbers, by=st.integers(-2, 4), hours=st.integers(1, 4))
    def somebody_else(self, vehicle: int, which: int, by: int, hours: int) -> None:
        """Another planner books a car around an appointment."""
        start = self._visit(which).start + timedelta(hours=by)
        advisor.for_another(self.world, _pick(self.world.vehicles, vehicle), start, hours)

    @if_there_is(lambda self: self.world.stragglers)
    @rule(which=numbers)
    def arrive(self, which: int) -> None:
        """What was held up on the way arrives."""
        self.world.arrive(which)

    @rule(minutes=st.sampled_from([3, 1, 20, 150]))
    def pass_time(self, minutes: int) -> None:
        """Time passes."""
        self.world.pass_time(minutes)

    @rule(whose=st.sampled_from(["the planners", "Carloop"]), minutes=st.sampled_from([0, -90, 90, 2]))
    def put_clock(self, whose: str, minutes: int) -> None:
        """A clock is put wrong, or right."""
        self.world.put_clock(whose, minutes)

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
