"""The changes an advisor may request, and what may happen during a call of another planner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from proofs.model.carloop import RentalState
from proofs.model.planner_state import (
    Appointment,
    ChangeRequest,
    display,
    identity,
    new_appointment,
    new_change,
    period,
    write_instant,
)
from proofs.model.simulation import PlannerAction, Simulation

DESK = ("hand_out", "take_back", "swap", "cancel")


def draw_appointment(sim: Simulation, hours: int, length: int) -> Appointment:
    """Create an appointment that begins at one of the next full hours."""
    begins = sim.clock.true.replace(minute=0, second=0) + timedelta(hours=hours)
    appointment = new_appointment(len(sim.appointments) + 1, begins, length)
    sim.appointments.append(appointment)
    return appointment


def describe(appointment: Appointment) -> str:
    """Describe an appointment by its id and period."""
    return f"{appointment.id}, {display(appointment.start)} to {display(appointment.end)}"


def booking(sim: Simulation, appointment: Appointment, *, vehicle: str, longer: int = 0) -> ChangeRequest:
    """Request a vehicle for an appointment, or for some hours longer."""
    end = appointment.end + timedelta(hours=longer)
    own = {"action": "book", "appointment_id": appointment.id}
    described = f"books {vehicle} for {appointment.id} until {display(end)}"
    return _renting(sim, appointment, described, end, option_id=vehicle, **own)


def rebooking(
    sim: Simulation, rental: RentalState, *, vehicle: str, longer: int = 0, behind: int | None = None
) -> ChangeRequest:
    """Request a vehicle in the place of a rental, for its appointment as it is now."""
    appointment = appointment_of(sim, rental)
    end = appointment.end + timedelta(hours=longer)
    own = {"action": "rebook", "rental_id": rental.id, **_seen(rental, behind)}
    described = f"rebooks {rental.id} of {appointment.id} to {vehicle} until {display(end)}"
    return _renting(sim, appointment, described, end, option_id=vehicle, **own)


def _renting(
    sim: Simulation, appointment: Appointment, description: str, end: datetime, **own: object
) -> ChangeRequest:
    known = {"period": period(appointment.start, end), "customer": appointment.document["customer"]}
    return _change(sim, appointment, description, site="main", **known, **own)


def end_change(
    sim: Simulation, rental: RentalState, *, hours: int, behind: int | None = None
) -> ChangeRequest:
    """Request another end."""
    end, seen = rental.end + timedelta(hours=hours), _seen(rental, behind)
    described = f"moves the end of {rental.id} to {display(end)}"
    described += f", seen as of {seen['revision']}" if seen else ""
    own = {"action": "change_end", "rental_id": rental.id, "end": write_instant(end), **seen}
    return _change(sim, appointment_of(sim, rental), described, site="main", **own)


def _seen(rental: RentalState, behind: int | None) -> dict[str, int]:
    """Return the revision that the advisor saw, so many before the present one; nothing for None."""
    return {} if behind is None else {"revision": max(1, rental.revision - behind)}


def cancellation(sim: Simulation, rental: RentalState) -> ChangeRequest:
    """Request that a rental is cancelled."""
    appointment, own = appointment_of(sim, rental), {"action": "cancel", "rental_id": rental.id}
    return _change(sim, appointment, f"cancels {rental.id} of {appointment.id}", site="main", **own)


def giving_up(sim: Simulation, booking: ChangeRequest) -> ChangeRequest:
    """Request that a booking is given up."""
    return _change(
        sim, booking.appointment, f"gives up {booking.name}", action="cancel", book_change_id=booking.id
    )


def proposed(sim: Simulation, appointment: Appointment, change: dict[str, object]) -> ChangeRequest:
    """Request a change that was proposed; the customer is the appointment's."""
    if change["action"] == "rebook":
        change = change | {"customer": appointment.document["customer"]}
    return _change(
        sim, appointment, f"accepts what is proposed for {appointment.id}: {change['action']}", **change
    )


def _change(sim: Simulation, appointment: Appointment, description: str, **fields: object) -> ChangeRequest:
    request = new_change(len(sim.requests) + 1, appointment, description, **fields)
    # Otherwise a customer chosen meanwhile may also match the rental.
    customers = {identity(each["customer"]) for each in (appointment.document, *appointment.older)}
    request.is_for_its_only_customer = len(customers) == 1 and bool(appointment.answered_revisions)
    return request


def appointment_of(sim: Simulation, rental: RentalState) -> Appointment:
    """Return the appointment of a rental of ours."""
    return next(each for each in sim.appointments if each.id == rental.appointment_id)


def rental_of(sim: Simulation, appointment: Appointment, which: int = 0) -> RentalState | None:
    """Return a rental of an appointment at Carloop, counted from the newest; None if there is none."""
    ours = [
        each
        for each in sim.carloop.read_state().rentals
        if each.is_ours and each.appointment_id == appointment.id
    ]
    return ours[-1 - which % len(ours)] if ours else None


def _other_vehicle(sim: Simulation, rental: RentalState) -> str:
    return next(each for each in sim.vehicles if each != rental.vehicle)


def do_at_the_desk(sim: Simulation, rental: RentalState, action: str) -> None:
    """Do something with a rental at the desk."""
    other = _other_vehicle(sim, rental) if action == "swap" else None
    done = sim.carloop.desk(rental.id, action, vehicle_id=other)
    sim.tally[f"desk: {action}"] += 1
    sim.trace.add(f"the desk: {action} {rental.id}" + ("" if done else ", which cannot be done"))


def book_for_somebody_else(sim: Simulation, vehicle: str, start: datetime, hours: int) -> None:
    """Book a vehicle as a planner of another installation."""
    end = start + timedelta(hours=hours)
    done = sim.carloop.book_for_another(vehicle, start, end)
    sim.tally["somebody else booked"] += 1
    sim.trace.add(f"somebody else books {vehicle}" + ("" if done else ", which cannot be done"))


# during a call of the other planner


def _moves(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
    appointment.revise(period=period(appointment.start, appointment.end + timedelta(hours=1)))
    sim.save(planner, appointment, f"moves {describe(appointment)}")


def _with_rental(act: Callable[[Simulation, str, RentalState], object]) -> PlannerAction:
    """Return what does something with the appointment's newest rental, if it has one."""
    return lambda sim, planner, appointment, _: (
        (rental := rental_of(sim, appointment)) and act(sim, planner, rental)
    )


def _at_the_desk(action: str, sim: Simulation, _: str, rental: RentalState) -> None:
    do_at_the_desk(sim, rental, action)


ACTIONS: dict[str, PlannerAction] = {
    "reconciles": lambda sim, planner, *_: sim.reconcile(planner),
    "asks the same": lambda sim, planner, _, request: request and sim.ask(planner, request, again=True),
    "gives up": lambda sim, planner, _, request: (
        request and request.rents and sim.ask(planner, giving_up(sim, request))
    ),
    "books too": lambda sim, planner, appointment, _: sim.ask(
        planner, booking(sim, appointment, vehicle=sim.vehicles[-1])
    ),
    "rebooks": _with_rental(
        lambda sim, planner, own: sim.ask(planner, rebooking(sim, own, vehicle=_other_vehicle(sim, own)))
    ),
    "asks for a price": _with_rental(
        lambda sim, planner, own: sim.quote(planner, rebooking(sim, own, vehicle=sim.vehicles[0]))
    ),
    "cancels": _with_rental(lambda sim, planner, own: sim.ask(planner, cancellation(sim, own))),
    "moves": _moves,
    "saves": lambda sim, planner, appointment, _: sim.save(planner, appointment, f"opens {appointment.id}"),
    "a request arrives": lambda sim, *_: sim.delayed_writes and sim.arrive(0),
    "time passes": lambda sim, *_: sim.pass_time(3),
    "somebody else books": lambda sim, _, appointment, __: book_for_somebody_else(
        sim, sim.vehicles[0], appointment.start, 1
    ),
    **{f"desk: {action}": _with_rental(partial(_at_the_desk, action)) for action in DESK},
}
"""What may happen during a call."""

OVERLAPPING = ("asks the same", "gives up", "reconciles", "saves", "books too", "cancels", "rebooks")
"""What the other planner may begin during a call and end after it."""
