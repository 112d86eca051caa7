"""Step 4: search, and save a rental of what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment, period_of
from planner_host.appointments.form import read_period
from planner_host.mobility.form import (
    FIELDS,
    OfferForm,
    booking_of,
    draw_change_id,
    filled_in,
    follow_steps,
    read_offer_form,
    request_of,
    what_was_changed,
)
from planner_host.mobility.offers import Offers, search, with_alternatives
from planner_host.mobility.step import Step
from planner_host.pages.changes import ask_own, goes_on, problem_of_outcome
from planner_host.pages.drawing import choices_of, draw_saved, find_appointment, look_up_step
from planner_host.pages.saving import UNSAVED_FIELDS, save_unsaved, unsaved_texts
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from planner_host.views.parts import Refusal
from planner_host.views.step import SearchInput, StepInput
from web_base.pages import Page, Program, as_a_whole, page_route

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

KEPT: Final = (*FIELDS, *sorted(UNSAVED_FIELDS))
"""What outlives the end of a session: the form of step 4, and what stood unsaved beside it."""


def routes(program: Program) -> list[Route]:
    """Return the routes of search and booking."""
    return [
        page_route("/appointments/{id}/offers", find_offers, program, methods=["POST"], keeps=KEPT),
        page_route("/appointments/{id}/rental", save_rental, program, methods=["POST"], keeps=KEPT),
    ]


@dataclass(frozen=True, slots=True)
class _Sent:
    """An appointment and a form of step 4 that agree; `is_new` where the appointment was saved just now."""

    appointment: Appointment
    form: OfferForm
    is_new: bool = False

    def draw(self, page: Page, given: StepInput, *, step: Step | None = None) -> Response:
        """Draw the page; whoever comes back from signing in again finds what was typed."""
        said = replace(given, said="saved_first") if self.is_new else given
        texts = None if self.is_new else unsaved_texts(page)
        response = draw_saved(page, self.appointment, said, step=step, texts=texts)
        return as_a_whole(page, response) if self.is_new else response


def find_offers(page: Page) -> Response:
    """Search, and show what was found; the script asks for the list alone. What is unsaved is saved first."""
    sent = _with_steps_saved(page)
    if isinstance(sent, Response):
        return sent
    appointment, form = sent.appointment, sent.form
    wanted = read_offer_form(form, appointment, now=planner_of(page).now())
    # Who rents matters when the rental is saved, not for what is free.
    problems = {name: key for name, key in wanted.problems.items() if not name.startswith("renter_")}
    offers = None if problems else search_for(page, appointment, form)
    if page.is_partial and offers is not None and not sent.is_new:
        search = SearchInput(form, choices_of(page, appointment), offers=offers)
        is_second = page.form["is_second"] == "yes"
        words = wording(page, appointment)
        return page.render(
            "offers.html",
            images=offers.images,
            search=search,
            is_second=is_second,
            path=f"/appointments/{appointment.id}",
            is_whole=False,
            **words,
        )
    response = sent.draw(page, _search_input(page, sent, problems, offers))
    if page.is_partial and not sent.is_new:
        # More than the list has changed: the fields say what is wrong with them.
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#step-4"
    return response


def save_rental(page: Page) -> Response:
    """Book the option that was chosen. What is unsaved is saved first."""
    sent = _with_steps_saved(page)
    if isinstance(sent, Response):
        return sent
    if goes_on(page):
        return _search_again(page, sent, {})
    change, problems = _read_booking(page, sent)
    if change is None or problems:
        return _search_again(page, sent, problems)
    step = None
    # The providers are told of what has just been saved before one of them books for it.
    if sent.is_new or _may_be_booked_elsewhere(page, sent.appointment, change["provider"]):
        step = look_up_step(page, sent.appointment)
        unconfirmed = _unconfirmed(step, change["provider"], sent.form)
        if unconfirmed:
            return _search_again(page, sent, unconfirmed, step=step)
    title = planner_of(page).titles.title(sent.form.option)
    outcome = ask_own(page, sent.appointment, change, title=title)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{sent.appointment.id}?done=book#step-4")
    return _show_refusal(page, sent, outcome)


def search_for(
    page: Page,
    appointment: Appointment,
    form: OfferForm,
    *,
    alternatives: Sequence[contract.MobilityOption] = (),
) -> Offers | None:
    """Search for what a form says, alternatives of a refusal first; None where it has no period.

    Whatever else is wrong with the form does not matter.
    """
    planner, problems = planner_of(page), dict[str, str]()
    start, end = read_period(form.texts, zone=appointment.zone, now=planner.now(), problems=problems)
    if start is None or end is None or end <= start:
        return None
    choices = choices_of(page, appointment)
    request = request_of(form, period_of(start, end, appointment.zone), appointment)
    found = search(request, planner, choices=choices, language=page.language)
    if not alternatives:
        return found
    return with_alternatives(found, alternatives, planner, choices=choices, language=page.language)


def _with_steps_saved(page: Page) -> _Sent | Response:
    """Save what stands unsaved in steps 1 to 3, and let the form follow; or show why it cannot be saved."""
    appointment, form = find_appointment(page), filled_in(page.form)
    if goes_on(page):
        return _Sent(appointment, form)
    saved = save_unsaved(page, appointment, form)
    if isinstance(saved, Response):
        return as_a_whole(page, saved)
    if saved.revision == appointment.revision:
        return _Sent(appointment, form)
    now = planner_of(page).now()
    form = follow_steps(form, appointment, saved, language=page.language, now=now)
    return _Sent(saved, form, is_new=True)


def _read_booking(page: Page, sent: _Sent) -> tuple[contract.RentalChange | None, dict[str, str]]:
    """Return the booking that a form asks for, and what is wrong with the form."""
    wanted = read_offer_form(sent.form, sent.appointment, now=planner_of(page).now())
    problems = dict(wanted.problems)
    if wanted.period is None or wanted.customer is None:
        return None, problems
    change = booking_of(sent.form, wanted.period, wanted.customer, sent.appointment)
    changed = what_was_changed(sent.form, wanted.period)
    if change is None:
        problems["option"] = "option.missing"
    elif changed:
        problems["option"] = changed
    return change, problems


def _may_be_booked_elsewhere(page: Page, appointment: Appointment, provider: str) -> bool:
    """Return whether another provider may have a rental; the one that books says so itself."""
    planner = planner_of(page)
    loaded = {info["id"] for info in planner.host.providers}
    booked = {each for _, each in planner.records.booked_here([appointment.id], now=planner.now())}
    pending = {each.provider for each in planner.changes.open_changes(appointment.id)}
    return bool((loaded | booked | pending) - {provider})


def _unconfirmed(step: Step, provider: str, form: OfferForm) -> dict[str, str]:
    """Return what must be confirmed first: a second rental, or that another provider does not answer."""
    problems = {}
    if step.elsewhere(provider) and not form.accepts_second:
        problems["second"] = "option.second"
    if {each.provider for each in step.silent(provider)}.difference(form.accepts_silent):
        problems["silent"] = "option.silent"
    return problems


def _search_again(
    page: Page, sent: _Sent, problems: Mapping[str, str], *, step: Step | None = None
) -> Response:
    """Show the form as it was sent, with what is wrong and the list that was chosen from."""
    offers = search_for(page, sent.appointment, sent.form)
    given = _search_input(page, sent, problems, offers)
    if step is not None and given.search is not None and "silent" in problems:
        silent = step.silent(sent.form.option.partition(":")[0])
        given = replace(given, search=replace(given.search, silent=silent))
    return sent.draw(page, given, step=step)


def _search_input(page: Page, sent: _Sent, problems: Mapping[str, str], offers: Offers | None) -> StepInput:
    choices = choices_of(page, sent.appointment)
    return StepInput(search=SearchInput(sent.form, choices, problems, offers))


def _show_refusal(page: Page, sent: _Sent, outcome: contract.RentalOutcome) -> Response:
    """Show why nothing was booked, and what could be had instead, on a form with a new id."""
    problem = problem_of_outcome(page, outcome)
    offers = None
    if "alternatives" in outcome:
        offers = search_for(page, sent.appointment, sent.form, alternatives=outcome["alternatives"])
    # A refusal that keeps nothing lets the same change run again; after any other it would only be refused anew.
    form = sent.form if problem["retryable"] else replace(sent.form, change_id=draw_change_id(), option="")
    given = _search_input(page, replace(sent, form=form), {}, offers)
    return draw_saved(page, sent.appointment, replace(given, refusal=Refusal("book", problem)))
