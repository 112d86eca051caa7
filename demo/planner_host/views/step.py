"""Step 4: what the providers say of an appointment, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.form import draw_change_id
from planner_host.mobility.step import ProviderFailure, Step, UnknownChange
from planner_host.planner import planner_of
from planner_host.views.offers import SearchInput, SearchView, search_view
from planner_host.views.parts import (
    Fact,
    Hidden,
    Notice,
    Question,
    Refusal,
    failure_notice,
    filled_facts,
    message_of,
    moment,
    problem_of,
    provider_notice,
    reason,
)
from planner_host.views.rental import EndInput, RentalView, rental_view
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

DONE: Final = ("book", "change_end", "cancel", "withdraw", "rebook")


@dataclass(frozen=True, slots=True)
class StepInput:
    """What the page shows beside what the providers say.

    :ivar said: what has just been done, or could not be.
    :ivar asks: which question the page asks.
    """

    said: str = ""
    asks: str = ""
    search: SearchInput | None = None
    end: EndInput | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class UnknownView:
    """A change whose outcome is not known yet."""

    title: str
    facts: tuple[Fact, ...]
    lines: tuple[str, ...]
    withdraw_link: str
    question: Question | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What a provider proposes, with what it warns of; one that cancels asks first."""

    title: str
    message: str
    action: str
    hidden: Hidden
    hide_action: str
    id: str
    ask_link: str
    question: Question | None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """Step 4. `poll` is the address by which an open page asks whether there is news, else empty."""

    poll: str
    notices: tuple[Notice, ...] = ()
    unknowns: tuple[UnknownView, ...] = ()
    rentals: tuple[RentalView, ...] = ()
    empty: str = ""
    search: SearchView | None = None


def step_view(page: Page, appointment: Appointment | None, step: Step | None, given: StepInput) -> StepView:
    """Fill in step 4; before the first save it only says what comes next."""
    if appointment is None or step is None:
        return StepView("", empty=page.text("step_4.save_first"))
    seen = _seen(step)
    rentals = tuple(
        rental_view(
            page, appointment, step, each, seen=seen, asks=given.asks, end=given.end, refusal=given.refusal
        )
        for each in step.rentals
    )
    empty = _why_nothing_is_offered(page, appointment, step)
    return StepView(
        poll=_poll_address(appointment, step, given.asks) if step.unknowns else "",
        notices=tuple(_notices(page, appointment, step, given)),
        unknowns=tuple(_unknown(page, appointment, each, seen, given.asks) for each in step.unknowns),
        rentals=rentals,
        empty=empty,
        search=None if empty else _search(page, appointment, step, given),
    )


def _why_nothing_is_offered(page: Page, appointment: Appointment, step: Step) -> str:
    if not planner_of(page).host.providers:
        return page.text("step_4.no_provider")
    if appointment.is_cancelled and not step.active:
        return page.text("step_4.cancelled")
    return ""


def _search(page: Page, appointment: Appointment, step: Step, given: StepInput) -> SearchView | None:
    has_other = len(planner_of(page).host.providers) > 1
    if given.search is None or not step.can_search or (step.active and not has_other):
        return None
    planner = planner_of(page)
    failures = [ProviderFailure.of(each, planner) for each in given.search.choices.failures]
    return search_view(
        page, appointment, step, given.search, hidden=_seen(step), failures=failures, refusal=given.refusal
    )


def _notices(page: Page, appointment: Appointment, step: Step, given: StepInput) -> Iterator[Notice]:
    if given.said in DONE:
        again = given.said == "cancel" and step.can_search and not step.active
        lines = (page.text("said.search_again"),) if again else ()
        yield Notice("good", page.text(f"said.{given.said}"), lines)
    if given.said == "proposal_gone":
        yield Notice("warning", page.text("said.proposal_gone"), leads=True)
    if given.said == "same_end":
        yield Notice("info", page.text("said.same_end"), leads=True)
    yield from _settled(page, step)
    yield from _gone(page, appointment, step)
    yield from (failure_notice(page, each) for each in step.failures)
    yield from (provider_notice(page, each) for _, each in step.notices)
    if given.refusal:
        title = page.text(f"refusal.{given.refusal.action}")
        why = reason(page, given.refusal.problem)
        yield Notice("bad", title, (why,), leads=True, id="refusal")


def _settled(page: Page, step: Step) -> Iterator[Notice]:
    """Yield the outcomes that became known while nobody was waiting for them."""
    for each in step.unseen:
        if each.outcome == "done":
            yield Notice("good", page.text(f"said.{each.action}"))
            continue
        why, then = reason(page, problem_of(page, each.code)), page.text(f"refusal.next.{each.action}")
        lines = (each.title, f"{why} {then}") if each.title else (f"{why} {then}",)
        yield Notice("bad", page.text(f"refusal.{each.action}"), lines)


def _gone(page: Page, appointment: Appointment, step: Step) -> Iterator[Notice]:
    for each in step.gone:
        said = tuple(message_of(page, notice) for notice in each.notices)
        yield Notice(
            "warning",
            page.text("gone.title"),
            said or (page.text("gone.help", provider=each.name),),
            button=page.text("gone.noted"),
            action=f"/appointments/{appointment.id}/rental/gone",
            hidden=(("provider", each.provider),),
        )


def _unknown(
    page: Page, appointment: Appointment, change: UnknownChange, seen: Hidden, asks: str
) -> UnknownView:
    zone, period = appointment.zone, change.period
    span = [moment(page, each, zone) for each in (period["start"], period["end"])] if period else []
    lines = [message_of(page, each) for each in change.notices]
    help_text = "" if lines else page.text(f"unknown.help.{change.action}", provider=change.name)
    since = page.text("unknown.since", when=moment(page, change.since, zone)) if change.since else ""
    path = f"/appointments/{appointment.id}"
    is_asked = change.can_be_withdrawn and asks == "withdraw"
    hidden = (*seen, ("provider", change.provider), ("book_change_id", change.change_id))
    question = Question(
        id="withdraw",
        action=f"{path}/rental/withdrawal",
        text=page.text("unknown.withdraw_question"),
        yes=page.text("unknown.withdraw_yes"),
        back=f"{path}#step-4",
        hidden=(*hidden, ("change_id", draw_change_id())),
        note=page.text("unknown.withdraw_note"),
    )
    return UnknownView(
        title=page.text(f"unknown.title.{change.action}"),
        facts=filled_facts(
            (page.text("unknown.car"), (change.title,)),
            (page.text("rental.period"), (" – ".join(span),)),
            (page.text("unknown.end"), (moment(page, change.end, zone),)),
        ),
        lines=(*lines, " ".join(filter(None, (help_text, since)))),
        withdraw_link=f"{path}?ask=withdraw#withdraw" if change.can_be_withdrawn and not is_asked else "",
        question=question if is_asked else None,
    )


def proposal_views(page: Page, appointment: Appointment, step: Step, given: StepInput) -> list[ProposalView]:
    """Fill in what must be decided, rentals that do not fit any more first."""
    views: list[ProposalView] = []
    for shown in step.rentals:
        warnings = shown.warnings
        for proposal in () if step.is_pending(shown.provider) else shown.proposals:
            title = " ".join(message_of(page, each) for each in warnings)
            views.append(_proposal(page, appointment, step, proposal, given, title=title, of=shown.rental))
            warnings = ()
    views += [_proposal(page, appointment, step, each, given) for _, each in step.proposals]
    if views and (given.said == "saved" or given.asks.startswith("follow:")):
        views[0] = replace(views[0], leads=True)
    return views


def _proposal(
    page: Page,
    appointment: Appointment,
    step: Step,
    proposal: contract.Proposal,
    given: StepInput,
    *,
    title: str = "",
    of: contract.Rental | None = None,
) -> ProposalView:
    path, asks = f"/appointments/{appointment.id}", f"follow:{proposal['id']}"
    cancels = proposal["change"]["action"] == "cancel"
    hidden = (*_seen(step), ("proposal", proposal["id"]), ("change_id", draw_change_id()))
    end = moment(page, proposal["change"].get("end", ""), appointment.zone)
    is_asked = cancels and given.asks == asks
    text = (
        page.text("rental.cancel_question", title=of["title"])
        if of
        else page.text("proposal.cancel_question")
    )
    return ProposalView(
        title=title or page.text("proposal.title"),
        message=f"{proposal['message']} ({end})" if end else proposal["message"],
        action=f"{path}/proposal",
        hidden=hidden,
        hide_action=f"{path}/proposal/hidden",
        id=proposal["id"],
        ask_link=f"{path}?ask={quote(asks)}#proposal" if cancels and not is_asked else "",
        question=Question(
            id="proposal",
            action=f"{path}/proposal",
            text=text,
            yes=page.text("rental.cancel_yes"),
            back=path,
            hidden=(*hidden, ("sure", "yes")),
        )
        if is_asked
        else None,
    )


def _poll_address(appointment: Appointment, step: Step, asks: str) -> str:
    asked = f"&ask={quote(asks)}" if asks else ""
    return f"/appointments/{appointment.id}?shown={step.fingerprint}{asked}"


def _seen(step: Step) -> Hidden:
    """Return the outcomes that stand on the page: whoever sends a form from it has seen them."""
    return tuple(("seen", each.change_id or "") for each in step.unseen)
