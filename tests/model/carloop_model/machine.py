"""The rules from which hypothesis draws stories: advisors, the desk, clocks, and all that goes wrong."""

from __future__ import annotations

import sys
from typing import ClassVar

from carloop_model import advisor
from carloop_model.advisor import DEEDS, DESK, told
from carloop_model.checks import complaints, look
from carloop_model.ending import come_to_rest
from carloop_model.records import Asked, Visit, period
from carloop_model.story import Contradiction
from carloop_model.trouble import FAULTS, HELD, TARGETS, Death, Meanwhile, Trouble, Weather
from carloop_model.world import PLANNERS, World
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from datetime import timedelta

planners = st.sampled_from(PLANNERS)
numbers = st.integers(0, 4)
weathers = st.builds(
    Weather, st.sampled_from([HELD, *FAULTS]), st.sampled_from(list(TARGETS)), st.sampled_from([3, 1, 9])
)
fates = st.builds(Death, st.integers(1, 25)) | st.builds(
    Meanwhile, st.integers(1, 25), st.sampled_from(list(DEEDS))
)
troubles = st.builds(Trouble, st.none() | weathers, st.none() | fates)


class Dealership(RuleBasedStateMachine):
    """Two planners, one store, one Carloop with two cars."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(DEEDS)

    def _visit(self, which: int) -> Visit:
        return self.world.visits[-1 - which % len(self.world.visits)]

    def _asked(self, which: int) -> Asked:
        asked = list(self.world.asked.values())
        return asked[-1 - which % len(asked)]

    @initialize(planner=planners)
    def first_appointment(self, planner: str) -> None:
        """An appointment is saved, so that there is something to book for."""
        self._save_new(planner, 2, 4, Trouble())

    # advisors

    @rule(planner=planners, hours=st.integers(1, 6), length=st.integers(1, 8), trouble=troubles)
    @precondition(lambda self: len(self.world.visits) < 3)
    def save_new(self, planner: str, hours: int, length: int, trouble: Trouble) -> None:
        """A further appointment is saved."""
        self._save_new(planner, hours, length, trouble)

    def _save_new(self, planner: str, hours: int, length: int, trouble: Trouble) -> None:
        visit = advisor.draw_visit(self.world, hours, length)
        self.world.save(planner, visit, f"saves {told(visit)}", trouble=trouble)

    @rule(planner=planners, which=numbers, trouble=troubles)
    def open(self, planner: str, which: int, trouble: Trouble) -> None:
        """Step 4 is opened."""
        visit = self._visit(which)
        self.world.save(planner, visit, f"opens {visit.id}", trouble=trouble)

    @rule(planner=planners, which=numbers)
    def save_late(self, planner: str, which: int) -> None:
        """An older revision comes in after a newer one."""
        visit = self._visit(which)
        if visit.older:
            self.world.save(planner, visit, f"saves an old {visit.id}", document=visit.older[-1])

    @rule(planner=planners, which=numbers, by=st.integers(-2, 3), more=st.integers(-1, 3), trouble=troubles)
    def move(self, planner: str, which: int, by: int, more: int, trouble: Trouble) -> None:
        """An appointment is moved, made longer or shorter."""
        visit = self._visit(which)
        start = visit.start + timedelta(hours=by)
        end = max(visit.end + timedelta(hours=by + more), start + timedelta(hours=1))
        visit.revise(period=period(start, end))
        self.world.save(planner, visit, f"moves {told(visit)}", trouble=trouble)

    @rule(planner=planners, which=numbers, trouble=troubles)
    def call_off(self, planner: str, which: int, trouble: Trouble) -> None:
        """An appointment is called off."""
        visit = self._visit(which)
        visit.revise(status="cancelled")
        self.world.save(planner, visit, f"calls off {visit.id}", trouble=trouble)

    @rule(planner=planners, which=numbers, vehicle=numbers, longer=st.integers(0, 3), trouble=troubles)
    def book(self, planner: str, which: int, vehicle: int, longer: int, trouble: Trouble) -> None:
        """A car is booked."""
        cars = self.world.vehicles
        wanted = advisor.booking(
            self.world, self._visit(which), vehicle=cars[vehicle % len(cars)], longer=longer
        )
        self.world.ask(planner, wanted, trouble=trouble)

    @precondition(lambda self: self.world.asked)
    @rule(planner=planners, which=numbers, trouble=troubles)
    def ask_again(self, planner: str, which: int, trouble: Trouble) -> None:
        """A change is asked for again: a double click, a reload, a retry."""
        self.world.ask(planner, self._asked(which), again=True, trouble=trouble)

    @rule(
        planner=planners,
        which=numbers,
        hours=st.integers(-3, 6),
        revision=st.none() | st.integers(1, 3),
        trouble=troubles,
    )
    def change_end(
        self, planner: str, which: int, hours: int, revision: int | None, trouble: Trouble
    ) -> None:
        """The end of a rental is changed."""
        visit = self._visit(which)
        if rental := advisor.rental_of(self.world, visit):
            wanted = advisor.new_end(self.world, visit, rental, hours=hours, revision=revision)
            self.world.ask(planner, wanted, trouble=trouble)

    @rule(planner=planners, which=numbers, trouble=troubles)
    def cancel(self, planner: str, which: int, trouble: Trouble) -> None:
        """A rental is cancelled."""
        visit = self._visit(which)
        if rental := advisor.rental_of(self.world, visit):
            wanted = advisor.cancellation(self.world, visit, rental)
            self.world.ask(planner, wanted, trouble=trouble)

    @rule(planner=planners, which=numbers, trouble=troubles)
    def give_up(self, planner: str, which: int, trouble: Trouble) -> None:
        """A booking is given up, whatever became of it."""
        bookings = [each for each in self.world.asked.values() if each.is_booking]
        if bookings:
            wanted = advisor.giving_up(self.world, bookings[-1 - which % len(bookings)])
            self.world.ask(planner, wanted, trouble=trouble)

    @rule(planner=planners, which=numbers, trouble=troubles)
    def accept(self, planner: str, which: int, trouble: Trouble) -> None:
        """What is proposed for an appointment is done."""
        visit = self._visit(which)
        for proposal in look(self.world).states[visit.id]["proposals"][:1]:
            wanted = advisor.proposed(self.world, visit, proposal["change"])
            self.world.ask(planner, wanted, trouble=trouble)

    @rule(planner=planners, trouble=troubles)
    def reconcile(self, planner: str, trouble: Trouble) -> None:
        """A planner's host reconciles."""
        self.world.reconcile(planner, trouble=trouble)

    # everything else

    @rule(which=numbers, rental=numbers, action=st.sampled_from(DESK))
    def desk(self, which: int, rental: int, action: str) -> None:
        """Something happens at the desk."""
        if found := advisor.rental_of(self.world, self._visit(which), rental):
            advisor.at_the_desk(self.world, found, action)

    @rule(vehicle=numbers, which=numbers, by=st.integers(-2, 4), hours=st.integers(1, 4))
    def somebody_else(self, vehicle: int, which: int, by: int, hours: int) -> None:
        """Another planner books a car around an appointment."""
        cars = self.world.vehicles
        start = self._visit(which).start + timedelta(hours=by)
        advisor.for_another(self.world, cars[vehicle % len(cars)], start, hours)

    @precondition(lambda self: self.world.stragglers)
    @rule(which=numbers)
    def arrive(self, which: int) -> None:
        """What was held up on the way arrives."""
        self.world.arrive(which)

    @rule(minutes=st.sampled_from([1, 3, 60, 240]))
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
        if found := complaints(look(self.world)):
            raise Contradiction("; ".join(found))

    def teardown(self) -> None:
        """Bring the run to its end: at once where it has failed, else once everything has come to rest."""
        failure = sys.exc_info()[1]
        try:
            if failure is None:
                self._come_to_rest()
        except Contradiction as contradiction:
            failure = contradiction
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
