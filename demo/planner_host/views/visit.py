"""Steps 1 to 3 of an appointment, as one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner_host.appointments.appointment import MANUAL_FIELDS, Appointment
from planner_host.dms import Car, DmsProblem, Hit
from planner_host.views.parts import Fact, FormView, Hidden, customer_facts, form_view, with_prefix
from web_base.pages import Page


@dataclass(frozen=True, slots=True)
class VisitInput:
    """What is on the form, the cars of its customer, and the customers that were searched for, if any."""

    texts: Mapping[str, str] = field(repr=False)
    problems: Mapping[str, str] = field(default_factory=dict)
    cars: Sequence[Car] = ()
    hits: Sequence[Hit] | None = None
    has_more_hits: bool = False
    dms_problem: DmsProblem | None = None


@dataclass(frozen=True, slots=True)
class CarButton:
    """One of the customer's cars, to be put into the form."""

    value: str
    plate: str
    title: str
    is_chosen: bool
    has_focus: bool


@dataclass(frozen=True, slots=True)
class HitsView:
    """The customers found; `message` where there are none, `has_focus` for the first of them."""

    hits: Sequence[Hit]
    has_more: bool
    problem: str
    message: str
    has_focus: bool


@dataclass(frozen=True, slots=True)
class VisitView:
    """The form. `customer` is one of the DMS, whose data cannot be typed.

    :ivar is_changed: whether leaving the page would lose something.
    :ivar focus: the field that has the focus: `search`, `plate` or none.
    """

    form: FormView
    hidden: Hidden
    customer: tuple[Fact, ...]
    number: str
    cars: tuple[CarButton, ...]
    hits: HitsView | None
    is_by_hand: bool
    is_changed: bool
    focus: str


def visit_view(page: Page, given: VisitInput, saved: Mapping[str, str] | None) -> VisitView:
    """Fill in the form; `saved` are the texts of the saved appointment, if there is one."""
    texts, problems, do = given.texts, given.problems, page.form["do"]
    from_dms = texts["customer_source"] == "dms"
    is_picked = do.startswith(("pick:", "car:"))
    searches = not from_dms and not problems and not given.hits and (bool(do) or saved is None)
    hidden = [(name, texts[name]) for name in ("revision", "customer_source", "customer_number")]
    if from_dms:
        hidden += [(f"customer_{name}", texts[f"customer_{name}"]) for name in MANUAL_FIELDS]
    is_wrong = any(name.startswith("customer_") for name in problems)
    is_named = saved is None and bool(texts["customer_last_name"])
    return VisitView(
        form=form_view(page, texts, problems),
        hidden=tuple(hidden),
        customer=customer_facts(page, with_prefix(texts, "customer_")) if from_dms else (),
        number=texts["customer_number"],
        cars=tuple(_car_buttons(given.cars, texts["vehicle_licence_plate"], is_picked)),
        hits=_hits_of_form(page, given),
        is_by_hand=texts["customer_source"] == "manual" or is_wrong or is_named,
        is_changed=(bool(do) or saved is not None) and texts != saved,
        focus="search" if searches else "plate" if is_picked and not given.cars else "",
    )


def _car_buttons(cars: Sequence[Car], plate: str, is_picked: bool) -> list[CarButton]:
    return [
        CarButton(
            value=f"car:{place}",
            plate=car.licence_plate or car.vin,
            title=f"{car.make} {car.model}",
            is_chosen=car.licence_plate == plate,
            has_focus=is_picked and plate in ("", car.licence_plate),
        )
        for place, car in enumerate(cars)
    ]


def _hits_of_form(page: Page, given: VisitInput) -> HitsView | None:
    if given.hits is None and given.dms_problem is None:
        return None
    query = given.texts["customer_query"]
    return hits_view(page, given.hits or (), given.has_more_hits, query, given.dms_problem, has_focus=True)


def hits_view(
    page: Page,
    hits: Sequence[Hit],
    has_more: bool,
    query: str,
    problem: DmsProblem | None = None,
    *,
    has_focus: bool = False,
) -> HitsView:
    """Fill in the list of the customers found."""
    message = page.text("customer.no_hits") if not hits and not problem and len(query) > 1 else ""
    said = problem.message(page.language.code) if problem else ""
    return HitsView(hits, has_more, said, message, has_focus)


def saved_line(page: Page, appointment: Appointment) -> str:
    """Return who saved an appointment last, and when."""
    when = page.language.moment(appointment.saved_at, appointment.zone)
    return page.text("appointment.saved_by", user=appointment.saved_by, when=when)
