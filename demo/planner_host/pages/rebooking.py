"""Rebook by hand: another vehicle, period or customer in one step; the rental stays until the new one stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.offer_form import (
    OfferForm,
    Wanted,
    draw_change_id,
    filled_in,
    read_offer_form,
    what_was_changed,
)
from planner_host.mobility.offers import Offers, title_of
from planner_host.mobility.quotes import quote
from planner_host.mobility.rebooking import form_for, rebooking_of, vehicle_of
from planner_host.mobility.step import ShownRental, Step
from planner_host.pages.drawing import find_appointment, look_up_step, search_view
from planner_host.pages.offers import KEPT, Sent, draw_sent, search_for, with_steps_saved
from planner_host.pages.own_changes import ask_own, goes_on, named_change, problem_of_outcome
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from planner_host.views.decisions import can_rebook
from planner_host.views.parts import problem_of
from planner_host.views.quotes import QuoteView, quote_view
from planner_host.views.step import RebookingView, StepView
from web_base.pages import Page, Program, page_route

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

_NAMED: Final = ("provider", "site", "rental_id", "revision")


def routes(program: Program) -> list[Route]:
    """Return the routes of rebooking; the form of the search is sent to them as to those of search and booking."""
    path, kept = "/appointments/{id}/rebooking", (*KEPT, *_NAMED)
    return [
        page_route(f"{path}/offers", find_offers, program, methods=["POST"], keeps=kept),
        page_route(f"{path}/same", quote_same, program, methods=["POST"]),
        page_route(f"{path}/rental", rebook, program, methods=["POST"], keeps=kept),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was sent, the whole step, and the rental that the form names, if it can be rebooked."""

    sent: Sent
    step: Step
    old: ShownRental | None

    @property
    def form(self) -> OfferForm:
        """Return the form."""
        return self.sent.form

    @property
    def appointment(self) -> Appointment:
        """Return the appointment, with which the form agrees."""
        return self.sent.appointment

    def wanted(self, page: Page) -> Wanted:
        """Read the form."""
        return read_offer_form(self.form, self.appointment, now=planner_of(page).now())


def open_rebooking(page: Page, appointment: Appointment, step: Step) -> StepView:
    """Return step 4 with the form open, and what is free; nothing of it where no rental can be rebooked."""
    old = next((each for each in step.active if can_rebook(page, each)), None)
    if old is None or step.is_pending(old.provider):
        return StepView()
    form = form_for(appointment, old, language=page.language, now=planner_of(page).now())
    return _view(page, _Asked(Sent(appointment, form), step, old))


def find_offers(page: Page) -> Response:
    """Search for another vehicle. What is unsaved in steps 1 to 3 is saved first."""
    asked = _read(page)
    if isinstance(asked, Response):
        return asked
    problems = {
        name: key for name, key in asked.wanted(page).problems.items() if not name.startswith("renter_")
    }
    return _draw(page, asked, _view(page, asked, problems=problems), is_list=not problems)


def quote_same(page: Page) -> Response:
    """Show what the rental's own vehicle would cost for the form's period; the script asks for that alone."""
    appointment = find_appointment(page)
    step, form = look_up_step(page, appointment), filled_in(page.form)
    asked = _Asked(Sent(appointment, form), step, _named_rental(page, step))
    four = StepView(rebooking=_rebooking(page, asked))
    return page.render(
        "rebooking_same.html", four=four, path=f"/appointments/{appointment.id}", **wording(page, appointment)
    )


def rebook(page: Page) -> Response:
    """Replace the rental by the option that was chosen, or by its own vehicle for another period or customer."""
    asked = _read(page)
    if isinstance(asked, Response):
        return asked
    if goes_on(page):
        return _draw(page, asked, _view(page, asked))
    wanted, option_id = asked.wanted(page), page.form["same"] or asked.form.option.partition(":")[2]
    problems = dict(wanted.problems)
    if wanted.period is not None and (wrong := _what_is_wrong(page, asked.form, wanted.period)):
        problems["option"] = wrong
    if problems or wanted.period is None or wanted.customer is None:
        return _draw(page, asked, _view(page, asked, problems=problems))
    named = named_change(page, asked.appointment, "rebook")
    change = rebooking_of(named, option_id, wanted.period, wanted.customer)
    own = asked.old.rental["title"] if asked.old and page.form["same"] else ""
    title = own or title_of(f"{change['provider']}:{option_id}", planner_of(page))
    outcome = ask_own(page, asked.appointment, change, title=title, step=asked.step)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{asked.appointment.id}?done=rebook#step-4")
    return _show_refusal(page, asked, outcome)


def _what_is_wrong(page: Page, form: OfferForm, period: contract.Period) -> str:
    """Return the key of the text that says why what was chosen cannot be taken as it was shown; empty where it can."""
    if page.form["same"]:
        return "" if page.form["same_for"] == _written(period) else "option.other_period"
    is_chosen = form.option.startswith(f"{page.form['provider']}:")
    return what_was_changed(form, period) if is_chosen else "option.missing"


def _read(page: Page) -> _Asked | Response:
    """Read the form; what is unsaved in steps 1 to 3 is saved first, or the page says why it cannot be."""
    sent = with_steps_saved(page)
    if isinstance(sent, Response):
        return sent
    step = look_up_step(page, sent.appointment)
    return _Asked(sent, step, _named_rental(page, step))


def _named_rental(page: Page, step: Step) -> ShownRental | None:
    """Return the rental that the form names, as it is now, if it can be rebooked."""
    named = (page.form["provider"], page.form["rental_id"])
    found = (each for each in step.active if (each.provider, each.rental["id"]) == named)
    return next((each for each in found if can_rebook(page, each)), None)


def _view(
    page: Page,
    asked: _Asked,
    *,
    problems: Mapping[str, str] | None = None,
    refused: contract.Problem | None = None,
    instead: Sequence[contract.MobilityOption] = (),
) -> StepView:
    """Return step 4 with the form open, and with what the rental's provider has; or that it cannot be rebooked now."""
    if asked.old is None:
        return StepView(refusal=("rebook", refused or problem_of(page, "changed_elsewhere")))
    offers = search_for(page, asked.appointment, asked.form, instead=instead)
    if offers is not None:
        offers = _of_provider(offers, asked.old.provider)
    search = search_view(
        page, asked.appointment, asked.form, problems=problems, refused=refused, offers=offers
    )
    return StepView(search=search, rebooking=_rebooking(page, asked))


def _of_provider(offers: Offers, provider: str) -> Offers:
    """Return what one provider offers: only its own can take the place of its rental."""
    own = tuple(each for each in offers.options if each.key.startswith(f"{provider}:"))
    others = sum(each.is_exact for each in offers.options) - sum(each.is_exact for each in own)
    return replace(offers, options=own, total=offers.total - others)


def _rebooking(page: Page, asked: _Asked) -> RebookingView | None:
    if asked.old is None:
        return None
    wanted, same = asked.wanted(page), None
    can_keep = bool(vehicle_of(asked.old)) and planner_of(page).can(asked.old.provider, "quote")
    if can_keep and wanted.period is not None and wanted.customer is not None:
        same = _quote_same(page, asked, asked.old, wanted.period, wanted.customer)
    return RebookingView(
        asked.old,
        # The form is drawn as if there were no rental: it neither is a second one, nor is its customer locked by it.
        free=replace(asked.step, rentals=(), is_locked=False),
        has_vehicle=can_keep,
        same=same,
        same_for=_written(wanted.period) if wanted.period else "",
    )


def _quote_same(
    page: Page, asked: _Asked, old: ShownRental, period: contract.Period, customer: contract.Customer
) -> QuoteView | None:
    """Return what the rental's own vehicle would cost; None where nothing would change, or that is not known."""
    rental = old.rental
    if old.renter == customer and _written(rental["period"]) == _written(period):
        return None
    named: contract.RentalChange = {
        "change_id": asked.form.change_id,
        "provider": old.provider,
        "action": "rebook",
        "site": rental["site"],
        "rental_id": rental["id"],
        "revision": rental["revision"],
    }
    change = rebooking_of(named, vehicle_of(old), period, customer)
    quoted = quote(change, planner_of(page), locale=page.language.code)
    return quote_view(page, quoted, asked.appointment.zone) if quoted else None


def _written(period: contract.Period) -> str:
    """Return a period as the form carries it, whatever its offsets."""
    start, end = (datetime.fromisoformat(period[side]).timestamp() for side in ("start", "end"))
    return f"{start:.0f}/{end:.0f}"


def _show_refusal(page: Page, asked: _Asked, outcome: contract.RentalOutcome) -> Response:
    """Show why nothing was rebooked, and what could be had instead, on a form with a new id."""
    problem, instead = problem_of_outcome(page, outcome), outcome.get("alternatives") or ()
    form = asked.form if problem["retryable"] else replace(asked.form, change_id=draw_change_id(), option="")
    asked = replace(asked, sent=replace(asked.sent, form=form))
    view = _view(page, asked, refused=problem, instead=instead)
    return _draw(page, asked, replace(view, refusal=("rebook", problem)))


def _draw(page: Page, asked: _Asked, view: StepView, *, is_list: bool = False) -> Response:
    """Draw the page; the script takes the list alone out of it where nothing else has changed."""
    response = draw_sent(page, asked.sent, view, step=asked.step)
    if page.is_partial and not is_list and not asked.sent.is_new:
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#step-4"
    return response
