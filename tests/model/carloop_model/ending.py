"""The end of a story: all troubles over, everything must come to rest and agree."""

from __future__ import annotations

from itertools import cycle

from carloop_model.checks import look
from carloop_model.records import in_short, is_final
from carloop_model.world import PLANNERS, World

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


def _up_to_date(world: World) -> list[str]:
    """After one more round, what is shown is what is."""
    world.reconcile(PLANNERS[0])
    sight = look(world)
    found = []
    for appointment_id, state in sight.states.items():
        shown = state.get("rental")
        rental = sight.truth.named(shown["id"]) if shown else None
        if rental and shown and shown["revision"] != rental.revision:
            found.append(f"{appointment_id} shows {rental.id} as it was before")
    return found
