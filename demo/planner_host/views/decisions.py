"""What somebody must decide about an appointment: it stands before everything else on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.offer_form import draw_change_id
from planner_host.mobility.proposals import change_of
from planner_host.mobility.quotes import quote
from planner_host.mobility.states import Standing
from planner_host.mobility.step import ShownRental, Step
from planner_host.planner import planner_of
from planner_host.views.days import brief
from planner_host.views.parts import message_of
from planner_host.views.quotes import QuoteView, quote_view
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


@dataclass(frozen=True, slots=True)
class Choice:
    """A proposal: what it says, what would be another than now (`facts`), what it would cost, and its button.

    :ivar asks: what the page's address names where the button asks first; empty where it acts at once.
    :ivar is_asked: whether the page asks it now.
    :ivar rental: what is rented, to be named in the question; empty where it is about a rental that is not shown.
    """

    proposal: str
    message: str
    facts: Sequence[str]
    quote: QuoteView
    label: str
    change_id: str
    asks: str = ""
    is_asked: bool = False
    rental: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """How an appointment stands with a provider, where that needs somebody.

    :ivar noted: names of the notices that somebody can note.
    :ivar gone: the provider that lost the rental; empty where there is none lost.
    :ivar by_hand: the button that rebooks the rental by hand; empty where that cannot be done.
    """

    title: str
    lines: Sequence[str] = ()
    choices: Sequence[Choice] = ()
    noted: Sequence[str] = ()
    gone: str = ""
    by_hand: str = ""

    @property
    def has_action(self) -> bool:
        """Return whether a proposal can be followed now."""
        return any(each.quote.is_possible for each in self.choices)


def decisions_of(page: Page, appointment: Appointment, step: Step, *, asks: str) -> list[Decision]:
    """Return what is to be decided, rentals first; the providers say what their proposals would cost."""
    found = [
        _about_rental(page, appointment, each, asks)
        for each in step.rentals
        if not step.is_pending(each.provider)
    ]
    found += [_without_rental(page, appointment, each, asks) for each in step.others]
    return [each for each in found if each is not None]


def can_rebook(page: Page, shown: ShownRental) -> bool:
    """Return whether a rental can be replaced by another in one step."""
    return "rebook" in shown.rental["allowed_changes"] and planner_of(page).can(shown.provider, "rebook")


def _about_rental(page: Page, appointment: Appointment, shown: ShownRental, asks: str) -> Decision | None:
    standing = shown.standing
    if standing.word != "attention" and not standing.proposals:
        return None
    return Decision(
        _said(page, standing),
        choices=[_choice(page, appointment, each, shown, asks) for each in standing.proposals],
        noted=standing.noted_as,
        by_hand=_by_hand(page, standing) if standing.proposals and can_rebook(page, shown) else "",
    )


def _by_hand(page: Page, standing: Standing) -> str:
    """Return what rebooking by hand is called beside what is proposed."""
    is_proposed = any(each["change"]["action"] == "rebook" for each in standing.proposals)
    return page.text("rental.rebook_by_hand" if is_proposed else "do.rebook")


def _without_rental(page: Page, appointment: Appointment, standing: Standing, asks: str) -> Decision | None:
    if standing.word != "attention" and not standing.proposals:
        return None
    choices = [_choice(page, appointment, each, None, asks) for each in standing.proposals]
    if not standing.is_gone:
        return Decision(_said(page, standing), choices=choices, noted=standing.noted_as)
    why = " ".join(message_of(page, each) for each in standing.reasons)
    provider = planner_of(page).provider_name(standing.provider)
    lines = [why or page.text("gone.help", provider=provider)]
    return Decision(page.text("gone.title"), lines, choices, gone=standing.provider)


def _said(page: Page, standing: Standing) -> str:
    """Return what the provider says of it; one of contract 1.0 may say no more than that something does not fit."""
    if standing.reasons:
        return " ".join(message_of(page, each) for each in standing.reasons)
    if standing.proposals:
        return page.text("proposal.title")
    return page.text("today.see_provider", provider=planner_of(page).provider_name(standing.provider))


def _choice(
    page: Page, appointment: Appointment, proposal: contract.Proposal, shown: ShownRental | None, asks: str
) -> Choice:
    action, change_id = proposal["change"]["action"], draw_change_id()
    if shown and proposal["change"].get("rental_id") != shown.rental["id"]:
        shown = None
    quoted = QuoteView()
    if action != "cancel":
        change = change_of(proposal, appointment, change_id=change_id)
        quoted = quote_view(
            page, quote(change, planner_of(page), locale=page.language.code), appointment.zone
        )
    label = page.text(f"do.{action}")
    own = f"follow:{proposal['id']}" if action == "cancel" else ""
    return Choice(
        proposal=proposal["id"],
        message=proposal["message"],
        facts=_facts(page, appointment, proposal["change"], shown) if shown else (),
        quote=quoted,
        label=f"{label} ({quoted.difference})" if quoted.difference else label,
        change_id=change_id,
        asks=own,
        is_asked=bool(own) and own == asks,
        rental=shown.rental["title"] if shown else "",
    )


def _facts(
    page: Page, appointment: Appointment, change: contract.ProposedChange, shown: ShownRental
) -> list[str]:
    """Return what would be another than it is: the end, the period, who rents."""
    facts, rental = [], shown.rental

    def when(text: str) -> str:
        return brief(page.language, datetime.fromisoformat(text), appointment.zone)

    if "end" in change:
        facts.append(page.text("decision.end", old=when(rental["period"]["end"]), new=when(change["end"])))
    if "period" in change and not _is_same(change["period"], rental["period"]):
        old, new = (
            f"{when(each['start'])} – {when(each['end'])}" for each in (rental["period"], change["period"])
        )
        facts.append(page.text("decision.period", old=old, new=new))
    renter, customer = shown.renter, appointment.visit.customer
    if change["action"] == "rebook" and renter and renter != customer:
        old, new = (", ".join(lines_of(each)) for each in (renter, customer))
        facts.append(page.text("decision.renter", old=old, new=new))
    return facts


def _is_same(one: contract.Period, other: contract.Period) -> bool:
    sides = ("start", "end")
    first, second = ([datetime.fromisoformat(each[side]) for side in sides] for each in (one, other))  # type: ignore[literal-required]
    return first == second
