"""A saved rental: change its end, cancel it, print it, follow a proposal; withdraw a booking that is unknown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment, write_instant
from planner_host.appointments.visit_form import read_moment
from planner_host.mobility.offer_form import change_id_of
from planner_host.mobility.proposals import change_of
from planner_host.pages.drawing import choices_of, draw, find_appointment, look_up_step
from planner_host.pages.own_changes import end_quote, goes_on, make_change, named_change
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from planner_host.views.parts import FormView, form_view
from planner_host.views.step import StepView
from web_base.pages import Page, Program, Refused, own_path, page_route

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

END_FIELDS: Final = ("end_date", "end_time", "end_fold")


def routes(program: Program) -> list[Route]:
    """Return the routes of a saved rental."""
    kept = (*END_FIELDS, "change_id")
    return [
        page_route("/appointments/{id}/rental/end", change_end, program, methods=["POST"], keeps=kept),
        page_route("/appointments/{id}/rental/end/quote", quote_end, program, methods=["POST"], keeps=kept),
        page_route("/appointments/{id}/rental/cancellation", cancel, program, methods=["POST"]),
        page_route("/appointments/{id}/rental/withdrawal", withdraw, program, methods=["POST"]),
        page_route("/appointments/{id}/rental/gone", note_gone, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal", follow_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal/hidden", hide_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/print", print_rental, program),
    ]


def change_end(page: Page) -> Response:
    """Change a rental's end; one that is the present end, as the page showed it, asks nobody."""
    appointment = find_appointment(page)
    end, view = _read_end(page, appointment)
    if end is None:
        return draw(page, appointment, StepView(end=view))
    if end == _present_end(page):
        return draw(page, appointment, StepView(said="same_end"))
    return make_change(page, appointment, _end_change(page, appointment, end), action="change_end", end=view)


def quote_end(page: Page) -> Response:
    """Show what a new end would cost, and how far it could go; the script asks for that alone."""
    appointment = find_appointment(page)
    end, view = _read_end(page, appointment)
    quoted = None
    if end is not None and end != _present_end(page):
        quoted = end_quote(page, appointment, _end_change(page, appointment, end))
    given = StepView(end=view, quoted=quoted)
    if page.is_partial:
        return page.render("end_quote.html", four=given, **wording(page, appointment))
    return draw(page, appointment, given)


def cancel(page: Page) -> Response:
    """Cancel a rental, once the person has confirmed it."""
    appointment = find_appointment(page)
    return make_change(page, appointment, named_change(page, appointment, "cancel"), action="cancel")


def withdraw(page: Page) -> Response:
    """Withdraw a booking whose outcome is unknown."""
    appointment = find_appointment(page)
    change = named_change(page, appointment, "cancel", about="book_change_id")
    return make_change(page, appointment, change, action="withdraw")


def note_gone(page: Page) -> Response:
    """Stop saying that a rental is gone: somebody has noted it. One that is there is left as it is."""
    appointment = find_appointment(page)
    # The providers are asked anew: the rental may be there again.
    for each in look_up_step(page, appointment).gone:
        if each.provider == page.form["provider"]:
            planner_of(page).records.delete_renters(appointment.id, provider=each.provider)
    return page.go(own_path(page.form["next"] or f"/appointments/{appointment.id}#step-4"))


def follow_proposal(page: Page) -> Response:
    """Do what a provider proposes, exactly as it proposes it now; a cancellation asks first.

    A proposal that the provider does not make any more is not followed.
    """
    appointment = find_appointment(page)
    step = look_up_step(page, appointment)
    wanted = page.form["proposal"]
    found = next((each for each in step.all_proposals if each["id"] == wanted), None)
    if found is None:
        return draw(page, appointment, StepView(said="proposal_gone"), step=step)
    action = found["change"]["action"]
    if action == "cancel" and page.form["sure"] != "yes":
        return draw(page, appointment, StepView(asks=f"follow:{found['id']}"), step=step)
    change = change_of(found, appointment, change_id=change_id_of(page.form))
    return make_change(page, appointment, change, action=action, step=step)


def hide_proposal(page: Page) -> Response:
    """Show a proposal no more; after a new revision of the appointment there are new ones."""
    appointment = find_appointment(page)
    proposals = look_up_step(page, appointment).all_proposals
    # Only what is there is stored: a form may send any text.
    if page.form["proposal"] in {each["id"] for each in proposals}:
        planner_of(page).records.hide_proposal(appointment.id, page.form["proposal"])
    return page.go(f"/appointments/{appointment.id}#step-4")


def print_rental(page: Page) -> Response:
    """Show a saved rental as a sheet of paper."""
    appointment = find_appointment(page)
    step = look_up_step(page, appointment)
    if not step.active and not step.failures:
        raise Refused(404, "no_rental")
    page.here = f"/appointments/{appointment.id}/print"
    choices = choices_of(page, appointment)
    return page.render(
        "print.html",
        # A provider that does not answer may have the rental: the page is not the answer yet.
        status=200 if step.active else 503,
        appointment=appointment,
        rentals=step.active,
        failures=(*step.failures, *choices.failures),
        choices=choices,
        printed=page.language.moment(planner_of(page).now(), appointment.zone),
        **wording(page, appointment),
    )


def _read_end(page: Page, appointment: Appointment) -> tuple[datetime | None, FormView]:
    """Return the end that was typed, None where it cannot be read or is not asked for yet; and its form."""
    texts = {name: page.form[name] for name in END_FIELDS}
    problems: dict[str, str] = {}
    end = None
    if not goes_on(page):
        end = read_moment(texts, "end", zone=appointment.zone, now=planner_of(page).now(), problems=problems)
    return end, form_view(page, texts | {"change_id": change_id_of(page.form)}, problems)


def _end_change(page: Page, appointment: Appointment, end: datetime) -> contract.RentalChange:
    change = named_change(page, appointment, "change_end")
    change["end"] = write_instant(end, appointment.zone)
    return change


def _present_end(page: Page) -> datetime | None:
    """Return the end that the page showed, which it sends along."""
    try:
        shown = datetime.fromisoformat(page.form["present_end"])
    except ValueError:
        return None
    return shown if shown.tzinfo else None
