"""Step 4: what the page shows beside what the providers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

from planner_host.appointments.appointment import Appointment
from planner_host.appointments.form import moment_texts
from planner_host.mobility.form import OfferForm, draw_change_id
from planner_host.mobility.offers import Offers
from planner_host.mobility.step import ProviderFailure, Step
from planner_host.providers.filters import Choices
from planner_host.views.parts import FormView, Refusal, form_view
from web_base.pages import Page

DONE: Final = ("book", "change_end", "cancel", "withdraw", "rebook")
"""What a page says that it was done."""


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
class EndInput:
    """What was typed as a rental's new end, and what is wrong with it; `change_id` is drawn with the form."""

    texts: Mapping[str, str]
    change_id: str
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepInput:
    """What has just been done or refused (`said`, `refusal`), what the page asks (`asks`), and its two forms."""

    said: str = ""
    asks: str = ""
    search: SearchInput | None = None
    end: EndInput | None = None
    refusal: Refusal | None = None

    def marked_fields(self, page: Page, action: str) -> dict[str, str]:
        """Return the field of an action's form that was refused, with the reason."""
        return self.refusal.marked_fields(page, action) if self.refusal else {}


@dataclass(frozen=True, slots=True)
class EndFormView:
    """The form for the end of the rental whose car is reserved or out; `present_end` is what it is now."""

    form: FormView
    change_id: str
    present_end: str


def search_form(page: Page, given: StepInput) -> FormView | None:
    """Fill in the form of the search."""
    if given.search is None:
        return None
    marked = given.marked_fields(page, "book")
    return form_view(page, given.search.form.texts, given.search.problems, marked=marked)


def end_form(page: Page, appointment: Appointment, step: Step, given: StepInput) -> EndFormView | None:
    """Fill in the form for the rental's end: with what was typed, else with the end that it has."""
    if not step.active:
        return None
    text = step.active[0].rental["period"]["end"]
    end = datetime.fromisoformat(text)
    texts = moment_texts(end, end, language=page.language, zone=appointment.zone)
    typed = given.end or EndInput(texts, draw_change_id())
    marked = given.marked_fields(page, "change_end")
    return EndFormView(form_view(page, typed.texts, typed.problems, marked=marked), typed.change_id, text)


def poll_address(appointment: Appointment, step: Step, asks: str) -> str:
    """Return by which address an open page asks for news; empty while nothing is unknown."""
    asked = f"&ask={quote(asks)}" if asks else ""
    return f"/appointments/{appointment.id}?shown={step.fingerprint}{asked}" if step.unknowns else ""
