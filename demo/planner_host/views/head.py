"""What an appointment's page says in its head, and in the lines of the steps that are saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner_host.appointments.appointment import Appointment, name_of
from planner_host.mobility.step import Step
from planner_host.views.days import brief, brief_period
from web_base.names import lines_of
from web_base.pages import Page


@dataclass(frozen=True, slots=True)
class HeadView:
    """The head of a saved appointment, and of its tab.

    :ivar word: the state of its rentals, one of `planner_host.mobility.states.ORDER`.
    """

    tab: str
    name: str
    plate: str
    period: str
    word: str
    state: str
    saved_by: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Steps 1 to 3 as they are saved; what is not known is an empty text."""

    who: Sequence[str]
    number: str
    contact: Sequence[str]
    plate: str
    car: str
    start: str
    end: str
    work: str


def head_view(page: Page, saved: Appointment, step: Step) -> HeadView:
    """Fill in the head."""
    language, zone, visit = page.language, saved.zone, saved.visit
    customer, plate = visit.customer, visit.vehicle.get("licence_plate", "")
    short = customer.get("company") or customer.get("last_name", "")
    day = visit.start.astimezone(zone).date()
    where = f"{language.weekday(day, short=True)} {language.short_day(day)}"
    return HeadView(
        # What distinguishes one tab from another.
        tab=f"{', '.join(filter(None, (short, plate)))} · {where}",
        name=name_of(customer),
        plate=plate,
        period=brief_period(language, visit.start, visit.end, zone),
        word=step.word,
        state=page.text(f"state.{step.word}"),
        saved_by=page.text(
            "appointment.saved_by", user=saved.saved_by, when=language.moment(saved.saved_at, zone)
        ),
    )


def summary_of(page: Page, saved: Appointment) -> Summary:
    """Return the lines of steps 1 to 3."""
    visit, customer = saved.visit, saved.visit.customer
    known = (customer.get("phone"), customer.get("mobile"), customer.get("email"))
    return Summary(
        lines_of(customer),
        page.text("customer.of_dms", number=customer.get("number", "")) if saved.is_from_dms else "",
        [each for each in known if each],
        visit.vehicle.get("licence_plate", ""),
        " ".join(filter(None, (visit.vehicle.get("make"), visit.vehicle.get("model")))),
        brief(page.language, visit.start, saved.zone),
        brief(page.language, visit.end, saved.zone),
        visit.work,
    )
