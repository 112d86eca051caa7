"""Step 4: search, and save a rental of what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment
from planner_host.appointments.visit_form import texts_of
from planner_host.mobility.offer_form import (
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
from planner_host.mobility.offers import Offers, search, title_of
from planner_host.mobility.step import Step
from planner_host.pages.drawing import choices_of, draw, find_appointment, look_up_step, search_view
from planner_host.pages.own_changes import ask_own, goes_on, problem_of_outcome
from planner_host.pages.saving import UNSAVED_FIELDS, save_texts, unsaved_texts
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from planner_host.views.step import StepView
from web_base.pages import A_YEAR, Page, Program, as_a_whole, page_route

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

KEPT: Final = (*FIELDS, *sorted(UNSAVED_FIELDS))
"""What outlives the end of a session: the form of step 4, and what stood unsaved beside it."""

OWN_STATION: Final = "planner-host-own-station"
"""The cookie with the station whose cars come first, as a person has chosen it at this computer."""


def routes(program: Program) -> list[Route]:
    """Return the routes of search and booking."""
    return [
        page_route("/appointments/{id}/offers", find_offers, program, methods=["POST"], keeps=KEPT),
        page_route("/appointments/{id}/rental", save_rental, program, methods=["POST"], keeps=KEPT),
    ]


@dataclass(frozen=True, slots=True)
class Sent:
    """An appointment and a form of step 4 that agree; `is_new` where the appointment was saved just now."""

    appointment: Appointment
    form: OfferForm
    is_new: bool = False


def find_offers(page: Page) -> Response:
    """Search, and show what was found; the own station that was chosen is remembered."""
    response = _find_offers(page)
    if "own_station" in page.form:
        own = quote(page.form["own_station"])
        response.set_cookie(OWN_STATION, own, max_age=A_YEAR, httponly=True, samesite="lax")
    return response


def _find_offers(page: Page) -> Response:
    """Search, and show what was found; the script asks for the list alone. What is unsaved is saved first."""
    sent = with_steps_saved(page)
    if isinstance(sent, Response):
        return sent
    appointment, form = sent.appointment, sent.form
    wanted = read_offer_form(form, appointment, now=planner_of(page).now())
    # Who rents matters when the rental is saved, not for what is free.
    problems = {name: key for name, key in wanted.problems.items() if not name.startswith("renter_")}
    offers = None if problems else search_for(page, appointment, form, period=wanted.period)
    view = search_view(page, appointment, form, problems=problems, offers=offers)
    # The list alone is enough where nothing else on the open page has changed.
    if offers is not None and page.is_partial and not sent.is_new:
        return page.render(
            "offers.html",
            images=offers.images,
            search=view,
            is_second=page.form["is_second"] == "yes",
            path=f"/appointments/{appointment.id}",
            is_whole=False,
            **wording(page, appointment),
        )
    response = draw_sent(page, sent, StepView(search=view))
    if page.is_partial and not sent.is_new:
        # More than the list has changed: the fields say what is wrong with them.
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#step-4"
    return response


def save_rental(page: Page) -> Response:
    """Book the option that was chosen. What is unsaved is saved first."""
    sent = with_steps_saved(page)
    if isinstance(sent, Response):
        return sent
    if goes_on(page):
        return _search_again(page, sent, {})
    change, problems = _read_booking(page, sent)
    if change is None or problems:
        return _search_again(page, sent, problems)
    step = None
    # The providers are notified of what has just been saved before one of them books for it.
    if sent.is_new or _may_be_booked_elsewhere(page, sent.appointment, change["provider"]):
        step = look_up_step(page, sent.appointment)
        unconfirmed = _unconfirmed(step, change["provider"], sent.form)
        if unconfirmed:
            return _search_again(page, sent, unconfirmed, step=step)
    title = title_of(sent.form.option, planner_of(page))
    outcome = ask_own(page, sent.appointment, change, title=title)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{sent.appointment.id}?done=book#step-4")
    return _show_refusal(page, sent, outcome)


def search_for(
    page: Page,
    appointment: Appointment,
    form: OfferForm,
    *,
    period: contract.Period | None = None,
    instead: Sequence[contract.MobilityOption] = (),
) -> Offers | None:
    """Search for what a form says, alternatives of a refusal first; None where it has no period.

    Whatever else is wrong with the form does not matter.

    :param period: the form's, where it was read already.
    """
    planner = planner_of(page)
    period = period or read_offer_form(form, appointment, now=planner.now()).period
    if period is None:
        return None
    remembered = unquote(page.request.cookies.get(OWN_STATION, ""))
    return search(
        request_of(form, period, appointment),
        planner,
        choices=choices_of(page, appointment),
        language=page.language,
        instead=instead,
        order=page.form["sort"],
        own=(page.form.all("own_station") or (remembered,))[-1],
    )


def draw_sent(page: Page, sent: Sent, given: StepView, *, step: Step | None = None) -> Response:
    """Draw the page; whoever comes back from signing in again finds what was typed."""
    if not sent.is_new:
        return draw(page, sent.appointment, given, step=step, texts=unsaved_texts(page))
    response = draw(page, sent.appointment, replace(given, said="saved_first"), step=step)
    return as_a_whole(page, response)


def with_steps_saved(page: Page) -> Sent | Response:
    """Save what stands unsaved in steps 1 to 3, and let the form follow; or show why it cannot be saved."""
    appointment, form = find_appointment(page), filled_in(page.form)
    texts = unsaved_texts(page)
    saved: Appointment | Response = appointment
    if texts and not goes_on(page) and texts != texts_of(appointment, language=page.language):
        saved = save_texts(page, texts, offer_form=form)
    if isinstance(saved, Response):
        return as_a_whole(page, saved)
    if saved.revision == appointment.revision:
        return Sent(appointment, form)
    now = planner_of(page).now()
    form = follow_steps(form, appointment, saved, language=page.language, now=now)
    return Sent(saved, form, is_new=True)


def _read_booking(page: Page, sent: Sent) -> tuple[contract.RentalChange | None, dict[str, str]]:
    """Return the booking that a form asks for, and what is wrong with the form."""
    wanted = read_offer_form(sent.form, sent.appointment, now=planner_of(page).now())
    if wanted.problems or wanted.period is None or wanted.customer is None:
        return None, dict(wanted.problems)
    change = booking_of(sent.form, wanted.period, wanted.customer, sent.appointment)
    wrong = what_was_changed(sent.form, wanted.period) if change else "option.missing"
    return change, {"option": wrong} if wrong else {}


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
    page: Page, sent: Sent, problems: Mapping[str, str], *, step: Step | None = None
) -> Response:
    """Show the form as it was sent, with what is wrong and the list that was chosen from."""
    silent: dict[str, str] = {}
    if step is not None and "silent" in problems:
        failures = step.silent(sent.form.option.partition(":")[0])
        silent = {each.provider: planner_of(page).provider_name(each.provider) for each in failures}
    offers = search_for(page, sent.appointment, sent.form)
    view = search_view(page, sent.appointment, sent.form, problems=problems, offers=offers, silent=silent)
    return draw_sent(page, sent, StepView(search=view), step=step)


def _show_refusal(page: Page, sent: Sent, outcome: contract.RentalOutcome) -> Response:
    """Show why nothing was booked, and what could be had instead, on a form with a new id."""
    problem, instead = problem_of_outcome(page, outcome), outcome.get("alternatives")
    offers = None if instead is None else search_for(page, sent.appointment, sent.form, instead=instead)
    # A refusal that keeps nothing lets the same change run again; after any other it would only be refused anew.
    form = sent.form if problem["retryable"] else replace(sent.form, change_id=draw_change_id(), option="")
    view = search_view(page, sent.appointment, form, refused=problem, offers=offers)
    return draw(page, sent.appointment, StepView(search=view, refusal=("book", problem)))
