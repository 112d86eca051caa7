"""Steps 1 to 3: open, save, cancel and reinstate an appointment, find its customer in the DMS."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Status, new_id
from planner_host.appointments.form import (
    FIELDS,
    Texts,
    blank_texts,
    start_of_new,
    texts_of,
    with_customer,
    with_vehicle,
    without_customer,
)
from planner_host.mobility.form import drawn_for
from planner_host.mobility.step import has_happened
from planner_host.pages.booking import search_for
from planner_host.pages.drawing import draw_saved, find_appointment, look_up_step, with_search
from planner_host.pages.saving import customer_of, draw_as_sent, keep, read_revision, save_texts
from planner_host.planner import planner_of
from planner_host.views.appointment import AppointmentInput, show_appointment
from planner_host.views.step import StepInput
from planner_host.views.visit import VisitInput
from web_base.pages import Page, Program, page_route


def routes(program: Program) -> list[Route]:
    """Return the routes of the appointment's page."""
    return [
        page_route("/appointments/new", open_new, program),
        page_route("/appointments/{id}", open_saved, program),
        page_route("/appointments/{id}", save, program, methods=["POST"], keeps=FIELDS),
        page_route("/appointments/{id}/status", change_status, program, methods=["POST"]),
    ]


def open_new(page: Page) -> Response:
    """Show an empty form; its id is drawn with it, so that saving twice makes one appointment."""
    planner = planner_of(page)
    start = start_of_new(page.query("at"), now=planner.now(), zone=planner.zone)
    texts = blank_texts(start, language=page.language, zone=planner.zone)
    return show_appointment(page, AppointmentInput(new_id(), VisitInput(texts)))


def open_saved(page: Page) -> Response:
    """Show a saved appointment; the script, which asks for news, gets nothing while there is none."""
    appointment = find_appointment(page)
    step = look_up_step(page, appointment)
    if page.is_partial and step.fingerprint == page.query("shown"):
        return Response(status_code=204)
    said = page.query("done")
    is_true = not step.unseen and has_happened(said, step)
    given = StepInput(said=said if is_true else "", asks=page.query("ask"))
    if page.query("search") == "yes" and step.can_search and not step.active:
        form = drawn_for(appointment, language=page.language, now=planner_of(page).now())
        given = with_search(page, appointment, given, form)
        assert given.search is not None  # noqa: S101  # it has just been put in
        given = replace(given, search=replace(given.search, offers=search_for(page, appointment, form)))
    if not page.is_partial and not step.unknowns:
        # What a person has opened is seen; what the script fetches may be drawn in a tab that nobody looks at.
        planner_of(page).audit.mark_seen(each.change_id or "" for each in step.unseen)
    return draw_saved(page, appointment, given, step=step)


def save(page: Page) -> Response:
    """Do what the button says: save, search the DMS, take a customer or a car from it, or start step 1 again."""
    texts = {name: page.form[name] for name in FIELDS}
    do = page.form["do"] or "save"
    if do == "enter" and _looks_for_customer(texts):
        do = "find"
    if do == "again":
        return draw_as_sent(page, texts)
    if do == "find":
        return draw_as_sent(page, texts, finds=True)
    if do.startswith("pick:"):
        customer = customer_of(page, do.removeprefix("pick:"))
        return draw_as_sent(page, with_customer(texts, customer) if customer else texts)
    if do.startswith("car:"):
        return draw_as_sent(page, _with_car(page, texts, do.removeprefix("car:")))
    if do == "manual":
        return draw_as_sent(page, without_customer(texts))
    saved = save_texts(page, texts)
    if isinstance(saved, Response):
        return saved
    then = "saved_first&search=yes" if do == "search" else "saved"
    return page.go(f"/appointments/{saved.id}?done={then}")


def change_status(page: Page) -> Response:
    """Cancel an appointment, or reinstate it."""
    appointment = find_appointment(page)
    status = Status.CANCELLED if page.form["status"] == "cancelled" else Status.SCHEDULED
    changed = replace(
        appointment,
        visit=replace(appointment.visit, status=status),
        revision=read_revision(page.form["revision"]),
    )
    action = "appointment_cancelled" if status is Status.CANCELLED else "appointment_taken_up"
    saved = keep(page, changed, texts_of(appointment, language=page.language), action=action)
    return saved if isinstance(saved, Response) else page.go(f"/appointments/{saved.id}?done=saved")


def _looks_for_customer(texts: Texts) -> bool:
    """Return whether Enter was meant for the search field: it holds something, and nobody is named yet."""
    named = (texts["customer_last_name"], texts["customer_company"])
    return bool(texts["customer_query"]) and not any(named)


def _with_car(page: Page, texts: Texts, number: str) -> Texts:
    customer = customer_of(page, texts["customer_number"])
    cars = customer.cars if customer else ()
    if number.isdecimal() and len(number) < 4 and int(number) < len(cars):
        return with_vehicle(texts, cars[int(number)].document())
    return with_vehicle(texts, {})
