"""Steps 1 to 3 of an appointment, as one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from planner_host.dms import Car, Dms, DmsCustomer, DmsProblem
from planner_host.views.parts import FormView, form_view
from web_base.pages import Page

MOST_HITS: Final = 20
_FIELDS_OF_STEPS: Final = {1: ("customer_",), 2: ("vehicle_",), 3: ("start_", "end_", "work")}
_STEPS_OF_BUTTONS: Final = {"find": {1}, "manual": {1}, "pick": {1, 2}, "car": {2}}


@dataclass(frozen=True, slots=True)
class Hits:
    """The customers that a search of the DMS found, or why it cannot answer."""

    query: str = field(repr=False)
    found: Sequence[DmsCustomer] = ()
    has_more: bool = False
    problem: DmsProblem | None = None


@dataclass(frozen=True, slots=True)
class VisitView:
    """The form, the cars of its customer, and what a search of the DMS found, if there was one.

    :ivar from_dms: whether the customer is one of the DMS, whose data cannot be typed.
    :ivar opened: the steps whose fields are shown; of the others a line says what is saved.
    :ivar is_changed: whether leaving the page would lose something.
    :ivar focus: what has the focus: `search`, `car` (the chosen one, or the field for its plate) or nothing.
    """

    form: FormView
    cars: Sequence[Car]
    hits: Hits | None
    from_dms: bool
    is_by_hand: bool
    opened: frozenset[int]
    is_changed: bool
    focus: str


def find_customers(dms: Dms, words: str) -> Hits:
    """Return the best `MOST_HITS` customers, or why the DMS does not answer."""
    try:
        found = dms.search(words, limit=MOST_HITS + 1)
    except DmsProblem as problem:
        return Hits(words, problem=problem)
    return Hits(words, found[:MOST_HITS], has_more=len(found) > MOST_HITS)


def visit_view(
    page: Page,
    texts: Mapping[str, str],
    saved: Mapping[str, str] | None,
    *,
    problems: Mapping[str, str],
    cars: Sequence[Car] = (),
    hits: Hits | None = None,
) -> VisitView:
    """Fill in the form; `saved` are the texts of the saved appointment, if there is one."""
    do = page.form["do"]
    form = form_view(page, texts, problems)
    from_dms = texts["customer_source"] == "dms"
    has_hits = hits is not None and bool(hits.found)
    searches = not from_dms and not problems and not has_hits and (bool(do) or saved is None)
    is_named = saved is None and bool(texts["customer_last_name"])
    return VisitView(
        form=form,
        cars=cars,
        hits=hits,
        from_dms=from_dms,
        is_by_hand=texts["customer_source"] == "manual" or form.has_problem("customer_") or is_named,
        opened=_opened(texts, saved, problems, do),
        is_changed=(bool(do) or saved is not None) and texts != saved,
        focus="search" if searches else "car" if do.startswith(("pick:", "car:")) else "",
    )


def _opened(
    texts: Mapping[str, str], saved: Mapping[str, str] | None, problems: Mapping[str, str], do: str
) -> frozenset[int]:
    """Return the steps that are not saved as they stand, have a mistake, or are worked on."""
    if saved is None:
        return frozenset(_FIELDS_OF_STEPS)
    unsaved = {name for name, text in texts.items() if name in problems or text != saved[name]}
    worked_on = _STEPS_OF_BUTTONS.get(do.partition(":")[0], set())
    return frozenset(
        step
        for step, prefixes in _FIELDS_OF_STEPS.items()
        if step in worked_on or any(name.startswith(prefixes) for name in unsaved)
    )
