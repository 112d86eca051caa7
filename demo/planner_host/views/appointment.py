"""The appointment's page: steps 1 to 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment, name_of, plate_of
from planner_host.appointments.form import texts_of
from planner_host.mobility.step import Step
from planner_host.views.parts import Notice, Question
from planner_host.views.step import ProposalView, StepInput, StepView, proposal_views, step_view
from planner_host.views.visit import VisitInput, VisitView, saved_line, visit_view
from web_base.pages import Page


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
    """What the template shows."""

    action: str
    tab: str
    title: str
    is_cancelled: bool
    is_saved: bool
    saved_by: str
    proposals: Sequence[ProposalView]
    notices: Sequence[Notice]
    visit: VisitView
    cancel_link: str
    question: Question | None
    reinstate_revision: int | None
    can_search: bool
    step: StepView


def show_appointment(page: Page, given: AppointmentInput, *, status: int = 200) -> Response:
    """Answer with the page."""
    page.here = f"/appointments/{given.id}" if given.appointment else "/appointments/new"
    view = _view(page, given)
    images = view.step.search.offers.images if view.step.search else ()
    return page.render("appointment.html", status=status, images=images, view=view)


def _view(page: Page, given: AppointmentInput) -> AppointmentView:
    saved, step, four = given.appointment, given.step, given.four
    path = f"/appointments/{given.id}"
    is_cancelled = saved is not None and saved.is_cancelled
    is_asked = four.asks == "appointment-cancellation"
    can_cancel = saved is not None and not is_cancelled
    proposals = proposal_views(page, saved, step, four) if saved and step else []
    search = four.search is not None and step is not None and not step.active
    return AppointmentView(
        action=path,
        tab=_tab_title(page, saved),
        title=page.text("appointment.title") if saved else page.text("appointment.new"),
        is_cancelled=is_cancelled,
        is_saved=saved is not None,
        saved_by=saved_line(page, saved) if saved else "",
        proposals=proposals,
        notices=_notices(page, given, has_proposals=bool(proposals)),
        visit=visit_view(page, given.visit, texts_of(saved, language=page.language) if saved else None),
        cancel_link=f"{path}?ask=appointment-cancellation#appointment-cancellation"
        if can_cancel and not is_asked
        else "",
        question=_question(page, saved) if saved and can_cancel and is_asked else None,
        reinstate_revision=saved.revision if saved and is_cancelled else None,
        can_search=search,
        step=step_view(page, saved, step, four),
    )


def _tab_title(page: Page, saved: Appointment | None) -> str:
    """Return what tells one tab from another: customer, plate and day."""
    if saved is None:
        return page.text("appointment.new")
    day = saved.visit.start.astimezone(saved.zone).date()
    who = [text for text in (name_of(saved.visit.customer), plate_of(saved.visit.vehicle)) if text]
    return f"{', '.join(who)} · {page.language.weekday(day, short=True)} {page.language.short_day(day)}"


def _notices(page: Page, given: AppointmentInput, *, has_proposals: bool) -> list[Notice]:
    notices, said = [], given.four.said
    if said in ("saved", "saved_first"):
        is_cancelled = given.appointment is not None and given.appointment.is_cancelled
        text = page.text("said.appointment_cancelled") if is_cancelled else page.text("said.saved")
        notices.append(Notice("good", text, leads=said == "saved" and not has_proposals))
    if given.visit.problems:
        fields = page.text("appointment.see_fields")
        notices.append(Notice("bad", page.text("appointment.not_saved"), (fields,)))
    return notices


def _question(page: Page, saved: Appointment) -> Question:
    path = f"/appointments/{saved.id}"
    return Question(
        id="appointment-cancellation",
        action=f"{path}/status",
        text=page.text("appointment.cancel_question"),
        yes=page.text("appointment.cancel_yes"),
        back=path,
        hidden=(("revision", str(saved.revision)), ("status", "cancelled")),
        note=page.text("appointment.cancel_note"),
    )
