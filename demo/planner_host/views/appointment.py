"""The appointment's page: steps 1 to 4."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment, name_of
from planner_host.mobility.offer_form import draw_change_id
from planner_host.mobility.step import HAS_RENTAL_AFTER, Step
from planner_host.planner import planner_of
from planner_host.views.parts import message_of, problem_of, reason, without_prefix
from planner_host.views.step import StepView
from planner_host.views.visit import VisitView
from web_base.names import lines_of
from web_base.pages import Page


def show_appointment(
    page: Page,
    appointment_id: str,
    visit: VisitView,
    *,
    saved: Appointment | None = None,
    step: Step | None = None,
    four: StepView | None = None,
) -> Response:
    """Answer with the page.

    :param saved: None for a new appointment, which has no step 4 either.
    """
    four = four or StepView()
    path = f"/appointments/{appointment_id}"
    page.here = path if saved else "/appointments/new"
    asked = {"shown": step.fingerprint if step else ""} | ({"ask": four.asks} if four.asks else {})
    return page.render(
        "appointment.html",
        images=four.search.offers.images if four.search and four.search.offers else (),
        path=path,
        tab=_tab_title(page, saved),
        saved=saved,
        visit=visit,
        step=step,
        four=four,
        # Nobody knows when an unknown outcome will be known, so an open page asks again and again.
        poll=f"{path}?{urlencode(asked)}" if step and step.unknowns else "",
        done=HAS_RENTAL_AFTER,
        **wording(page, saved),
    )


def wording(page: Page, appointment: Appointment | None = None) -> dict[str, Any]:
    """Return what templates word documents of the contract with."""
    planner = planner_of(page)
    zone = appointment.zone if appointment else planner.zone

    def when(text: str) -> str:
        return page.language.moment(datetime.fromisoformat(text), zone)

    return {
        "when": when,
        "why": partial(reason, page),
        "message_of": partial(message_of, page),
        "problem_of": partial(problem_of, page),
        "name_of": planner.provider_name,
        "providers": planner.host.providers,
        "new_change_id": draw_change_id,
        "lines_of": lines_of,
        "without_prefix": without_prefix,
    }


def _tab_title(page: Page, saved: Appointment | None) -> str:
    """Return what distinguishes one tab from another: customer, plate and day."""
    if saved is None:
        return page.text("appointment.new")
    day = saved.visit.start.astimezone(saved.zone).date()
    who = filter(None, (name_of(saved.visit.customer), saved.visit.vehicle.get("licence_plate")))
    return f"{', '.join(who)} · {page.language.weekday(day, short=True)} {page.language.short_day(day)}"
