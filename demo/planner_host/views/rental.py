"""A saved rental: on the page, and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from planner_host.appointments.appointment import Appointment
from planner_host.appointments.wall_clock import fold_of
from planner_host.mobility.form import draw_change_id
from planner_host.mobility.step import ShownRental, Step
from planner_host.providers.filters import Choices
from planner_host.views.parts import (
    Fact,
    FormView,
    Hidden,
    Notice,
    Question,
    Refusal,
    customer_facts,
    filled_facts,
    form_view,
    moment,
    provider_notice,
)
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

_KINDS: Final = {"reserved": "good", "picked_up": "info", "returned": "plain"}


@dataclass(frozen=True, slots=True)
class EndInput:
    """What was typed as a rental's new end, and what is wrong with it; `change_id` is drawn with the form."""

    texts: Mapping[str, str]
    change_id: str
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndFormView:
    """The form for a rental's new end."""

    action: str
    form: FormView
    hidden: Hidden


@dataclass(frozen=True, slots=True)
class RentalView:
    """The rental's card: what it is, and what can be done with it now.

    :ivar hint: why nothing can be done with it now, or what cannot be changed.
    """

    label: str
    title: str
    plate: str
    status: str
    status_kind: str
    notices: tuple[Notice, ...]
    facts: tuple[Fact, ...]
    print_link: str
    web_link: tuple[str, str] | None
    end: EndFormView | None
    cancel_link: str
    question: Question | None
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedRental:
    """A rental on a sheet of paper."""

    title: str
    facts: tuple[Fact, ...]


def rental_view(
    page: Page,
    appointment: Appointment,
    step: Step,
    shown: ShownRental,
    *,
    seen: Hidden,
    asks: str,
    end: EndInput | None,
    refusal: Refusal | None,
) -> RentalView:
    """Fill in the card.

    :param seen: the outcomes on the page, which count as seen when a form is sent.
    :param asks: what the page asks: `cancel` whether to cancel the rental.
    :param end: what was typed as the new end, if anything was.
    """
    rental, vehicle = shown.rental, shown.rental.get("vehicle")
    path = f"/appointments/{appointment.id}"
    waits = step.is_pending(shown.provider)
    allowed = () if waits else rental["allowed_changes"]
    hidden = (*seen, *_named(shown))
    can_cancel = "cancel" in allowed
    has_end_form = "change_end" in allowed and shown is next(iter(step.active), None)
    web_url = rental.get("web_url", "")
    hints = [page.text("rental.waits")] if waits and shown.is_active else []
    return RentalView(
        label=rental["title"],
        title=_car_of(rental),
        plate=vehicle.get("licence_plate", "") if vehicle else "",
        status=page.text(f"status.{rental['status']}"),
        status_kind=_KINDS[rental["status"]],
        notices=tuple(provider_notice(page, each) for each in shown.notices if each not in shown.warnings),
        facts=_facts_on_page(page, appointment, shown),
        print_link=f"{path}/print" if shown.is_active else "",
        web_link=(web_url, page.text("rental.open_at", provider=shown.name)) if web_url else None,
        end=_end_form(page, appointment, shown, end, hidden, refusal) if has_end_form else None,
        cancel_link=f"{path}?ask=cancel#cancel" if can_cancel and asks != "cancel" else "",
        question=_question(page, path, rental, hidden) if can_cancel and asks == "cancel" else None,
        hints=(*hints, page.text("rental.only_end")) if shown.is_active else (),
    )


def printed_rental(
    page: Page, appointment: Appointment, shown: ShownRental, choices: Choices
) -> PrintedRental:
    """Fill in the sheet of paper; where it is not known who rents, it has the appointment's customer."""
    rental, text = shown.rental, page.text
    vehicle = rental.get("vehicle", cast("contract.Vehicle", {}))
    own = cast("Mapping[str, str]", appointment.visit.vehicle)
    customer = cast("Mapping[str, object]", shown.renter or appointment.visit.customer)
    plate, class_id = vehicle.get("licence_plate", ""), vehicle.get("vehicle_class", "")
    features = [choices.feature_names.get(each, each) for each in vehicle.get("features", ())]
    about_customer = [fact for fact in customer_facts(page, customer) if fact[0] != text("customer.email")]
    if about_customer and about_customer[0][0] == text("customer.name"):
        about_customer[0] = (text("print.customer"), about_customer[0][1])
    facts = filled_facts(
        (text("rental.provider"), (shown.name,)),
        *about_customer,
        (
            text("print.own_car"),
            (" ".join(own[name] for name in ("licence_plate", "make", "model") if own.get(name)) or "–",),
        ),
        (text("print.rental_car"), (", ".join(part for part in (_car_of(rental), plate) if part),)),
        (text("print.vehicle_class"), (choices.class_names.get(class_id, class_id),)),
        (text("offer.features"), (", ".join(features),)),
        *_facts(page, appointment, rental),
        (text("print.status"), (text(f"status.{rental['status']}"),)),
    )
    return PrintedRental(f"{text('print.title')} {rental['id']}", facts)


def _facts_on_page(page: Page, appointment: Appointment, shown: ShownRental) -> tuple[Fact, ...]:
    renter = lines_of(cast("Mapping[str, object]", shown.renter)) if shown.renter else ()
    return filled_facts(
        (page.text("rental.number"), (shown.rental["id"],)),
        (page.text("rental.renter"), renter),
        *_facts(page, appointment, shown.rental),
        (page.text("rental.provider"), (shown.name,)),
    )


def _facts(page: Page, appointment: Appointment, rental: contract.Rental) -> tuple[Fact, ...]:
    """Return period, planned end, station and price."""
    period, planned, price = rental["period"], rental.get("planned_end", ""), rental.get("price")
    start, end, planned_end = (
        moment(page, each, appointment.zone) for each in (period["start"], period["end"], planned)
    )
    costs = ""
    if price:
        tax = page.text("price.with_tax") if price["tax_included"] else page.text("price.without_tax")
        costs = f"{page.language.money(price['amount'], price['currency'])} {tax}"
    return filled_facts(
        (page.text("rental.period"), (f"{start} – {end}",)),
        (page.text("rental.planned_end"), (planned_end if planned != period["end"] else "",)),
        (page.text("rental.station"), (rental.get("vehicle", {}).get("station", ""),)),
        (page.text("rental.price"), (costs,)),
    )


def _end_form(
    page: Page,
    appointment: Appointment,
    shown: ShownRental,
    given: EndInput | None,
    hidden: Hidden,
    refusal: Refusal | None,
) -> EndFormView:
    end, zone = datetime.fromisoformat(shown.rental["period"]["end"]), appointment.zone
    day, time = page.language.day(end.astimezone(zone)), page.language.time(end, zone)
    texts = {"end_date": day, "end_time": time, "end_fold": fold_of(end, zone)}
    given = given or EndInput(texts, draw_change_id())
    marked = refusal.marked_fields(page, "change_end") if refusal else {}
    return EndFormView(
        action=f"/appointments/{appointment.id}/rental/end",
        form=form_view(page, given.texts, given.problems, marked=marked),
        hidden=(*hidden, ("change_id", given.change_id), ("present_end", shown.rental["period"]["end"])),
    )


def _question(page: Page, path: str, rental: contract.Rental, hidden: Hidden) -> Question:
    return Question(
        id="cancel",
        action=f"{path}/rental/cancellation",
        text=page.text("rental.cancel_question", title=rental["title"]),
        yes=page.text("rental.cancel_yes"),
        back=f"{path}#step-4",
        hidden=(*hidden, ("change_id", draw_change_id())),
    )


def _named(shown: ShownRental) -> Hidden:
    """Return what every form about a rental names: the rental as the page shows it."""
    rental = shown.rental
    return (
        ("provider", shown.provider),
        ("site", rental["site"]),
        ("rental_id", rental["id"]),
        ("revision", str(rental["revision"])),
    )


def _car_of(rental: contract.Rental) -> str:
    vehicle = rental.get("vehicle")
    return f"{vehicle['make']} {vehicle['model']}" if vehicle else rental["title"]
