"""Draw an appointment's page, from what is saved or typed and what the providers answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment
from planner_host.appointments.visit_form import moment_texts, texts_of
from planner_host.dms import DmsCustomer, DmsProblem
from planner_host.mobility.offer_form import OfferForm, draw_change_id, drawn_for
from planner_host.mobility.offers import Offers
from planner_host.mobility.step import Step, look_up
from planner_host.planner import planner_of
from planner_host.providers.filters import Choices
from planner_host.views.appointment import show_appointment
from planner_host.views.parts import form_view
from planner_host.views.step import SearchView, StepView
from planner_host.views.visit import find_customers, visit_view
from web_base.pages import Page, Refused

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


def find_appointment(page: Page) -> Appointment:
    """Return the appointment of the page's address."""
    appointment = planner_of(page).records.appointment(page.path("id"))
    if appointment is None:
        raise Refused(404, "no_appointment")
    return appointment


def look_up_step(page: Page, appointment: Appointment) -> Step:
    """Ask the providers about an appointment."""
    return look_up(appointment, planner_of(page), locale=page.language.code)


def draw(
    page: Page,
    saved: Appointment | None,
    given: StepView | None = None,
    *,
    step: Step | None = None,
    texts: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    finds: bool = False,
) -> Response:
    """Answer with the page of an appointment.

    :param saved: as it is saved; None for a new one, which has no step 4.
    :param step: what the providers say, where it is known already: they are not asked again.
    :param texts: what stands in steps 1 to 3, where that is not what is saved, and `problems` with it.
    :param finds: whether the customers are searched whom `customer_query` is about.
    """
    kept = texts_of(saved, language=page.language) if saved else None
    texts = texts or kept or {}
    customer = customer_of(page, texts["customer_number"]) if texts["customer_source"] == "dms" else None
    visit = visit_view(
        page,
        texts,
        kept,
        problems=problems or {},
        cars=customer.cars if customer else (),
        hits=find_customers(planner_of(page).dms, texts["customer_query"]) if finds else None,
    )
    if saved is None:
        return show_appointment(page, page.path("id"), visit)
    step, four = step or look_up_step(page, saved), given or StepView()
    if step.can_search and four.search is None:
        four = replace(four, search=search_view(page, saved))
    if step.active and four.end is None:
        end = datetime.fromisoformat(step.active[0].rental["period"]["end"])
        present = moment_texts(end, end, language=page.language, zone=saved.zone)
        four = replace(four, end=form_view(page, present | {"change_id": draw_change_id()}, {}))
    return show_appointment(page, saved.id, visit, saved=saved, step=step, four=four)


def search_view(
    page: Page,
    appointment: Appointment,
    form: OfferForm | None = None,
    *,
    problems: Mapping[str, str] | None = None,
    refused: contract.Problem | None = None,
    offers: Offers | None = None,
    silent: Mapping[str, str] | None = None,
) -> SearchView:
    """Fill in the form of the search; one that is new has the appointment's period and customer."""
    form = form or drawn_for(appointment, language=page.language, now=planner_of(page).now())
    fields = form_view(page, form.texts, problems or {}, refused)
    return SearchView(form, fields, choices_of(page, appointment), offers, silent or {})


def choices_of(page: Page, appointment: Appointment) -> Choices:
    """Return the classes and features that can be searched for."""
    return planner_of(page).filters.choices(appointment.site, page.language.code)


def customer_of(page: Page, number: str) -> DmsCustomer | None:
    """Return the customer of a number; None where there is none, or the DMS does not answer."""
    try:
        return planner_of(page).dms.customer(number) if number else None
    except DmsProblem:
        return None
