"""Steps 1 to 3: open, save, cancel and reinstate an appointment, find its customer in the DMS."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Status, new_id
from planner_host.appointments.visit_form import (
    FIELDS,
    Texts,
    blank_texts,
    start_of_new,
    texts_of,
    with_customer,
    with_vehicle,
    without_customer,
)
from planner_host.mobility.offer_form import drawn_for
from planner_host.mobility.step import has_happened
from planner_host.pages.drawing import customer_of, draw, find_appointment, look_up_step, search_view
from planner_host.pages.offers import search_for
from planner_host.pages.rebooking import open_rebooking
from planner_host.pages.saving import keep, read_revision, save_texts, saved_of_address
from planner_host.planner import planner_of
from planner_host.views.appointment import show_appointment
from planner_host.views.step import StepView
from planner_host.views.visit import find_customers, visit_view
from web_base.pages import Page, Program, page_route


def routes(program: Program) -> list[Route]:
    """Return the routes of the appointment's page."""
    return [
        page_route("/appointments/new", open_new, program),
        page_route("/appointments/{id}", open_saved, program),
        page_route("/appointments/{id}", save, program, methods=["POST"], keeps=FIELDS),
        page_route("/appointments/{id}/status", change_status, program, methods=["POST"]),
        # A POST, so that no name stands in an address.
        page_route("/dms/customers", list_customers, program, methods=["POST"]),
    ]


def open_new(page: Page) -> Response:
    """Show an empty form; its id is drawn with it, so that saving twice makes one appointment."""
    planner = planner_of(page)
    start = start_of_new(page.query("at"), now=planner.now(), zone=planner.zone)
    texts = blank_texts(start, language=page.language, zone=planner.zone)
    return show_appointment(page, new_id(), visit_view(page, texts, None, problems={}))


def open_saved(page: Page) -> Response:
    """Show a saved appointment; the script, which asks again and again, gets nothing while nothing has changed."""
    appointment = find_appointment(page)
    step = look_up_step(page, appointment)
    if page.is_partial and step.fingerprint == page.query("shown"):
        return Response(status_code=204)
    said = page.query("done")
    is_true = not step.unseen and has_happened(said, step)
    given = StepView(said=said if is_true else "", asks=page.query("ask"))
    if page.query("rebook") == "yes":
        opened = open_rebooking(page, appointment, step)
        given = replace(given, search=opened.search, rebooking=opened.rebooking)
    if page.query("search") == "yes" and step.can_search and not step.active:
        form = drawn_for(appointment, language=page.language, now=planner_of(page).now())
        offers = search_for(page, appointment, form)
        given = replace(given, search=search_view(page, appointment, form, offers=offers))
    if not page.is_partial and not step.unknowns:
        # What a person has opened is seen; what the script fetches may be drawn in a tab that nobody looks at.
        planner_of(page).audit.mark_seen(each.change_id or "" for each in step.unseen)
    return draw(page, appointment, given, step=step)


def save(page: Page) -> Response:
    """Do what the button says: save, search the DMS, take a customer or a car from it, or start step 1 again."""
    texts = {name: page.form[name] for name in FIELDS}
    do, _, chosen = page.form["do"].partition(":")
    # Enter is meant for the search field where that holds something and nobody is named yet.
    is_named = texts["customer_last_name"] or texts["customer_company"]
    if do == "enter" and texts["customer_query"] and not is_named:
        do = "find"
    if do == "pick" and (customer := customer_of(page, chosen)):
        texts = with_customer(texts, customer)
    elif do == "car":
        texts = _with_car(page, texts, chosen)
    elif do == "manual":
        texts = without_customer(texts)
    if do in ("again", "find", "pick", "car", "manual"):
        return draw(page, saved_of_address(page), texts=texts, finds=do == "find")
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


def list_customers(page: Page) -> Response:
    """Answer with the list of the customers found while one types: a part of the page, fetched by the script."""
    hits = find_customers(planner_of(page).dms, page.form["customer_query"])
    return page.render("hits.html", hits=hits, has_focus=False)


def _with_car(page: Page, texts: Texts, number: str) -> Texts:
    customer = customer_of(page, texts["customer_number"])
    cars = customer.cars if customer else ()
    chosen = next((car for place, car in enumerate(cars) if str(place) == number), None)
    return with_vehicle(texts, chosen.document() if chosen else {})
