"""The search of step 4: its form, and the list of what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.form import RENTER, FoundFor, OfferForm
from planner_host.mobility.offers import Offers, ShownOption
from planner_host.mobility.step import ProviderFailure, Step
from planner_host.providers.filters import Choice, Choices
from planner_host.views.parts import (
    Fact,
    FormView,
    Hidden,
    Notice,
    Refusal,
    customer_facts,
    failure_notice,
    form_view,
    with_prefix,
)
from web_base.names import lines_of
from web_base.pages import Page


@dataclass(frozen=True, slots=True)
class SearchInput:
    """What is on the form, what is wrong with it, and what was found.

    :ivar silent: the providers that did not answer, whose missing answer a booking must accept.
    """

    form: OfferForm
    choices: Choices
    problems: Mapping[str, str] = field(default_factory=dict)
    offers: Offers | None = None
    silent: Sequence[ProviderFailure] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """A check box."""

    name: str
    value: str
    label: str
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class OffersView:
    """The list. `found` is its heading, or the first line of `nothing`, the reasons why there is none.

    :ivar groups: headings, each with its options.
    :ivar has_focus: whether the browser moves the focus to the heading; after a partial update the script does.
    """

    action: str
    found_for: FoundFor | None
    notices: tuple[Notice, ...] = ()
    found: str = ""
    truncated: str = ""
    nothing: tuple[str, ...] = ()
    hint: str = ""
    groups: tuple[tuple[str, Sequence[ShownOption]], ...] = ()
    has_prices: bool = False
    ticks: tuple[Tick, ...] = ()
    chosen: str = ""
    images: tuple[str, ...] = ()
    has_focus: bool = False


@dataclass(frozen=True, slots=True)
class SearchView:
    """The form, with the list below it.

    :ivar customer: the customer of the DMS, whose data cannot be changed; else the form has fields.
    :ivar renter: what the folded fields say.
    :ivar is_second: whether the appointment has a rental already.
    """

    action: str
    form: FormView
    hidden: Hidden
    customer: tuple[Fact, ...]
    renter: str
    is_renter_open: bool
    notices: tuple[Notice, ...]
    groups: tuple[tuple[str, str, tuple[Tick, ...]], ...]
    offers: OffersView
    is_second: bool
    is_open: bool


def search_view(
    page: Page,
    appointment: Appointment,
    step: Step,
    given: SearchInput,
    *,
    hidden: Hidden,
    failures: Sequence[ProviderFailure],
    refusal: Refusal | None,
) -> SearchView:
    """Fill in the form.

    :param hidden: the outcomes on the page, which count as seen when the form is sent.
    :param failures: the providers that did not say what can be searched for.
    """
    form = given.form
    marked = refusal.marked_fields(page, "book") if refusal else {}
    is_locked = appointment.is_from_dms or step.is_locked
    customer = cast("Mapping[str, object]", appointment.visit.customer)
    own = (("change_id", form.change_id), *((("is_second", "yes"),) if step.active else ()))
    return SearchView(
        action=f"/appointments/{appointment.id}/offers",
        form=form_view(page, form.texts, given.problems, marked=marked),
        hidden=(*own, *hidden),
        customer=customer_facts(page, customer) if is_locked else (),
        renter=", ".join(lines_of(with_prefix(form.texts, "renter_"))) or page.text("offer.customer_missing"),
        is_renter_open=not given.problems.keys().isdisjoint(RENTER),
        notices=tuple(failure_notice(page, each) for each in failures),
        groups=(
            ("vehicle_class", page.text("offer.classes"), _ticks(given.choices.classes, form.classes)),
            ("feature", page.text("offer.features"), _ticks(given.choices.features, form.features)),
        ),
        offers=list_view(page, appointment.id, given, is_second=bool(step.active)),
        is_second=bool(step.active),
        is_open=bool(given.offers or given.problems),
    )


def _ticks(choices: Sequence[Choice], ticked: Sequence[str]) -> tuple[Tick, ...]:
    return tuple(Tick("", each.id, each.name, each.id in ticked) for each in choices)


def list_view(page: Page, appointment_id: str, given: SearchInput, *, is_second: bool) -> OffersView:
    """Fill in the list of a whole page."""
    action = f"/appointments/{appointment_id}/rental"
    notices = _problem_notices(page, given)
    if given.offers is None:
        return OffersView(action, None, notices)
    is_second = is_second or "second" in given.problems
    view = offers_view(page, appointment_id, given.form, given.offers, is_second=is_second)
    silent = tuple(
        Tick(
            "silent",
            each.provider,
            page.text("option.accept_silent", provider=each.name),
            each.provider in given.form.accepts_silent,
        )
        for each in given.silent
    )
    return replace(view, notices=(*notices, *view.notices), ticks=(*view.ticks, *silent), has_focus=True)


def offers_view(
    page: Page, appointment_id: str, form: OfferForm, offers: Offers, *, is_second: bool
) -> OffersView:
    """Fill in the list alone, as the script asks for it."""
    view = OffersView(
        action=f"/appointments/{appointment_id}/rental",
        found_for=offers.found_for,
        notices=tuple(failure_notice(page, each) for each in offers.failures),
        groups=_groups(page, offers),
        has_prices=offers.has_prices,
        ticks=(Tick("second", "yes", page.text("option.accept_second")),) if is_second else (),
        chosen=form.option,
        images=offers.images,
    )
    return _with_heading(page, view, offers)


def _with_heading(page: Page, view: OffersView, offers: Offers) -> OffersView:
    """Return the view with how many were found, or why none."""
    count = page.language.count
    if offers.is_instead:
        return view
    if offers.exact:
        truncated = count("offers.truncated", len(offers.exact)) if offers.is_truncated else ""
        return replace(view, found=count("offers.found", offers.total), truncated=truncated)
    if offers.failures and not offers.explanations:
        return view
    first = page.text("offers.alternatives_only" if offers.alternatives else "offers.none")
    reasons = (f"{each.name}: {each.message}" for each in offers.explanations)
    hint = page.text("offers.none_help" if offers.has_filters else "offers.none_help_period")
    return replace(view, nothing=(first, *reasons), hint=hint)


def _groups(page: Page, offers: Offers) -> tuple[tuple[str, Sequence[ShownOption]], ...]:
    near = (page.text("offers.alternatives"), offers.alternatives)
    exact = (page.text("offers.rest") if offers.is_instead else "", offers.exact)
    ordered = (near, exact) if offers.is_instead else (exact, near)
    return tuple(group for group in ordered if group[1])


def _problem_notices(page: Page, given: SearchInput) -> tuple[Notice, ...]:
    """Return why nothing was searched or booked."""
    if not given.problems:
        return ()
    if given.offers is None:
        return (Notice("bad", page.text("offer.not_searched"), (page.text("appointment.see_fields"),)),)
    lines = []
    if given.silent:
        lines.append(page.text("option.silent", providers=", ".join(each.name for each in given.silent)))
    key = given.problems.get("option") or given.problems.get("second")
    if key or not given.silent:
        lines.append(page.text(key or "appointment.see_fields"))
    return (Notice("bad", page.text("refusal.book"), tuple(lines), leads=True),)
