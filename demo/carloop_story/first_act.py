"""The story up to the crash. Each function is a step: it acts, checks what it sees, and gives the facts."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from carloop_plugin.domain.values import PROVIDER_ID
from carloop_story.asking import (
    another_option,
    change_end_to,
    done,
    fitting_filters,
    instant,
    matches,
    nothing_changed,
    problem_facts,
    read_filters,
    refused,
    rental_at_carloop,
    search_cars,
)
from carloop_story.diary import SITE, later
from carloop_story.stage import TIMEOUT, Stage, answered
from carloop_story.telling import Facts, Unexpected, expect

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment


def loaded(stage: Stage) -> Facts:
    """The provider is found by its entry point, and nothing that is installed failed to load."""
    failed = [(each.provider, each.problem["code"]) for each in stage.host.failures]
    expect("failures", failed, [])
    expect(
        "providers", [each["id"] for each in stage.host.providers if each["id"] == PROVIDER_ID], [PROVIDER_ID]
    )
    info = next(each for each in stage.host.providers if each["id"] == PROVIDER_ID)
    return {"provider": PROVIDER_ID, "version": info["version"], "contract": info["contract"]}


def settings_right_token(stage: Stage) -> Facts:
    """The connection is tested with the right token."""
    report = stage.host.check(PROVIDER_ID, SITE, timeout=TIMEOUT, locale=stage.locale)
    expect("report", report["ok"], wanted=True)
    return {"message": report["findings"][0]["message"]}


def settings_wrong_token(stage: Stage) -> Facts:
    """The connection is tested with a wrong token, and the report says what to do."""
    os.environ["CARLOOP_TOKEN"] = "wrong-" + uuid.uuid4().hex
    try:
        report = stage.host.check(PROVIDER_ID, SITE, timeout=TIMEOUT, locale=stage.locale)
    finally:
        os.environ["CARLOOP_TOKEN"] = stage.token
    expect("report", (report["ok"], report["findings"][0]["code"]), (False, "not_authorised"))
    return {"code": "not_authorised", "message": report["findings"][0]["message"]}


def appointment_saved(stage: Stage) -> Facts:
    """An appointment is saved; step 4 has its period and customer, and locks the customer."""
    step = answered(stage.host.appointment_saved(stage.diary.main, timeout=TIMEOUT, locale=stage.locale))
    expect("period", step["period"], stage.diary.main["period"])
    expect("customer", step.get("customer"), stage.diary.main["customer"])
    expect("locked", "/customer" in step["locked"], wanted=True)
    expect("state", step["state"], "open")
    return {
        "appointment_id": step["appointment_id"],
        "state": "open",
        "locked": step["locked"],
        **stage.diary.main["period"],
    }


def filters(stage: Stage) -> Facts:
    """The vehicle classes and features a search can be narrowed by."""
    found = read_filters(stage)
    if len(found["vehicle_classes"]) < 2 or len(found["features"]) < 2:
        raise Unexpected("filters", seen=found, wanted="two and more of each")
    return {"vehicle_classes": len(found["vehicle_classes"]), "features": len(found["features"])}


def search(stage: Stage) -> Facts:
    """A search by two classes and two features finds just the free vehicles that match."""
    every = search_cars(stage, stage.diary.main)["options"]
    classes, features = fitting_filters(every)
    offer = search_cars(stage, stage.diary.main, classes, features)
    wanted = {each["id"] for each in every if matches(each, classes, features)}
    exact = [each for each in offer["options"] if each["match"] == "exact"]
    expect("options", {each["id"] for each in exact}, wanted)
    expect("total", offer["total"], len(exact))
    stage.memory["option"] = exact[0]["id"]
    names = {"vehicle_classes": classes, "features": features}
    return {"total": offer["total"], "free": len(every), "title": exact[0]["title"], **names}


def book(stage: Stage) -> Facts:
    """A vehicle is booked for the appointment."""
    stage.memory["book"] = str(uuid.uuid4())
    rental = done(stage.book(stage.diary.main, stage.memory["option"], change_id=stage.memory["book"]))
    expect("appointment", rental["appointment_id"], stage.diary.main["id"])
    if "vehicle" not in rental:
        raise Unexpected("rental", seen="no vehicle", wanted="the vehicle")
    stage.memory["rental"] = rental["id"]
    return {"rental_id": rental["id"], "title": rental["title"], "status": rental["status"]}


def book_again(stage: Stage) -> Facts:
    """The same change sent again is the same rental."""
    rental = done(stage.book(stage.diary.main, stage.memory["option"], change_id=stage.memory["book"]))
    expect("rental", rental["id"], stage.memory["rental"])
    count = len(stage.sandbox.rentals_of(stage.diary.main["id"], token=stage.token))
    expect("rentals at Carloop", count, 1)
    return {"rental_id": rental["id"], "rentals": count}


def already_booked(stage: Stage) -> Facts:
    """A second booking for the appointment is refused and shows the first."""
    with nothing_changed(stage):
        outcome = refused(stage.book(stage.diary.main, another_option(stage)), "already_booked")
    shown = outcome["rental"]["id"] if "rental" in outcome else None
    expect("rental shown", shown, stage.memory["rental"])
    return problem_facts(outcome, rental_id=stage.memory["rental"])


def vehicle_unavailable(stage: Stage) -> Facts:
    """Another planner takes the car first: refused, with others to choose from."""
    answered(stage.host.appointment_saved(stage.diary.other, timeout=TIMEOUT, locale=stage.locale))
    wanted = search_cars(stage, stage.diary.other)["options"][0]
    stage.memory["taken"] = wanted["id"]
    key = str(uuid.uuid4())
    stage.sandbox.book_as_other_planner(
        {
            "external_reference": f"other-planner/main/X-1/{key}",
            "vehicle_id": wanted["id"],
            **stage.diary.other["period"],
            "customer": {"source": "manual", "kind": "company", "company": "Autohaus Nebenan"},
        },
        token=stage.sandbox.new_token("other planner"),
        key=key,
    )
    with nothing_changed(stage):
        outcome = refused(stage.book(stage.diary.other, wanted["id"]), "vehicle_unavailable")
    others = [each["title"] for each in outcome.get("alternatives", [])]
    expect("alternatives", bool(others), wanted=True)
    return problem_facts(outcome, alternatives=len(others), title=others[0])


def period_in_past(stage: Stage) -> Facts:
    """A start in the past is refused."""
    past = {"start": stage.diary.period(-2)["start"], "end": stage.diary.other["period"]["end"]}
    with nothing_changed(stage):
        outcome = stage.book(stage.diary.other, another_option(stage), period=past)
        return problem_facts(refused(outcome, "period_in_past"))


def customer_locked(stage: Stage) -> Facts:
    """The data of a customer from the DMS cannot be altered, nor passed off as typed by hand."""
    known = dict(stage.diary.other["customer"])
    altered, typed = known | {"last_name": "Anders"}, known | {"source": "manual"}
    with nothing_changed(stage):
        outcome = stage.book(stage.diary.other, another_option(stage), customer=altered)
        refused(outcome, "customer_locked")
        refused(stage.book(stage.diary.other, another_option(stage), customer=typed), "customer_locked")
    return problem_facts(outcome)


def change_end(stage: Stage) -> Facts:
    """The rental's end is changed."""
    end = later(stage.diary.main["period"]["end"], hours=3)
    return change_end_to(stage, stage.memory["rental"], end)


def change_end_running(stage: Stage) -> Facts:
    """The end of a rental that has begun, by Carloop's clock and by the planner's, is changed."""
    appointment = stage.diary.running
    rental_id = stage.memory["running"] = _book_yesterday(stage, appointment)
    stage.sandbox.at_desk(rental_id, "hand_out")
    facts = change_end_to(stage, rental_id, later(appointment["period"]["end"], hours=1))
    expect("status", facts["status"], "picked_up")
    present = rental_at_carloop(stage, rental_id)
    expect("status at Carloop", present["status"], "picked_up")
    expect("begun", instant(present["start"]) < time.time(), wanted=True)
    return facts


def _book_yesterday(stage: Stage, appointment: Appointment) -> str:
    """Book a car for an appointment before it began: Carloop's clock goes back for as long as that takes."""
    answered(stage.host.appointment_saved(appointment, timeout=TIMEOUT, locale=stage.locale))
    stage.sandbox.set_clock(later(appointment["period"]["start"], hours=-2))
    try:
        option = search_cars(stage, appointment)["options"][0]["id"]
        rental = done(stage.book(appointment, option))
    finally:
        stage.sandbox.free_clock()
    # An earlier customer may be late; a car is handed out only when it is back.
    stage.sandbox.bring_back(option, token=stage.token)
    return rental["id"]


def rental_immutable(stage: Stage) -> Facts:
    """A change of the end that carries anything else is refused, and says what."""
    with nothing_changed(stage):
        outcome = stage.change(
            action="change_end",
            rental_id=stage.memory["rental"],
            end=later(stage.diary.main["period"]["end"], hours=2),
            option_id=another_option(stage),
        )
        refused(outcome, "rental_immutable")
    pointer = outcome["problem"].get("pointer") if "problem" in outcome else None
    expect("pointer", pointer, "/option_id")
    return problem_facts(outcome, pointer=pointer)


def answer_lost(stage: Stage) -> Facts:
    """Carloop books and its answer is lost: the outcome is unknown, neither done nor failed."""
    answered(stage.host.appointment_saved(stage.diary.typed, timeout=TIMEOUT, locale=stage.locale))
    option = search_cars(stage, stage.diary.typed)["options"][0]["id"]
    stage.memory["lost"], stage.memory["lost_option"] = str(uuid.uuid4()), option
    stage.sandbox.lose_answers("book")
    outcome = stage.book(stage.diary.typed, option, change_id=stage.memory["lost"])
    expect("status", outcome["status"], "unknown")
    count = len(stage.sandbox.rentals_of(stage.diary.typed["id"], token=stage.token))
    expect("rentals at Carloop", count, 1)
    return {"status": "unknown", "change_id": stage.memory["lost"], "rentals": count}


STEPS: tuple[Callable[[Stage], Facts], ...] = (
    loaded,
    settings_right_token,
    settings_wrong_token,
    appointment_saved,
    filters,
    search,
    book,
    book_again,
    already_booked,
    vehicle_unavailable,
    period_in_past,
    customer_locked,
    change_end,
    change_end_running,
    rental_immutable,
    answer_lost,
)
