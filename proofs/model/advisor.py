"""The changes an advisor may request, and what may happen during a call of another planner."""

from __future__ import annotations

from datetime import datetime, timedelta

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
    sim: Simulation, rental: RentalState, *, vehicle: str, longer: int = 0, revision: int | None = None
) -> ChangeRequest:
    """Request a vehicle in the place of a rental, perhaps with an outdated revision."""
    appointment = appointment_of(sim, rental)
    end = appointment.end + timedelta(hours=longer)
    own = {"action": "rebook", "rental_id": rental.id, **({} if revision is None else {"revision": revision})}
    described = f"rebooks {rental.id} of {appointment.id} to {vehicle} until {display(end)}"
    return _renting(sim, appointment, described, end, option_id=vehicle, **own)


def _renting(
    sim: Simulation, appointment: Appointment, description: str, end: datetime, **own: object
) -> ChangeRequest:
    known = {"period": period(appointment.start, end), "customer": appointment.document["customer"]}
    return _change(sim, appointment, description, site="main", **known, **own)


def end_change(
    sim: Simulation, rental: RentalState, *, hours: int, revision: int | None = None
) -> ChangeRequest:
    """Request another end, perhaps with an outdated revision."""
    end = rental.end + timedelta(hours=hours)
    seen = {} if revision is None else {"revision": revision}
    return _change(
        sim,
        appointment_of(sim, rental),
        f"moves the end of {rental.id} to {display(end)}" + (f", seen as of {revision}" if seen else ""),
        action="change_end",
        rental_id=rental.id,
        site="main",
        end=write_instant(end),
        **seen,
    )


def cancellation(sim: Simulation, appointment: Appointment, rental: RentalState) -> ChangeRequest:
    """Request that a rental is cancelled."""
    return _change(
        sim,
        appointment,
        f"cancels {rental.id} of {appointment.id}",
        action="cancel",
        rental_id=rental.id,
        site="main",
    )


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


def do_at_the_desk(sim: Simulation, rental: RentalState, action: str) -> None:
    """Do something with a rental at the desk."""
    other = next(each for each in sim.vehicles if each != rental.vehicle)
    done = sim.carloop.desk(rental.id, action, vehicle_id=other if action == "swap" else None)
    sim.tally[f"desk: {action}"] += 1
    sim.trace.add(f"the desk: {action} {rental.id}" + ("" if done else ", which cannot be done"))


def book_for_somebody_else(sim: Simulation, vehicle: str, start: datetime, hours: int) -> None:
    """Book a vehicle as a planner of another installation."""
    end = start + timedelta(hours=hours)
    done = sim.carloop.book_for_another(vehicle, start, end)
    sim.tally["somebody else booked"] += 1
    sim.trace.add(f"somebody else books {vehicle}" + ("" if done else ", which cannot be done"))


# during a call of the other planner


def _asks_the_same(
    sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None
) -> None:
    if request:
        sim.ask(planner, request, again=True)


def _gives_up(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
    if request and request.rents:
        sim.ask(planner, giving_up(sim, request))


def _books_too(
    sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None
) -> None:
    sim.ask(planner, booking(sim, appointment, vehicle=sim.vehicles[-1]))


def _rebooks(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
    if rental := rental_of(sim, appointment):
        other = next(each for each in sim.vehicles if each != rental.vehicle)
        sim.ask(planner, rebooking(sim, rental, vehicle=other))


def _quotes(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
    if rental := rental_of(sim, appointment):
        sim.quote(planner, rebooking(sim, rental, vehicle=sim.vehicles[0]))


def _cancels(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
    if rental := rental_of(sim, appointment):
        sim.ask(planner, cancellation(sim, appointment, rental))


def _moves(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
    appointment.revise(period=period(appointment.start, appointment.end + timedelta(hours=1)))
    sim.save(planner, appointment, f"moves {describe(appointment)}")


def _desk(action: str) -> PlannerAction:
    def act(sim: Simulation, planner: str, appointment: Appointment, request: ChangeRequest | None) -> None:
        if rental := rental_of(sim, appointment):
            do_at_the_desk(sim, rental, action)

    return act


ACTIONS: dict[str, PlannerAction] = {
    "reconciles": lambda sim, planner, *_: sim.reconcile(planner) and None,
    "asks the same": _asks_the_same,
    "gives up": _gives_up,
    "books too": _books_too,
    "rebooks": _rebooks,
    "asks for a price": _quotes,
    "cancels": _cancels,
    "moves": _moves,
    "saves": lambda sim, planner, appointment, _: sim.save(planner, appointment, f"opens {appointment.id}"),
    "a request arrives": lambda sim, *_: sim.delayed_writes and sim.arrive(0),
    "time passes": lambda sim, *_: sim.pass_time(3),
    "somebody else books": lambda sim, _, appointment, __: book_for_somebody_else(
        sim, sim.vehicles[0], appointment.start, 1
    ),
    **{f"desk: {action}": _desk(action) for action in DESK},
}
"""What may happen during a call."""

OVERLAPPING = ("asks the same", "gives up", "reconciles", "saves", "books too", "cancels", "rebooks")
"""What the other planner may begin during a call and end after it."""
