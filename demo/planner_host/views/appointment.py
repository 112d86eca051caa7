"""The appointment's page: steps 1 to 4."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment, name_of, plate_of
from planner_host.appointments.form import texts_of
from planner_host.mobility.form import draw_change_id
from planner_host.mobility.step import Step
from planner_host.planner import planner_of
from planner_host.views.parts import FormView, message_of, problem_of, reason, with_prefix
from planner_host.views.step import DONE, EndFormView, StepInput, end_form, poll_address, search_form
from planner_host.views.visit import VisitInput, VisitView, visit_view
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


@dataclass(frozen=True, slots=True)
class AppointmentInput:
    """What a handler has found out: the view is filled in from it.

    :ivar appointment: as it is saved; None for a new one, which has no step 4 either.
    """

    id: str
    visit: VisitInput
    appointment: Appointment | None = None
    step: Step | None = None
    four: StepInput = field(default_factory=StepInput)


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """What the template shows: the appointment as it is saved, steps 1 to 3, what the providers say, the forms.

    :ivar poll: the address by which the page asks for news.
    """

    path: str
    tab: str
    saved: Appointment | None
    visit: VisitView
    step: Step | None
    four: StepInput
    search_form: FormView | None
    end: EndFormView | None
    poll: str


def show_appointment(page: Page, given: AppointmentInput) -> Response:
    """Answer with the page."""
    saved, step, four = given.appointment, given.step, given.four
    page.here = f"/appointments/{given.id}" if saved else "/appointments/new"
    view = AppointmentView(
        path=f"/appointments/{given.id}",
        tab=_tab_title(page, saved),
        saved=saved,
        visit=visit_view(page, given.visit, texts_of(saved, language=page.language) if saved else None),
        step=step,
        four=four,
        search_form=search_form(page, four),
        end=end_form(page, saved, step, four) if saved and step else None,
        poll=poll_address(saved, step, four.asks) if saved and step else "",
    )
    images = four.search.offers.images if four.search and four.search.offers else ()
    return page.render("appointment.html", images=images, view=view, **wording(page, saved), done=DONE)


class Wording(TypedDict):
    """Functions by which templates word documents of the contract."""

    when: Callable[[str], str]
    why: Callable[[contract.Problem], str]
    message_of: Callable[[contract.Notice], str]
    problem_of: Callable[[str], contract.Problem]
    name_of: Callable[[str], str]
    lines_of: Callable[[Mapping[str, object]], tuple[str, ...]]
    with_prefix: Callable[[Mapping[str, str], str], dict[str, str]]
    new_change_id: Callable[[], str]
    providers: Sequence[contract.ProviderInfo]


def wording(page: Page, appointment: Appointment | None) -> Wording:
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
        "with_prefix": with_prefix,
    }


def _tab_title(page: Page, saved: Appointment | None) -> str:
    """Return what tells one tab from another: customer, plate and day."""
    if saved is None:
        return page.text("appointment.new")
    day = saved.visit.start.astimezone(saved.zone).date()
    who = [text for text in (name_of(saved.visit.customer), plate_of(saved.visit.vehicle)) if text]
    return f"{', '.join(who)} · {page.language.weekday(day, short=True)} {page.language.short_day(day)}"
