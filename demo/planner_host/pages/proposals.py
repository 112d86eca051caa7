"""Follow what a provider proposes, or hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from starlette.responses import Response
from starlette.routing import Route

from planner_host.mobility.form import change_id_of
from planner_host.pages.changes import make_change
from planner_host.pages.drawing import draw_saved, find_appointment, look_up_step
from planner_host.planner import planner_of
from planner_host.views.step import StepInput
from web_base.pages import Page, Program, page_route

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


def routes(program: Program) -> list[Route]:
    """Return the routes of proposals."""
    return [
        page_route("/appointments/{id}/proposal", follow_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal/hidden", hide_proposal, program, methods=["POST"]),
    ]


def follow_proposal(page: Page) -> Response:
    """Do what a provider proposes, exactly as it proposes it now; a cancellation asks first.

    A proposal that the provider does not make any more is not followed.
    """
    appointment = find_appointment(page)
    step = look_up_step(page, appointment)
    wanted = page.form["proposal"]
    found = next((each for each in step.all_proposals if each["id"] == wanted), None)
    if found is None:
        return draw_saved(page, appointment, StepInput(said="proposal_gone"), step=step)
    action = found["change"]["action"]
    if action == "cancel" and page.form["sure"] != "yes":
        return draw_saved(page, appointment, StepInput(asks=f"follow:{found['id']}"), step=step)
    change: dict[str, object] = {**found["change"], "change_id": change_id_of(page.form)}
    if action in ("book", "rebook"):
        change["customer"] = appointment.visit.customer
    asked = cast("contract.RentalChange", change)
    return make_change(page, appointment, asked, action=action, step=step)


def hide_proposal(page: Page) -> Response:
    """Show a proposal no more; after a new revision of the appointment there are new ones."""
    appointment = find_appointment(page)
    proposals = look_up_step(page, appointment).all_proposals
    if page.form["proposal"] in {each["id"] for each in proposals}:
        planner_of(page).records.hide_proposal(appointment.id, page.form["proposal"])
    return page.go(f"/appointments/{appointment.id}#step-4")
