"""Ask a provider only for changes of what an appointment has: a form may name any rental, of any appointment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from starlette.responses import Response

from mobility_hookspecs import make_problem
from planner_host.appointments.appointment import Appointment
from planner_host.mobility.offer_form import change_id_of, draw_change_id
from planner_host.mobility.quotes import quote
from planner_host.mobility.step import Step
from planner_host.pages.drawing import draw, look_up_step
from planner_host.pages.saving import read_revision
from planner_host.planner import planner_of, user_name
from planner_host.views.parts import FormView, form_view
from planner_host.views.quotes import QuoteView, quote_view
from planner_host.views.step import StepView
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


def goes_on(page: Page) -> bool:
    """Return whether somebody comes back to a form, having signed in again, and asks for nothing yet."""
    return page.form["do"] == "again"


def named_change(
    page: Page, appointment: Appointment, action: str, *, about: str = "rental_id"
) -> contract.RentalChange:
    """Return a change of a rental as the page showed it, with its revision, or of an open booking."""
    change: dict[str, object] = {
        "change_id": change_id_of(page.form),
        "provider": page.form["provider"],
        "action": action,
        "site": page.form["site"] or appointment.site,
        about: page.form[about],
    }
    if about == "rental_id" and (revision := read_revision(page.form["revision"])):
        change["revision"] = revision
    return cast("contract.RentalChange", change)


def make_change(
    page: Page,
    appointment: Appointment,
    change: contract.RentalChange,
    *,
    action: str,
    step: Step | None = None,
    end: FormView | None = None,
) -> Response:
    """Ask for a change, and show what became of it.

    :param step: what the providers say, where it is known already.
    :param end: the form of the new end, to be shown beside a refusal: with the id of the next try.
    """
    outcome = ask_own(page, appointment, change, step=step)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done={action}#step-4")
    problem, given = problem_of_outcome(page, outcome), StepView()
    if end is not None:
        # A refusal belongs to this change: the next try is another.
        again = form_view(page, {**end.values, "change_id": draw_change_id()}, {}, problem)
        # A car that somebody else has later may be free for a part of the time.
        is_taken = problem["code"] == "vehicle_unavailable"
        given = StepView(end=again, quoted=end_quote(page, appointment, change) if is_taken else None)
    return draw(page, appointment, replace(given, refusal=(action, problem)))


def end_quote(page: Page, appointment: Appointment, change: contract.RentalChange) -> QuoteView:
    """Return what a new end of this appointment's rental would cost, as the page shows it."""
    is_own = _why_not_own(page, appointment, change, None) is None
    quoted = quote(change, planner_of(page), locale=page.language.code) if is_own else None
    return quote_view(page, quoted, appointment.zone)


def ask_own(
    page: Page,
    appointment: Appointment,
    change: contract.RentalChange,
    *,
    title: str = "",
    step: Step | None = None,
) -> contract.RentalOutcome:
    """Ask a provider for a change of what this appointment has; refuse one of what another has."""
    problem = _why_not_own(page, appointment, change, step)
    if problem is not None:
        named = {"change_id": change["change_id"], "provider": change["provider"]}
        return {**named, "status": "refused", "problem": problem}  # type: ignore[typeddict-item]
    planner = planner_of(page)
    # The person has seen what stood on the page that the form was sent from.
    here = {each.change_id or "" for each in planner.audit.unseen(appointment.id)}
    planner.audit.mark_seen(here.intersection(page.form.all("seen")))
    return planner.changes.ask(
        change, appointment_id=appointment.id, user=user_name(page), locale=page.language.code, title=title
    )


def problem_of_outcome(page: Page, outcome: contract.RentalOutcome) -> contract.Problem:
    """Return why a change was refused, also where the provider does not say."""
    return outcome.get("problem") or make_problem("provider_failed", locale=page.language.code)


def _why_not_own(
    page: Page, appointment: Appointment, change: contract.RentalChange, step: Step | None
) -> contract.Problem | None:
    """Return why a change is refused: it is not about this appointment, or its provider does not say so."""
    problem = make_problem("rental_not_found", locale=page.language.code, detail=page.text("rental.not_own"))
    if change.get("appointment_id", appointment.id) != appointment.id:
        return problem
    # What was booked here is known without asking the provider, who then says what has become of it.
    if ("rental_id" not in change and "book_change_id" not in change) or _is_known(page, appointment, change):
        return None
    step = step or look_up_step(page, appointment)
    silent = (each.problem for each in step.failures if each.provider == change["provider"])
    return None if step.has(change) else next(silent, problem)


def _is_known(page: Page, appointment: Appointment, change: contract.RentalChange) -> bool:
    """Return whether the audit log has, as this appointment's, the booking that a change is about, or the change."""
    entries = [e for e in planner_of(page).audit.of(appointment.id) if e.provider == change["provider"]]
    ids = {entry.change_id for entry in entries}
    # A second click finds the change itself: its answer is the outcome of the first.
    if not ids.isdisjoint((change["change_id"], change.get("book_change_id"))):
        return True
    is_here = change.get("site", appointment.site) == appointment.site
    return is_here and any(
        entry.rental_id == change.get("rental_id") and entry.outcome == "done"
        for entry in entries
        if entry.action in ("book", "rebook")
    )
