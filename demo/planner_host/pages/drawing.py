"""Draw a saved appointment's page, from what is saved and what the providers answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment
from planner_host.appointments.form import texts_of
from planner_host.dms import Car, DmsProblem
from planner_host.mobility.form import OfferForm, drawn_for
from planner_host.mobility.step import Step, look_up
from planner_host.planner import planner_of
from planner_host.providers.filters import Choices
from planner_host.views.appointment import AppointmentInput, show_appointment
from planner_host.views.step import SearchInput, StepInput
from planner_host.views.visit import VisitInput
from web_base.pages import Page, Refused


def find_appointment(page: Page) -> Appointment:
    """Return the appointment of the page's address."""
    appointment = planner_of(page).records.appointment(page.path("id"))
    if appointment is None:
        raise Refused(404, "no_appointment")
    return appointment


def look_up_step(page: Page, appointment: Appointment) -> Step:
    """Ask the providers about an appointment."""
    return look_up(appointment, planner_of(page), locale=page.language.code)


def draw_saved(
    page: Page,
    appointment: Appointment,
    given: StepInput,
    *,
    step: Step | None = None,
    texts: Mapping[str, str] | None = None,
) -> Response:
    """Answer with the page.

    :param step: what the providers say, where it is known already: they are not asked again.
    :param texts: what stands unsaved in steps 1 to 3.
    """
    step = step or look_up_step(page, appointment)
    texts = texts or texts_of(appointment, language=page.language)
    visit = VisitInput(texts, cars=cars_of(page, appointment))
    if step.can_search and given.search is None:
        given = with_search(page, appointment, given)
    return show_appointment(page, AppointmentInput(appointment.id, visit, appointment, step, given))


def with_search(
    page: Page, appointment: Appointment, given: StepInput, form: OfferForm | None = None
) -> StepInput:
    """Return the same with a form for the search; one that is new has the appointment's period and customer."""
    now = planner_of(page).now()
    form = form or drawn_for(appointment, language=page.language, now=now)
    return replace(given, search=SearchInput(form, choices_of(page, appointment)))


def choices_of(page: Page, appointment: Appointment) -> Choices:
    """Return the classes and features that can be searched for."""
    return planner_of(page).filters.choices(appointment.site, page.language.code)


def cars_of(page: Page, appointment: Appointment) -> tuple[Car, ...]:
    """Return the cars that the DMS knows of an appointment's customer."""
    if not appointment.is_from_dms:
        return ()
    try:
        customer = planner_of(page).dms.customer(appointment.visit.customer.get("number", ""))
    except DmsProblem:
        return ()
    return customer.cars if customer else ()
