"""Steps 1 to 3 of an appointment, as one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner_host.dms import Car, DmsProblem, Hit
from planner_host.views.parts import FormView, form_view
from web_base.pages import Page


@dataclass(frozen=True, slots=True)
class Hits:
    """The customers that a search of the DMS found, or why it cannot answer."""

    query: str = field(repr=False)
    found: Sequence[Hit] = ()
    has_more: bool = False
    problem: DmsProblem | None = None


@dataclass(frozen=True, slots=True)
class VisitInput:
    """What is on the form, the cars of its customer, and what a search of the DMS found, if there was one."""

    texts: Mapping[str, str] = field(repr=False)
    problems: Mapping[str, str] = field(default_factory=dict)
    cars: Sequence[Car] = ()
    hits: Hits | None = None


@dataclass(frozen=True, slots=True)
class VisitView:
    """The form.

    :ivar from_dms: whether the customer is one of the DMS, whose data cannot be typed.
    :ivar is_changed: whether leaving the page would lose something.
    :ivar focus: what has the focus: `search`, `car` (the chosen one, or the field for its plate) or nothing.
    """

    form: FormView
    cars: Sequence[Car]
    hits: Hits | None
    from_dms: bool
    is_by_hand: bool
    is_changed: bool
    focus: str


def visit_view(page: Page, given: VisitInput, saved: Mapping[str, str] | None) -> VisitView:
    """Fill in the form; `saved` are the texts of the saved appointment, if there is one."""
    texts, do = given.texts, page.form["do"]
    form = form_view(page, texts, given.problems)
    from_dms = texts["customer_source"] == "dms"
    has_hits = given.hits is not None and bool(given.hits.found)
    searches = not from_dms and not given.problems and not has_hits and (bool(do) or saved is None)
    is_named = saved is None and bool(texts["customer_last_name"])
    return VisitView(
        form=form,
        cars=given.cars,
        hits=given.hits,
        from_dms=from_dms,
        is_by_hand=texts["customer_source"] == "manual" or form.has_problem("customer_") or is_named,
        is_changed=(bool(do) or saved is not None) and texts != saved,
        focus="search" if searches else "car" if do.startswith(("pick:", "car:")) else "",
    )
