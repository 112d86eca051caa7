"""Step 4: search, save a rental, change its end, cancel it, give up a booking, follow a proposal or hide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from starlette.responses import Response
from starlette.routing import Route

from demo_base.pages import Page, Program, Refused, page_route
from mobility_hookspecs import make_problem
from planner_host.appointments import Appointment, period_of, write_instant
from planner_host.offer_form import (
    FIELDS,
    OfferForm,
    booking_of,
    draw_change_id,
    filled_in,
    read_offer_form,
    request_of,
    what_was_changed,
)
from planner_host.offers import Offers, search, with_alternatives
from planner_host.pages import planner_of
from planner_host.pages.appointment import find_appointment
from planner_host.pages.sheet import EndForm, Refusal, Sheet, draw, reason, sheet_of, with_forms
from planner_host.visit_form import read_moment, read_period

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

LONGEST_ID: Final = 255
"""Characters that the contract gives a provider's ids."""

END_FIELDS: Final = ("end_date", "end_time", "end_fold", "change_id")
"""What somebody typed as a rental's new end, and the change that it is for."""


def routes(program: Program) -> list[Route]:
    """Give the routes of step 4."""
    return [
        page_route("/appointments/{id}/offers", find_offers, program, methods=["POST"], keeps=FIELDS),
        page_route("/appointments/{id}/rental", save_rental, program, methods=["POST"], keeps=FIELDS),
        page_route("/appointments/{id}/rental/end", change_end, program, methods=["POST"], keeps=END_FIELDS),
        page_route("/appointments/{id}/rental/cancellation", cancel, program, methods=["POST"]),
        page_route("/appointments/{id}/rental/giving-up", give_up, program, methods=["POST"]),
        page_route("/appointments/{id}/rental/gone", note_gone, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal", follow_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal/hidden", hide_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/print", print_rental, program),
    ]


def find_offers(page: Page) -> Response:
    """Search, and show what was found; the script asks for the list alone."""
    appointment, form = find_appointment(page), filled_in(page.form)
    planner = planner_of(page)
    wanted = read_offer_form(form, appointment, now=planner.now())
    # Who rents matters once the rental is saved, not for what is free.
    problems = {name: key for name, key in wanted.problems.items() if not name.startswith("renter_")}
    offers = None
    choices = planner.filters.choices(appointment.site, page.language.code)
    if not problems and wanted.period is None:
        wanted = replace(wanted, period=_period_alone(form, appointment, page))
    if wanted.period is not None and not problems:
        request = request_of(form, wanted.period, appointment)
        offers = search(request, planner, choices=choices, language=page.language)
    if page.is_partial and not problems and offers is not None:
        is_second = page.form["is_second"] == "yes"
        return page.render(
            "offers.html",
            images=offers.images,
            offers=offers,
            form=form,
            is_second=is_second,
            why=partial(reason, page),
        )
    sheet = replace(sheet_of(page, appointment), offer_form=form, offer_problems=problems, offers=offers)
    response = draw(page, with_forms(page, sheet))
    if page.is_partial:
        # Not the list alone has changed: the fields say what is wrong with them.
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#step-4"
    return response


def save_rental(page: Page) -> Response:
    """Book the option that was chosen."""
    appointment, form = find_appointment(page), filled_in(page.form)
    if _goes_on(page):
        return _search_again(page, appointment, form, {})
    planner = planner_of(page)
    wanted = read_offer_form(form, appointment, now=planner.now())
    problems = dict(wanted.problems)
    change = None
    if wanted.period is not None and wanted.customer is not None:
        change = booking_of(form, wanted.period, wanted.customer, appointment)
        changed = what_was_changed(form, wanted.period)
        if change is None:
            problems["option"] = "option.missing"
        elif changed:
            problems["option"] = changed
    if change is None or problems:
        return _search_again(page, appointment, form, problems)
    if _is_second(page, appointment, change) and not form.accepts_second:
        return _search_again(page, appointment, form, {"second": "option.second"})
    outcome = _ask(page, appointment, change, title=planner.titles.title(form.option))
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done=book#step-4")
    return _refused_booking(page, appointment, form, outcome)


def change_end(page: Page) -> Response:
    """Change a rental's end."""
    appointment = find_appointment(page)
    texts = {f"end_{part}": page.form[f"end_{part}"] for part in ("date", "time", "fold")}
    if _goes_on(page):
        form = EndForm(texts["end_date"], texts["end_time"], texts["end_fold"], _change_id(page))
        return draw(page, replace(sheet_of(page, appointment), end_form=form))
    problems: dict[str, str] = {}
    end = read_moment(texts, "end", zone=appointment.zone, now=planner_of(page).now(), problems=problems)
    about = _about_rental(page, appointment, "change_end")
    if end is not None and (sheet := _as_it_ends(page, appointment, about, end)):
        return draw(page, replace(sheet, said="same_end"))
    if end is not None:
        change = about | {"end": write_instant(end, appointment.zone)}
        outcome = _ask(page, appointment, cast("contract.RentalChange", change))
        if outcome["status"] != "refused":
            return page.go(f"/appointments/{appointment.id}?done=change_end#step-4")
        return _show_refusal(page, appointment, "change_end", outcome, texts)
    form = EndForm(texts["end_date"], texts["end_time"], texts["end_fold"], str(about["change_id"]), problems)
    return draw(page, replace(sheet_of(page, appointment), end_form=form))


def _as_it_ends(
    page: Page, appointment: Appointment, about: Mapping[str, object], end: datetime
) -> Sheet | None:
    """Give the sheet where the rental ends so already, and not because this very change was asked for before."""
    deeds = planner_of(page).audit.of(appointment.id)
    if any(deed.change_id == about["change_id"] for deed in deeds):
        return None
    sheet = sheet_of(page, appointment)
    rentals = [each.rental for each in sheet.step.active] if sheet.step else []
    named = about["provider"], about["rental_id"]
    ends = [each["period"]["end"] for each in rentals if (each["provider"], each["id"]) == named]
    return sheet if end in map(datetime.fromisoformat, ends) else None


def cancel(page: Page) -> Response:
    """Cancel a rental, once the advisor has confirmed it."""
    appointment = find_appointment(page)
    change = cast("contract.RentalChange", _about_rental(page, appointment, "cancel"))
    outcome = _ask(page, appointment, change)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done=cancel#step-4")
    return _show_refusal(page, appointment, "cancel", outcome)


def give_up(page: Page) -> Response:
    """Give up a booking whose outcome is unknown."""
    appointment = find_appointment(page)
    change: dict[str, object] = {
        "change_id": _change_id(page),
        "provider": page.form["provider"],
        "action": "cancel",
        "site": appointment.site,
        "book_change_id": page.form["book_change_id"],
    }
    outcome = _ask(page, appointment, cast("contract.RentalChange", change))
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done=give_up#step-4")
    return _show_refusal(page, appointment, "give_up", outcome)


def note_gone(page: Page) -> Response:
    """Say no more that a rental is gone: somebody has seen it. One that is there is left as it is."""
    appointment = find_appointment(page)
    step = sheet_of(page, appointment).step
    assert step is not None  # noqa: S101  # a saved appointment has one
    for each in step.gone:
        if each.provider == page.form["provider"]:
            planner_of(page).records.forget_renters(appointment.id, provider=each.provider)
    return page.go(f"/appointments/{appointment.id}#step-4")


def follow_proposal(page: Page) -> Response:
    """Do what a provider proposes, exactly as it proposes it now; one that is gone is not followed.

    One that cancels asks first.
    """
    appointment = find_appointment(page)
    sheet = sheet_of(page, appointment)
    wanted = page.form["proposal"]
    assert sheet.step is not None  # noqa: S101  # a saved appointment has one
    proposals = [each for shown in sheet.step.rentals for each in shown.proposals]
    proposals += [each for _, each in sheet.step.proposals]
    found = next((each for each in proposals if each["id"] == wanted), None)
    if found is None:
        return draw(page, replace(sheet, said="proposal_gone"))
    action = found["change"]["action"]
    if action == "cancel" and page.form["sure"] != "yes":
        return draw(page, replace(sheet, asks=f"follow:{found['id']}"))
    change: dict[str, object] = {**found["change"], "change_id": _change_id(page)}
    if action in ("book", "rebook"):
        change["customer"] = appointment.visit.customer
    outcome = _ask(page, appointment, cast("contract.RentalChange", change))
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done={action}#step-4")
    return _show_refusal(page, appointment, action, outcome)


def hide_proposal(page: Page) -> Response:
    """Show a proposal no more; a new revision of the appointment makes new ones."""
    appointment = find_appointment(page)
    planner_of(page).records.hide_proposal(appointment.id, page.form["proposal"][:LONGEST_ID])
    return page.go(f"/appointments/{appointment.id}#step-4")


def print_rental(page: Page) -> Response:
    """Show a saved rental as a sheet of paper."""
    appointment = find_appointment(page)
    sheet = sheet_of(page, appointment)
    assert sheet.step is not None  # noqa: S101  # a saved appointment has one
    if not sheet.step.active:
        raise Refused(404, "no_rental")
    page.here = f"/appointments/{appointment.id}/print"
    planner = planner_of(page)
    choices = planner.filters.choices(appointment.site, page.language.code)
    return page.render(
        "print.html",
        appointment=appointment,
        rentals=sheet.step.active,
        choices=choices,
        printed=page.language.moment(planner.now(), appointment.zone),
        when=lambda text: _when(page, appointment, text),
    )


def _when(page: Page, appointment: Appointment, text: str) -> str:
    return page.language.moment(datetime.fromisoformat(text), appointment.zone)


def _ask(
    page: Page, appointment: Appointment, change: contract.RentalChange, *, title: str = ""
) -> contract.RentalOutcome:
    assert page.user is not None  # noqa: S101  # the route asks for it
    changes = planner_of(page).changes
    # What stood on the page that this was asked on has been seen.
    changes.unseen.forget(page.form.all("seen"))
    return changes.ask(
        change,
        appointment_id=appointment.id,
        user=page.user.name,
        locale=page.language.code,
        title=title,
    )


def _goes_on(page: Page) -> bool:
    """Tell whether somebody comes back to a form, having signed in anew, and asks for nothing yet."""
    return page.form["do"] == "again"


def _change_id(page: Page) -> str:
    return page.form["change_id"] or draw_change_id()


def _problem_of(page: Page, outcome: contract.RentalOutcome) -> contract.Problem:
    """Give why a change was refused, also where the provider does not say."""
    return outcome.get("problem") or make_problem("provider_failed", locale=page.language.code)


def _about_rental(page: Page, appointment: Appointment, action: str) -> dict[str, object]:
    """Write what every change of a rental names: as the page showed it, its revision too."""
    change: dict[str, object] = {
        "change_id": _change_id(page),
        "provider": page.form["provider"],
        "action": action,
        "site": page.form["site"] or appointment.site,
        "rental_id": page.form["rental_id"],
    }
    revision = page.form["revision"]
    if revision.isdecimal() and len(revision) < 10:
        change["revision"] = int(revision)
    return change


def _is_second(page: Page, appointment: Appointment, change: contract.RentalChange) -> bool:
    """Tell whether another provider has an active rental for the appointment already."""
    gathered = planner_of(page).host.mobility_states([appointment.id], locale=page.language.code)
    return any(
        state.get("rental", {}).get("status") in ("reserved", "picked_up")
        for provider, states in gathered.answers.items()
        if provider != change["provider"]
        for state in states
    )


def _search_again(
    page: Page, appointment: Appointment, form: OfferForm, problems: Mapping[str, str]
) -> Response:
    """Show the form as it was sent, with what is wrong and the list that was chosen from."""
    offers = _offers(page, appointment, form)
    sheet = replace(sheet_of(page, appointment), offer_form=form, offer_problems=problems, offers=offers)
    return draw(page, with_forms(page, sheet))


def _offers(
    page: Page,
    appointment: Appointment,
    form: OfferForm,
    *,
    alternatives: Sequence[contract.MobilityOption] = (),
) -> Offers | None:
    """Search with the form as it was sent, alternatives of a refusal first; None where it has no period."""
    period = _period_alone(form, appointment, page)
    if period is None:
        return None
    planner = planner_of(page)
    choices = planner.filters.choices(appointment.site, page.language.code)
    found = search(request_of(form, period, appointment), planner, choices=choices, language=page.language)
    if not alternatives:
        return found
    return with_alternatives(found, alternatives, planner, choices=choices, language=page.language)


def _refused_booking(
    page: Page, appointment: Appointment, form: OfferForm, outcome: contract.RentalOutcome
) -> Response:
    """Say why nothing was booked, and offer what could be had instead, on a form with a new id."""
    sheet = sheet_of(page, appointment)
    problem = _problem_of(page, outcome)
    offers = None
    if "alternatives" in outcome:
        offers = _offers(page, appointment, form, alternatives=outcome["alternatives"])
    # A refusal that keeps nothing lets the same change run again; after any other it would only be refused anew.
    again = form if problem["retryable"] else replace(form, change_id=draw_change_id(), option="")
    sheet = replace(
        sheet,
        offer_form=again,
        offers=offers,
        refusal=Refusal("book", problem),
    )
    return draw(page, with_forms(page, sheet))


def _show_refusal(
    page: Page,
    appointment: Appointment,
    action: str,
    outcome: contract.RentalOutcome,
    texts: Mapping[str, str] | None = None,
) -> Response:
    sheet: Sheet = replace(
        sheet_of(page, appointment),
        refusal=Refusal(action, _problem_of(page, outcome)),
    )
    if texts is not None and sheet.end_form is not None:
        form = replace(sheet.end_form, date=texts["end_date"], time=texts["end_time"], fold=texts["end_fold"])
        sheet = replace(sheet, end_form=form)
    return draw(page, sheet)


def _period_alone(form: OfferForm, appointment: Appointment, page: Page) -> contract.Period | None:
    start, end = read_period(form.texts, zone=appointment.zone, now=planner_of(page).now(), problems={})
    if start is None or end is None or end <= start:
        return None
    return period_of(start, end, appointment.zone)
