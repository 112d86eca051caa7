"""Ask a provider only for changes of what an appointment has: a form may name any rental, of any appointment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobility_hookspecs import make_problem
from planner_host.appointments.appointment import Appointment
from planner_host.mobility.step import Step, look_up
from planner_host.pages import planner_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


def ask_own(
    page: Page,
    appointment: Appointment,
    change: contract.RentalChange,
    *,
    title: str = "",
    step: Step | None = None,
) -> contract.RentalOutcome:
    """Ask a provider for a change of what this appointment has; what is another's is refused here."""
    assert page.user is not None  # noqa: S101  # the route asks for it
    refused = _not_own(page, appointment, change, step)
    if refused is not None:
        return {
            "change_id": change["change_id"],
            "provider": change["provider"],
            "status": "refused",
            "problem": refused,
        }
    changes = planner_of(page).changes
    # What stood on the page that this was asked on has been seen.
    here = {each.change_id for each in changes.unseen.of(appointment.id)}
    changes.unseen.forget(here.intersection(page.form.all("seen")))
    return changes.ask(
        change,
        appointment_id=appointment.id,
        user=page.user.name,
        locale=page.language.code,
        title=title,
    )


def was_asked(page: Page, appointment: Appointment, change: contract.RentalChange) -> bool:
    """Return whether this very change of this appointment was asked for before: its outcome is asked for again."""
    named = change["change_id"], change["provider"], change.get("rental_id")
    return any(
        (deed.change_id, deed.provider, deed.rental_id if "rental_id" in change else None) == named
        for deed in planner_of(page).audit.of(appointment.id)
    )


def _not_own(
    page: Page, appointment: Appointment, change: contract.RentalChange, step: Step | None
) -> contract.Problem | None:
    """Return why a change is refused: it names what is not this appointment's, or what its provider does not tell.

    What was booked here is known without asking; the provider then says what has become of it.
    """
    code = page.language.code
    problem = make_problem("rental_not_found", locale=code, detail=page.text("rental.not_own"))
    if change.get("appointment_id", appointment.id) != appointment.id:
        return problem
    if "rental_id" not in change and "book_change_id" not in change:
        return None
    if _was_booked_here(page, appointment, change) or was_asked(page, appointment, change):
        return None
    step = step or look_up(appointment, planner_of(page), locale=code)
    silent = (each.problem for each in step.failures if each.provider == change["provider"])
    return None if step.has(change) else next(silent, problem)


def _was_booked_here(page: Page, appointment: Appointment, change: contract.RentalChange) -> bool:
    """Return whether the audit log has the booking that a change is about as this appointment's."""
    deeds = planner_of(page).audit.of(appointment.id)
    bookings = [
        each for each in deeds if each.action in ("book", "rebook") and each.provider == change["provider"]
    ]
    if "book_change_id" in change:
        return any(each.change_id == change["book_change_id"] for each in bookings)
    rentals = {each.rental_id for each in bookings if each.outcome == "done"}
    return change["rental_id"] in rentals and change.get("site", appointment.site) == appointment.site
