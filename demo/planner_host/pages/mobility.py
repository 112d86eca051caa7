"""Step 4: search, save a rental, change its end, cancel it, give up a booking, follow a proposal or hide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from starlette.responses import Response
from starlette.routing import Route

from mobility_hookspecs import make_problem
from planner_host.appointments.appointment import Appointment, write_instant
from planner_host.appointments.form import read_moment
from planner_host.mobility.form import (
    FIELDS,
    OfferForm,
    booking_of,
    change_id_of,
    draw_change_id,
    filled_in,
    follow_steps,
    read_offer_form,
    request_of,
    what_was_changed,
)
from planner_host.mobility.offers import search
from planner_host.mobility.step import ShownFailure
from planner_host.pages import planner_of
from planner_host.pages.appointment import UNSAVED_FIELDS, find_appointment, save_unsaved, unsaved_texts
from planner_host.pages.changes import ask_own, was_asked
from planner_host.pages.sheet import (
    EndForm,
    Refusal,
    Sheet,
    draw,
    offers_of,
    period_alone,
    reason,
    sheet_of,
    with_forms,
)
from web_base.names import lines_of
from web_base.pages import (
    Page,
    Program,
    Refused,
    as_a_whole,
    page_route,
)

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

KEPT: Final = (*FIELDS, *sorted(UNSAVED_FIELDS))
"""What outlives the end of a session: the form of step 4, and what stood unsaved beside it."""

END_FIELDS: Final = ("end_date", "end_time", "end_fold", "change_id")
"""What somebody typed as a rental's new end, and the change that it is for."""


def routes(program: Program) -> list[Route]:
    """Give the routes of step 4."""
    return [
        page_route("/appointments/{id}/offers", find_offers, program, methods=["POST"], keeps=KEPT),
        page_route("/appointments/{id}/rental", save_rental, program, methods=["POST"], keeps=KEPT),
        page_route("/appointments/{id}/rental/end", change_end, program, methods=["POST"], keeps=END_FIELDS),
        page_route("/appointments/{id}/rental/cancellation", cancel, program, methods=["POST"]),
        page_route("/appointments/{id}/rental/giving-up", give_up, program, methods=["POST"]),
        page_route("/appointments/{id}/rental/gone", note_gone, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal", follow_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/proposal/hidden", hide_proposal, program, methods=["POST"]),
        page_route("/appointments/{id}/print", print_rental, program),
    ]


def find_offers(page: Page) -> Response:
    """Search, and show what was found; the script asks for the list alone. What is unsaved is saved first."""
    saved = _with_steps_saved(page)
    if isinstance(saved, Response):
        return saved
    appointment, form = saved.appointment, saved.form
    planner = planner_of(page)
    wanted = read_offer_form(form, appointment, now=planner.now())
    # Who rents matters once the rental is saved, not for what is free.
    problems = {name: key for name, key in wanted.problems.items() if not name.startswith("renter_")}
    offers = None
    choices = planner.filters.choices(appointment.site, page.language.code)
    if not problems and wanted.period is None:
        wanted = replace(wanted, period=period_alone(form, appointment, page))
    if wanted.period is not None and not problems:
        request = request_of(form, wanted.period, appointment)
        offers = search(request, planner, choices=choices, language=page.language)
    if page.is_partial and not problems and offers is not None and not saved.is_new:
        is_second = page.form["is_second"] == "yes"
        return page.render(
            "offers.html",
            images=offers.images,
            offers=offers,
            form=form,
            is_second=is_second,
            silent=(),
            why=partial(reason, page),
        )
    sheet = replace(saved.sheet(page), offer_form=form, offer_problems=problems, offers=offers)
    response = draw(page, with_forms(page, sheet))
    if saved.is_new:
        return as_a_whole(page, response)
    if page.is_partial:
        # Not the list alone has changed: the fields say what is wrong with them.
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#step-4"
    return response


def save_rental(page: Page) -> Response:
    """Book the option that was chosen. What is unsaved is saved first."""
    saved = _with_steps_saved(page)
    if isinstance(saved, Response):
        return saved
    appointment, form = saved.appointment, saved.form
    sheet = saved.sheet(page)
    if _goes_on(page):
        return _search_again(page, sheet, form, {})
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
        return _search_again(page, sheet, form, problems)
    assert sheet.step is not None  # noqa: S101  # a saved appointment has one
    silent = sheet.step.silent(change["provider"])
    if sheet.step.elsewhere(change["provider"]) and not form.accepts_second:
        problems["second"] = "option.second"
    if {each.provider for each in silent}.difference(form.accepts_silent):
        problems["silent"] = "option.silent"
        sheet = replace(sheet, silent=silent)
    if problems:
        return _search_again(page, sheet, form, problems)
    outcome = ask_own(page, appointment, change, title=planner.titles.title(form.option))
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done=book#step-4")
    return _refused_booking(page, appointment, form, outcome)


@dataclass(frozen=True, slots=True)
class _Saved:
    """An appointment and a form of step 4 that agree; `is_new` where the appointment was saved just now."""

    appointment: Appointment
    form: OfferForm
    is_new: bool = False

    def sheet(self, page: Page) -> Sheet:
        """Draw the appointment's sheet; who comes back, having signed in anew, finds what was typed."""
        sheet = sheet_of(page, self.appointment)
        if self.is_new:
            return replace(sheet, said="saved_first")
        return replace(sheet, texts=unsaved_texts(page) or sheet.texts)


def _with_steps_saved(page: Page) -> _Saved | Response:
    """Save what stands unsaved in steps 1 to 3, and let the form follow; or answer why it cannot be saved."""
    appointment, form = find_appointment(page), filled_in(page.form)
    if _goes_on(page):
        return _Saved(appointment, form)
    saved = save_unsaved(page, appointment, form)
    if isinstance(saved, Response):
        return as_a_whole(page, saved)
    if saved.revision == appointment.revision:
        return _Saved(appointment, form)
    now = planner_of(page).now()
    form = follow_steps(form, appointment, saved, language=page.language, now=now)
    return _Saved(saved, form, is_new=True)


def change_end(page: Page) -> Response:
    """Change a rental's end."""
    appointment = find_appointment(page)
    sheet = sheet_of(page, appointment)
    texts = {f"end_{part}": page.form[f"end_{part}"] for part in ("date", "time", "fold")}
    if _goes_on(page):
        form = EndForm(texts["end_date"], texts["end_time"], texts["end_fold"], change_id_of(page.form))
        return draw(page, replace(sheet, end_form=form))
    problems: dict[str, str] = {}
    end = read_moment(texts, "end", zone=appointment.zone, now=planner_of(page).now(), problems=problems)
    about = _about_rental(page, appointment, "change_end")
    if end is None:
        form = EndForm(
            texts["end_date"], texts["end_time"], texts["end_fold"], str(about["change_id"]), problems
        )
        return draw(page, replace(sheet, end_form=form))
    change = cast("contract.RentalChange", about | {"end": write_instant(end, appointment.zone)})
    if _ends_so(sheet, change, end) and not was_asked(page, appointment, change):
        return draw(page, replace(sheet, said="same_end"))
    outcome = ask_own(page, appointment, change, step=sheet.step)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done=change_end#step-4")
    return _show_refusal(page, appointment, "change_end", outcome, texts)


def _ends_so(sheet: Sheet, change: contract.RentalChange, end: datetime) -> bool:
    """Return whether the rental that a change names ends so already."""
    rentals = [each.rental for each in sheet.step.active] if sheet.step else []
    named = change["provider"], change["rental_id"]
    ends = [each["period"]["end"] for each in rentals if (each["provider"], each["id"]) == named]
    return end in map(datetime.fromisoformat, ends)


def cancel(page: Page) -> Response:
    """Cancel a rental, once the advisor has confirmed it."""
    appointment = find_appointment(page)
    change = cast("contract.RentalChange", _about_rental(page, appointment, "cancel"))
    outcome = ask_own(page, appointment, change)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done=cancel#step-4")
    return _show_refusal(page, appointment, "cancel", outcome)


def give_up(page: Page) -> Response:
    """Give up a booking whose outcome is unknown."""
    appointment = find_appointment(page)
    change: dict[str, object] = {
        "change_id": change_id_of(page.form),
        "provider": page.form["provider"],
        "action": "cancel",
        "site": appointment.site,
        "book_change_id": page.form["book_change_id"],
    }
    outcome = ask_own(page, appointment, cast("contract.RentalChange", change))
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
    found = next((each for each in sheet.step.all_proposals if each["id"] == wanted), None)
    if found is None:
        return draw(page, replace(sheet, said="proposal_gone"))
    action = found["change"]["action"]
    if action == "cancel" and page.form["sure"] != "yes":
        return draw(page, replace(sheet, asks=f"follow:{found['id']}"))
    change: dict[str, object] = {**found["change"], "change_id": change_id_of(page.form)}
    if action in ("book", "rebook"):
        change["customer"] = appointment.visit.customer
    outcome = ask_own(page, appointment, cast("contract.RentalChange", change), step=sheet.step)
    if outcome["status"] != "refused":
        return page.go(f"/appointments/{appointment.id}?done={action}#step-4")
    return _show_refusal(page, appointment, action, outcome)


def hide_proposal(page: Page) -> Response:
    """Show a proposal no more; a new revision of the appointment makes new ones."""
    appointment = find_appointment(page)
    step = sheet_of(page, appointment).step
    assert step is not None  # noqa: S101  # a saved appointment has one
    if page.form["proposal"] in {each["id"] for each in step.all_proposals}:
        planner_of(page).records.hide_proposal(appointment.id, page.form["proposal"])
    return page.go(f"/appointments/{appointment.id}#step-4")


def print_rental(page: Page) -> Response:
    """Show a saved rental as a sheet of paper."""
    appointment = find_appointment(page)
    sheet = sheet_of(page, appointment)
    assert sheet.step is not None  # noqa: S101  # a saved appointment has one
    if not sheet.step.active and not sheet.step.failures:
        raise Refused(404, "no_rental")
    page.here = f"/appointments/{appointment.id}/print"
    planner = planner_of(page)
    choices = planner.filters.choices(appointment.site, page.language.code)
    return page.render(
        "print.html",
        status=200 if sheet.step.active else 503,
        appointment=appointment,
        rentals=sheet.step.active,
        failures=(*sheet.step.failures, *(ShownFailure.of(each, planner) for each in choices.failures)),
        why=partial(reason, page),
        lines_of=lines_of,
        choices=choices,
        printed=page.language.moment(planner.now(), appointment.zone),
        when=lambda text: _when(page, appointment, text),
    )


def _when(page: Page, appointment: Appointment, text: str) -> str:
    return page.language.moment(datetime.fromisoformat(text), appointment.zone)


def _goes_on(page: Page) -> bool:
    """Tell whether somebody comes back to a form, having signed in anew, and asks for nothing yet."""
    return page.form["do"] == "again"


def _problem_of(page: Page, outcome: contract.RentalOutcome) -> contract.Problem:
    """Give why a change was refused, also where the provider does not say."""
    return outcome.get("problem") or make_problem("provider_failed", locale=page.language.code)


def _about_rental(page: Page, appointment: Appointment, action: str) -> dict[str, object]:
    """Write what every change of a rental names: as the page showed it, its revision too."""
    change: dict[str, object] = {
        "change_id": change_id_of(page.form),
        "provider": page.form["provider"],
        "action": action,
        "site": page.form["site"] or appointment.site,
        "rental_id": page.form["rental_id"],
    }
    revision = page.form["revision"]
    if revision.isdecimal() and len(revision) < 10:
        change["revision"] = int(revision)
    return change


def _search_again(page: Page, sheet: Sheet, form: OfferForm, problems: Mapping[str, str]) -> Response:
    """Show the form as it was sent, with what is wrong and the list that was chosen from."""
    assert sheet.appointment is not None  # noqa: S101  # a booking is of a saved one
    offers = offers_of(page, sheet.appointment, form)
    sheet = replace(sheet, offer_form=form, offer_problems=problems, offers=offers)
    return draw(page, with_forms(page, sheet))


def _refused_booking(
    page: Page, appointment: Appointment, form: OfferForm, outcome: contract.RentalOutcome
) -> Response:
    """Say why nothing was booked, and offer what could be had instead, on a form with a new id."""
    sheet = sheet_of(page, appointment)
    problem = _problem_of(page, outcome)
    offers = None
    if "alternatives" in outcome:
        offers = offers_of(page, appointment, form, alternatives=outcome["alternatives"])
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
