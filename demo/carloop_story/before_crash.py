"""The steps up to the crash: each public function, in their order, acts, checks what it sees, and returns the facts."""

from __future__ import annotations

import os
import time
import uuid
from typing import TYPE_CHECKING

from carloop_story.appointments import later
from carloop_story.checks import (
    another_option,
    change_end_to,
    done,
    fitting_filters,
    instant,
    is_match,
    problem_facts,
    refused,
)
from carloop_story.context import PROVIDER_ID, StepContext
from carloop_story.steps import Facts, Unexpected, expect

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment


def loaded(context: StepContext) -> Facts:
    """The provider is found by its entry point, and nothing that is installed failed to load."""
    failed = [(each.provider, each.problem["code"]) for each in context.host.failures]
    expect("failures", failed, [])
    infos = [each for each in context.host.providers if each["id"] == PROVIDER_ID]
    expect("providers", len(infos), 1)
    return {"provider": PROVIDER_ID, "version": infos[0]["version"], "contract": infos[0]["contract"]}


def settings_right_token(context: StepContext) -> Facts:
    """The connection is tested with the right token."""
    report = context.check()
    expect("report", report["ok"], wanted=True)
    return {"message": report["findings"][0]["message"]}


def settings_wrong_token(context: StepContext) -> Facts:
    """The connection is tested with a wrong token, and the report says what to do."""
    os.environ["CARLOOP_TOKEN"] = "wrong-" + uuid.uuid4().hex
    try:
        report = context.check()
    finally:
        os.environ["CARLOOP_TOKEN"] = context.carloop.token
    expect("report", (report["ok"], report["findings"][0]["code"]), (False, "not_authorised"))
    return {"code": "not_authorised", "message": report["findings"][0]["message"]}


def appointment_saved(context: StepContext) -> Facts:
    """An appointment is saved; step 4 has its period and customer, and locks the customer."""
    main = context.appointments.main
    step = context.save(main)
    expect("period", step["period"], main["period"])
    expect("customer", step.get("customer"), main["customer"])
    expect("locked", "/customer" in step["locked"], wanted=True)
    expect("state", step["state"], "open")
    shown = {"appointment_id": step["appointment_id"], "state": "open", "locked": step["locked"]}
    return shown | main["period"]


def filters(context: StepContext) -> Facts:
    """The vehicle classes and features a search can be narrowed by."""
    found = context.filters()
    if len(found["vehicle_classes"]) < 2 or len(found["features"]) < 2:
        raise Unexpected("filters", seen=found, wanted="two and more of each")
    return {"vehicle_classes": len(found["vehicle_classes"]), "features": len(found["features"])}


def search(context: StepContext) -> Facts:
    """A search by two classes and two features finds just the free vehicles that match."""
    every = context.options(context.appointments.main)["options"]
    classes, features = fitting_filters(every)
    offer = context.options(context.appointments.main, classes, features)
    wanted = {each["id"] for each in every if is_match(each, classes, features)}
    # The provider offers near misses as well, which say so.
    exact = [each for each in offer["options"] if each["match"] == "exact"]
    expect("options", {each["id"] for each in exact}, wanted)
    expect("total", offer["total"], len(exact))
    context.memory["option"] = exact[0]["id"]
    names = {"vehicle_classes": classes, "features": features}
    return {"total": offer["total"], "free": len(every), "title": exact[0]["title"], **names}


def book(context: StepContext) -> Facts:
    """A vehicle is booked for the appointment."""
    context.memory["book"] = str(uuid.uuid4())
    rental = done(context.book(context.appointments.main, context.memory["option"], context.memory["book"]))
    expect("appointment", rental["appointment_id"], context.appointments.main["id"])
    expect("vehicle in the rental", "vehicle" in rental, wanted=True)
    context.memory["rental"] = rental["id"]
    return {"rental_id": rental["id"], "title": rental["title"], "status": rental["status"]}


def book_again(context: StepContext) -> Facts:
    """The same change sent again is the same rental."""
    rental = done(context.book(context.appointments.main, context.memory["option"], context.memory["book"]))
    expect("rental", rental["id"], context.memory["rental"])
    count = len(context.carloop.rentals_of(context.appointments.main["id"]))
    expect("rentals at Carloop", count, 1)
    return {"rental_id": rental["id"], "rentals": count}


def already_booked(context: StepContext) -> Facts:
    """A second booking for the appointment is refused and shows the first."""
    option = another_option(context)
    outcome = refused(context, "already_booked", lambda: context.book(context.appointments.main, option))
    shown = outcome["rental"]["id"] if "rental" in outcome else None
    expect("rental shown", shown, context.memory["rental"])
    return problem_facts(outcome, rental_id=context.memory["rental"])


def vehicle_unavailable(context: StepContext) -> Facts:
    """Another planner takes the vehicle first: refused, with others to choose from."""
    other, key = context.appointments.other, str(uuid.uuid4())
    context.save(other)
    wanted = context.options(other)["options"][0]["id"]
    context.memory["taken"] = wanted
    neighbour = {"source": "manual", "kind": "company", "company": "Autohaus Nebenan"}
    body = {
        "external_reference": f"other-planner/main/X-1/{key}",
        "vehicle_id": wanted,
        "customer": neighbour,
    }
    context.carloop.book_as_other_planner({**body, **other["period"]}, key=key)
    outcome = refused(context, "vehicle_unavailable", lambda: context.book(other, wanted))
    others = [each["title"] for each in outcome.get("alternatives", [])]
    expect("alternatives", bool(others), wanted=True)
    return problem_facts(outcome, alternatives=len(others), title=others[0])


def period_in_past(context: StepContext) -> Facts:
    """A start in the past is refused."""
    other, option = context.appointments.other, another_option(context)
    past = {**other["period"], "start": context.appointments.period(-2)["start"]}
    return problem_facts(refused(context, "period_in_past", lambda: context.book(other, option, period=past)))


def customer_locked(context: StepContext) -> Facts:
    """The data of a customer from the DMS cannot be altered, nor passed off as typed by hand."""
    other, option = context.appointments.other, another_option(context)
    typed, altered = (
        {**other["customer"], **each} for each in ({"source": "manual"}, {"last_name": "Anders"})
    )
    refused(context, "customer_locked", lambda: context.book(other, option, customer=typed))
    return problem_facts(
        refused(context, "customer_locked", lambda: context.book(other, option, customer=altered))
    )


def change_end(context: StepContext) -> Facts:
    """The rental's end is changed."""
    end = later(context.appointments.main["period"]["end"], hours=3)
    return change_end_to(context, context.memory["rental"], end)


def change_end_running(context: StepContext) -> Facts:
    """The end of a rental that has begun, by Carloop's clock and by the planner's, is changed."""
    appointment = context.appointments.running
    rental_id = context.memory["running"] = _book_yesterday(context, appointment)
    context.carloop.desk(rental_id, "hand_out")
    facts = change_end_to(context, rental_id, later(appointment["period"]["end"], hours=1))
    expect("status", facts["status"], "picked_up")
    present = context.carloop.rentals()[rental_id]
    expect("status at Carloop", present["status"], "picked_up")
    expect("begun", instant(present["start"]) < time.time(), wanted=True)
    return facts


def _book_yesterday(context: StepContext, appointment: Appointment) -> str:
    """Book a vehicle for an appointment that has begun: Carloop's clock goes back for as long as that takes."""
    context.save(appointment)
    context.carloop.set_clock(later(appointment["period"]["start"], hours=-2))
    try:
        option = context.options(appointment)["options"][0]["id"]
        rental = done(context.book(appointment, option))
    finally:
        context.carloop.set_clock(None)
    # An earlier customer may be late; a car is handed out only when it is back.
    context.carloop.bring_back(option)
    return rental["id"]


def rental_immutable(context: StepContext) -> Facts:
    """A change of the end that carries anything else is refused, and says what."""
    end = later(context.appointments.main["period"]["end"], hours=2)
    change = {"action": "change_end", "rental_id": context.memory["rental"], "end": end}
    option = another_option(context)
    outcome = refused(context, "rental_immutable", lambda: context.change(**change, option_id=option))
    pointer = outcome["problem"].get("pointer") if "problem" in outcome else None
    expect("pointer", pointer, "/option_id")
    return problem_facts(outcome, pointer=pointer)


def answer_lost(context: StepContext) -> Facts:
    """Carloop books and its answer is lost: the outcome is unknown, neither done nor failed."""
    manual, change_id = context.appointments.manual, str(uuid.uuid4())
    context.save(manual)
    option = context.options(manual)["options"][0]["id"]
    context.memory |= {"lost": change_id, "lost_option": option}
    # As often as the client may try again, and more.
    context.carloop.arm("book", "drop_after", times=1000)
    outcome = context.book(manual, option, change_id)
    expect("status", outcome["status"], "unknown")
    count = len(context.carloop.rentals_of(manual["id"]))
    expect("rentals at Carloop", count, 1)
    return {"status": "unknown", "change_id": change_id, "rentals": count}
