"""Stories that hypothesis found, told again at each step of a call."""

from datetime import timedelta

import pytest

from proofs.model import advisor
from proofs.model.advisor import DEEDS
from proofs.model.checks import complaints, look
from proofs.model.ending import come_to_rest
from proofs.model.records import period
from proofs.model.trouble import HELD, Death, Meanwhile, Overlap, Trouble, Weather
from proofs.model.world import World

STEPS = range(1, 14)
EFFECTS = range(1, 8)
AFTER_SENDING = 11
"""The step of a booking that follows on its first sending."""


@pytest.fixture
def world():
    """A world with two planners, which must be at rest and agree in the end."""
    world = World(DEEDS)
    yield world
    found = come_to_rest(world) + complaints(look(world))
    world.close()
    assert found == [], world.story


@pytest.fixture
def visit(world):
    """A saved appointment."""
    visit = advisor.draw_visit(world, hours=4, length=4)
    world.save("A", visit, "saves")
    return visit


@pytest.mark.parametrize("step", STEPS)
def test_a_planner_hears_what_the_other_one_found_out(world, visit, step):
    """Its own answer was lost; that of the other, which reconciled meanwhile, is there to be told (`hear` compares)."""
    trouble = Trouble(Weather(HELD), Meanwhile(step, "reconciles"))
    world.ask("A", advisor.booking(world, visit, vehicle=world.vehicles[0]), trouble=trouble)
    world.reconcile("A")
    rental = advisor.rental_of(world, visit)
    assert rental is not None
    world.ask("A", advisor.cancellation(world, visit, rental), trouble=trouble)


@pytest.mark.parametrize("deed", ["asks the same", "saves", "gives up", "reconciles"])
@pytest.mark.parametrize("pause", range(4, 13))
def test_what_one_planner_takes_back_the_other_does_not_send(world, visit, deed, pause):
    """Carloop had no time for the first, which is told so; the second is at it since the first was sent."""
    fate = Overlap(AFTER_SENDING, deed, pause)
    busy = Weather("Carloop is asked too often (429)")
    world.ask("A", advisor.booking(world, visit, vehicle=world.vehicles[0]), trouble=Trouble(busy, fate))
    assert complaints(look(world)) == [], world.story


@pytest.mark.parametrize("step", STEPS)
def test_a_booking_may_be_given_up_while_it_is_refused(world, visit, step):
    """The car is taken: nothing is left of the booking to be given up, whichever is learnt first."""
    car = world.vehicles[0]
    advisor.for_another(world, car, visit.start, 1)
    world.ask(
        "A", advisor.booking(world, visit, vehicle=car), trouble=Trouble(None, Meanwhile(step, "gives up"))
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_cancellation_that_comes_too_late_did_nothing(world, visit, step):
    """Refused because of the desk, and on its way once more while another one cancels: Carloop says yes to both."""
    booking = advisor.booking(world, visit, vehicle=world.vehicles[0])
    world.ask("A", booking)
    rental = advisor.rental_of(world, visit)
    assert rental is not None
    lost = Trouble(Weather("the request is lost"))
    world.ask("A", advisor.cancellation(world, visit, rental), trouble=lost)
    advisor.at_the_desk(world, rental, "swap")
    world.ask("A", advisor.giving_up(world, booking), trouble=Trouble(None, Meanwhile(step, "asks the same")))
    assert complaints(look(world)) == [], world.story


def test_a_proposal_may_be_accepted_twice(world, visit):
    """The answer to the first was lost; the second finds the end as it wants it, and is done."""
    world.ask("A", advisor.booking(world, visit, vehicle=world.vehicles[0]))
    visit.revise(period=period(visit.start, visit.end + timedelta(hours=1)))
    world.save("B", visit, "moves")
    (proposal,) = look(world).states[visit.id]["proposals"]
    for times in (3, 1):
        trouble = Trouble(Weather("the answer is lost", times=times))
        world.ask("A", advisor.proposed(world, visit, proposal["change"]), trouble=trouble)
        assert complaints(look(world)) == [], world.story


@pytest.mark.parametrize("weather", [Weather("the answer is lost"), Weather(HELD)], ids=str)
@pytest.mark.parametrize("step", EFFECTS)
def test_a_planner_may_die_at_any_step(world, visit, step, weather):
    """Of the booking, of finding out about it, of giving it up: the rules that hold after each step hold here."""
    booking = advisor.booking(world, visit, vehicle=world.vehicles[0])
    for died_in in (
        lambda trouble: world.ask("A", booking, trouble=trouble),
        lambda trouble: world.reconcile("B", trouble=trouble),
        lambda trouble: world.ask("A", advisor.giving_up(world, booking), trouble=trouble),
    ):
        died_in(Trouble(weather, Death(step)))
        assert complaints(look(world)) == [], world.story
