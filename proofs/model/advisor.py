"""What an advisor may want, written as changes; and what goes on elsewhere in the middle of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from proofs.model.carloop import Held
from proofs.model.records import Asked, Visit, new_change, new_visit, period, said, who, written
from proofs.model.world import Deed, World

DESK = ("hand_out", "take_back", "swap", "cancel")


def draw_visit(world: World, hours: int, length: int) -> Visit:
    """Write an appointment that begins at one of the next full hours."""
    begins = world.clock.true.replace(minute=0, second=0) + timedelta(hours=hours)
    visit = new_visit(len(world.visits) + 1, begins, length)
    world.visits.append(visit)
    return visit


def told(visit: Visit) -> str:
    """Say when an appointment is."""
    return f"{visit.id}, {said(visit.start)} to {said(visit.end)}"


def booking(world: World, visit: Visit, *, vehicle: str, longer: int = 0) -> Asked:
    """Want a car for an appointment, or for some hours longer."""
    end = visit.end + timedelta(hours=longer)
    asked = _change(
        world,
        visit,
        f"books {vehicle} for {visit.id} until {said(end)}",
        action="book",
        appointment_id=visit.id,
        option_id=vehicle,
        site="main",
        period=period(visit.start, end),
        customer=visit.document["customer"],
    )
    # Else it may be that whoever was chosen meanwhile suits the rental, too.
    customers = {who(each["customer"]) for each in (visit.document, *visit.older)}
    asked.is_for_its_only_customer = len(customers) == 1 and bool(visit.heard)
    return asked


def new_end(world: World, visit: Visit, rental: Held, *, hours: int, revision: int | None) -> Asked:
    """Want another end, perhaps with a revision seen some time ago."""
    end = rental.end + timedelta(hours=hours)
    seen = {} if revision is None else {"revision": revision}
    return _change(
        world,
        visit,
        f"moves the end of {rental.id} to {said(end)}" + (f", seen as of {revision}" if seen else ""),
        action="change_end",
        rental_id=rental.id,
        site="main",
        end=written(end),
        **seen,
    )


def cancellation(world: World, visit: Visit, rental: Held) -> Asked:
    """Want a rental cancelled."""
    return _change(
        world, visit, f"cancels {rental.id} of {visit.id}", action="cancel", rental_id=rental.id, site="main"
    )


def giving_up(world: World, booking: Asked) -> Asked:
    """Want a booking given up."""
    return _change(
        world, booking.visit, f"gives up {booking.name}", action="cancel", book_change_id=booking.id
    )


def proposed(world: World, visit: Visit, change: dict[str, object]) -> Asked:
    """Want what was proposed."""
    return _change(world, visit, f"accepts what is proposed for {visit.id}: {change['action']}", **change)


def _change(world: World, visit: Visit, told: str, **fields: object) -> Asked:
    return new_change(len(world.asked) + 1, visit, told, **fields)


def rental_of(world: World, visit: Visit, which: int = 0) -> Held | None:
    """Find a rental of an appointment at Carloop, the newest first; None where there is none."""
    ours = [each for each in world.carloop.look().rentals if each.is_ours and each.appointment_id == visit.id]
    return ours[-1 - which % len(ours)] if ours else None


def at_the_desk(world: World, rental: Held, action: str) -> None:
    """Let the desk do something with a rental."""
    other = next(each for each in world.vehicles if each != rental.vehicle)
    done = world.carloop.desk(rental.id, action, vehicle_id=other if action == "swap" else None)
    world.tally[f"desk: {action}"] += 1
    world.story.tell(f"the desk: {action} {rental.id}" + ("" if done else ", which cannot be done"))


def for_another(world: World, vehicle: str, start: datetime, hours: int) -> None:
    """Let a planner that is none of ours book a car."""
    end = start + timedelta(hours=hours)
    done = world.carloop.book_for_another(vehicle, start, end)
    world.tally["somebody else booked"] += 1
    world.story.tell(f"somebody else books {vehicle}" + ("" if done else ", which cannot be done"))


# in the middle of a call of the other planner


def _asks_the_same(world: World, planner: str, visit: Visit, asked: Asked | None) -> None:
    if asked:
        world.ask(planner, asked, again=True)


def _gives_up(world: World, planner: str, visit: Visit, asked: Asked | None) -> None:
    if asked and asked.is_booking:
        world.ask(planner, giving_up(world, asked))


def _books_too(world: World, planner: str, visit: Visit, asked: Asked | None) -> None:
    world.ask(planner, booking(world, visit, vehicle=world.vehicles[-1]))


def _cancels(world: World, planner: str, visit: Visit, asked: Asked | None) -> None:
    if rental := rental_of(world, visit):
        world.ask(planner, cancellation(world, visit, rental))


def _moves(world: World, planner: str, visit: Visit, asked: Asked | None) -> None:
    visit.revise(period=period(visit.start, visit.end + timedelta(hours=1)))
    world.save(planner, visit, f"moves {told(visit)}")


def _desk(action: str) -> Deed:
    def act(world: World, planner: str, visit: Visit, asked: Asked | None) -> None:
        if rental := rental_of(world, visit):
            at_the_desk(world, rental, action)

    return act


DEEDS: dict[str, Deed] = {
    "reconciles": lambda world, planner, *_: world.reconcile(planner) and None,
    "asks the same": _asks_the_same,
    "gives up": _gives_up,
    "books too": _books_too,
    "cancels": _cancels,
    "moves": _moves,
    "saves": lambda world, planner, visit, _: world.save(planner, visit, f"opens {visit.id}"),
    "a request arrives": lambda world, *_: world.stragglers and world.arrive(0),
    "time passes": lambda world, *_: world.pass_time(3),
    "somebody else books": lambda world, _, visit, __: for_another(world, world.vehicles[0], visit.start, 1),
    **{f"desk: {action}": _desk(action) for action in DESK},
}
"""What may happen in the middle of a call."""

OVERLAPPING = ("asks the same", "gives up", "reconciles", "saves", "books too", "cancels")
"""What the other planner may begin in the middle of a call and end after it."""
