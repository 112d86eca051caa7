"""The appointment's page: steps 1 to 4."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.offer_form import draw_change_id
from planner_host.mobility.step import HAS_RENTAL_AFTER, Step
from planner_host.planner import planner_of
from planner_host.views.days import brief_period
from planner_host.views.decisions import decisions_of
from planner_host.views.head import head_view, summary_of
from planner_host.views.parts import message_of, problem_of, reason, without_prefix
from planner_host.views.rental import rental_view
from planner_host.views.step import StepView
from planner_host.views.visit import VisitView
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

POLLS_EVERY: Final = "8s"
"""How often an open page asks for what has changed; with the planner's reconciling it is never 30 seconds late."""


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
    return page.render(
        "appointment.html",
        images=four.search.offers.images if four.search and four.search.offers else (),
        path=path,
        saved=saved,
        visit=visit,
        step=step,
        four=four,
        done=HAS_RENTAL_AFTER,
        **(_of_saved(page, saved, step, four, path) if saved and step else _OF_NEW),
        **wording(page, saved),
    )


_OF_NEW: Final[dict[str, Any]] = {"head": None, "summary": None, "decisions": (), "rentals": ()} | {
    "poll": "",
    "polls_every": "",
}


def _of_saved(page: Page, saved: Appointment, step: Step, four: StepView, path: str) -> dict[str, Any]:
    """Return what only the page of a saved appointment shows."""
    asked = {"shown": step.fingerprint} | ({"ask": four.asks} if four.asks else {})
    asked |= {"rebook": "yes"} if four.rebooking else {}
    return {
        "head": head_view(page, saved, step),
        "summary": summary_of(page, saved),
        "decisions": decisions_of(page, saved, step, asks=four.asks),
        "rentals": [rental_view(page, saved, step, each) for each in step.rentals],
        # An open page asks again and again: for an outcome that is not known, and for what the desk does.
        "poll": f"{path}?{urlencode(asked)}",
        "polls_every": "2s" if step.unknowns else POLLS_EVERY,
    }


def wording(page: Page, appointment: Appointment | None = None) -> dict[str, Any]:
    """Return what templates word documents of the contract with."""
    planner = planner_of(page)
    zone = appointment.zone if appointment else planner.zone

    def when(text: str) -> str:
        return page.language.moment(datetime.fromisoformat(text), zone)

    def between(period: contract.Period) -> str:
        start, end = (datetime.fromisoformat(each) for each in (period["start"], period["end"]))
        return brief_period(page.language, start, end, zone)

    return {
        "when": when,
        "between": between,
        "why": partial(reason, page),
        "message_of": partial(message_of, page),
        "problem_of": partial(problem_of, page),
        "name_of": planner.provider_name,
        "can": planner.can,
        "providers": planner.host.providers,
        "new_change_id": draw_change_id,
        "lines_of": lines_of,
        "without_prefix": without_prefix,
    }
