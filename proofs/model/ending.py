"""The end of a story: all troubles over, everything must come to rest and agree."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from proofs.model.checks import look
from proofs.model.records import in_short, is_final
from proofs.model.world import PLANNERS, START, World

ROUNDS = (3, 3, 100)
"""Minutes before each round. The last outlasts a clock that was ahead: what was sent then is in flight till then."""


def come_to_rest(world: World) -> list[str]:
    """Let the weather be fair and the clocks right; settle everything, and say what does not hold then."""
    world.put_clock("Carloop", 0)
    world.put_clock("the planners", 0)
    for planner, minutes in zip(cycle(PLANNERS), ROUNDS, strict=False):
        world.pass_time(minutes)
        world.reconcile(planner)
    stuck = [each.name for each in world.asked.values() if look(world).is_pending(each.id)]
    return [f"{name} is still pending" for name in stuck] or [*_asked_once_more(world), *_up_to_date(world)]


def _asked_once_more(world: World) -> list[str]:
    """Every change again, oldest first: none is unknown, and what was final is still so (`hear` compares)."""
    found = []
    for asked in list(world.asked.values()):
        outcome = world.ask(PLANNERS[0], asked, again=True)
        if outcome is None or outcome["status"] == "unknown":
            found.append(f"{asked.name} is {in_short(outcome)} at the end")
        elif asked.final is None and is_final(outcome):
            found.append(f"{asked.name} has no end")
    return found


def _hide_the_news(world: World) -> None:
    """Let a stranger's rental be made that cannot be read, and then our cars be handed out at the desk."""
    start = START + timedelta(days=400)
    for hours in (0, 2):  # every other one cannot be read
        begin = start + timedelta(hours=hours)
        world.carloop.book_for_another(world.vehicles[0], begin, begin + timedelta(hours=1))
    for rental in look(world).truth.rentals:
        if rental.is_ours and rental.status == "reserved":
            world.carloop.desk(rental.id, "hand_out")


def _up_to_date(world: World) -> list[str]:
    """After one more round, what is shown is what is, also what the news hold behind a rental that cannot be read."""
    _hide_the_news(world)
    world.reconcile(PLANNERS[0])
    sight = look(world)
    found = []
    for appointment_id, state in sight.states.items():
        shown = state.get("rental")
        rental = sight.truth.named(shown["id"]) if shown else None
        if rental and shown and shown["revision"] != rental.revision:
            found.append(f"{appointment_id} shows {rental.id} as it was before")
    return found
