"""A saved rental as a card: the vehicle, how far it is, when, for whom, at what price, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.step import ShownRental, Step
from planner_host.planner import planner_of
from planner_host.storage.audit import AuditEntry
from planner_host.views.days import brief
from planner_host.views.decisions import can_rebook
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

STAGES: Final = ("reserved", "picked_up", "returned")
VEHICLES: Final = frozenset({"rental_car", "courtesy_car", "bike"})
"""The kinds that are handed out and come back."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A state of the rental, and when it was or will be reached."""

    word: str
    about: str
    is_reached: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class RentalView:
    """The card of a rental; what is not known is an empty text.

    :ivar can: what its provider admits now: `change_end`, `rebook`, `cancel`; and whether it can `quote`.
    :ivar is_first: whether it is the rental that the form of the new end is for.
    :ivar waits: whether the outcome of a change is not known yet, until which nothing else can be changed.
    """

    shown: ShownRental
    title: str
    plate: str
    station: str
    stages: Sequence[Stage]
    period: str
    planned_end: str
    price: str
    tax: str
    renter: str
    lock: str
    can: frozenset[str]
    only_end: str
    is_first: bool
    waits: bool


def rental_view(page: Page, appointment: Appointment, step: Step, shown: ShownRental) -> RentalView:
    """Fill in the card."""
    rental, price = shown.rental, shown.rental.get("price")
    vehicle, can = rental.get("vehicle"), _can(page, step, shown)
    end, planned = rental["period"]["end"], rental.get("planned_end")
    when = _moments(page, appointment)
    tax = "price.with_tax" if price and price["tax_included"] else "price.without_tax"
    return RentalView(
        shown=shown,
        title=f"{vehicle['make']} {vehicle['model']}" if vehicle else rental["title"],
        plate=vehicle.get("licence_plate", "") if vehicle else "",
        station=vehicle.get("station_name", vehicle.get("station", "")) if vehicle else "",
        stages=_stages(page, appointment, rental) if rental["kind"] in VEHICLES else (),
        period=f"{when(rental['period']['start'])} – {when(end)}",
        planned_end=when(planned) if planned and _instant(planned) != _instant(end) else "",
        price=page.language.money(price["amount"], price["currency"]) if price else "",
        tax=page.text(tax) if price else "",
        renter=", ".join(lines_of(shown.renter)) if shown.renter else "",
        lock=_lock(page, shown.renter) if shown.renter else "",
        can=can,
        only_end=_only_end(page, can),
        is_first=bool(step.active) and shown is step.active[0],
        waits=shown.is_active and step.is_pending(shown.provider),
    )


def _can(page: Page, step: Step, shown: ShownRental) -> frozenset[str]:
    """Return what can be asked of a rental; nothing while the outcome of a change is not known."""
    allowed = {str(each) for each in shown.rental["allowed_changes"]} - {"rebook"}
    if step.is_pending(shown.provider) or not (allowed or can_rebook(page, shown)):
        return frozenset()
    more = {"rebook": can_rebook(page, shown), "quote": planner_of(page).can(shown.provider, "quote")}
    return frozenset(allowed | {name for name, is_so in more.items() if is_so})


def _only_end(page: Page, can: frozenset[str]) -> str:
    """Return the sentence that only the end can be changed, where that is so."""
    if "change_end" not in can or "rebook" in can:
        return ""
    return page.text("rental.only_end" if "cancel" in can else "rental.only_end_now")


def _moments(page: Page, appointment: Appointment) -> Callable[[str], str]:
    return lambda text: brief(page.language, _instant(text), appointment.zone)


def _stages(page: Page, appointment: Appointment, rental: contract.Rental) -> list[Stage]:
    when, period = _moments(page, appointment), rental["period"]
    made = _made(page, appointment, rental)
    booked = f"{brief(page.language, made.at, appointment.zone)} · {made.user}" if made else ""
    reached = STAGES.index(rental["status"]) if rental["status"] in STAGES else -1
    about = (booked, when(period["start"]), when(period["end"]))
    return [
        Stage(page.text(f"state.{word}"), text, place <= reached, place == reached)
        for place, (word, text) in enumerate(zip(STAGES, about, strict=True))
    ]


def _made(page: Page, appointment: Appointment, rental: contract.Rental) -> AuditEntry | None:
    """Return who booked the rental here, if it was booked here."""
    entries = planner_of(page).audit.of(appointment.id)
    booked = [e for e in entries if e.action in ("book", "rebook") and e.outcome == "done"]
    return next((each for each in booked if each.rental_id == rental["id"]), None)


def _lock(page: Page, renter: contract.Customer) -> str:
    if renter["source"] != "dms":
        return ""
    return page.text("rental.locked", number=renter.get("number", ""))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
