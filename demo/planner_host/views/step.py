"""Step 4: what the page shows beside what the providers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner_host.mobility.offer_form import OfferForm
from planner_host.mobility.offers import Offers
from planner_host.mobility.step import ShownRental, Step
from planner_host.providers.filters import Choices
from planner_host.views.parts import FormView
from planner_host.views.quotes import QuoteView

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


@dataclass(frozen=True, slots=True)
class SearchView:
    """The form of the search, as it was sent (`form`) and as it is drawn (`fields`), and what was found.

    :ivar silent: the names, by id, of the providers whose missing answer a booking must accept.
    """

    form: OfferForm
    fields: FormView
    choices: Choices
    offers: Offers | None = None
    silent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RebookingView:
    """The rental that is replaced (`old`), and the step as the form of the search is drawn for, as if it were free.

    :ivar has_vehicle: whether the rental's own vehicle can be kept: there is one, and its price can be asked.
    :ivar same: what it would cost for what is on the form; None where nothing would change.
    :ivar same_for: the period that this is for, as the form sends it.
    """

    old: ShownRental
    free: Step
    has_vehicle: bool = False
    same: QuoteView | None = None
    same_for: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """What has just been done (`said`) or refused, by action and reason; what the page asks (`asks`); its two forms.

    :ivar end: the form for the end of the rental whose car is reserved or out; its `change_id` is drawn with it.
    :ivar quoted: what the end on that form would cost, where that was asked.
    :ivar rebooking: the form by which the rental is replaced by another, where that is open.
    """

    said: str = ""
    asks: str = ""
    search: SearchView | None = None
    end: FormView | None = None
    quoted: QuoteView | None = None
    rebooking: RebookingView | None = None
    refusal: tuple[str, contract.Problem] | None = None
