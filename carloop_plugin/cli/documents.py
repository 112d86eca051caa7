"""The contract's documents, shown to a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.layout import Stacked, is_roomy, print_facts, print_table
from carloop_plugin.cli.output import printable
from carloop_plugin.cli.times import show_time, zone_name

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import (
        MobilityFilters,
        MobilityOffer,
        MobilityOption,
        MobilityStep,
        Money,
        Period,
        Rental,
    )


_LONG_ID = 20


def show_period(period: Period, texts: Texts, zone: tzinfo | None = None) -> str:
    """Return a period as a person reads it."""
    return f"{show_time(period['start'], texts, zone)} – {show_time(period['end'], texts, zone)}"


def show_step(step: MobilityStep, texts: Texts, zone: tzinfo | None) -> None:
    """Print step 4 of an appointment, its times in the appointment's zone."""
    facts = [
        (texts("heading.appointment"), step["appointment_id"]),
        (texts("heading.state"), texts(f"state.{step['state']}")),
        (texts("heading.period"), show_period(step["period"], texts, zone)),
    ]
    if "customer" in step:
        locked = " " + texts("step.locked") if "/customer" in step["locked"] else ""
        facts.append((texts("heading.customer"), _name_of(step["customer"]) + locked))
    click.echo(texts("step.title"))
    print_facts(facts)
    if "rental" in step:
        show_rentals([step["rental"]], texts, {step["appointment_id"]: zone})
    for proposal in step["proposals"]:
        click.echo(texts("step.proposal", message=printable(proposal["message"])))
    for notice in step["notices"]:
        click.echo(printable(notice["message"]), err=True)


def show_offer(offer: MobilityOffer, filters: MobilityFilters | None, texts: Texts) -> None:
    """Print the vehicles found, how many there are, and why there are no more."""
    options = offer["options"]
    if options:
        headings = ["option", "vehicle", "class", "price"]
        headings += ["remark"] if any(option["match"] != "exact" for option in options) else []
        headings += ["station", "features"] if is_roomy() else []
        names = _names(filters)
        rows = [_option_cells(option, names, texts) for option in options]
        _print_columns(headings, rows, texts, wrapping=("vehicle", "class", "remark", "station", "features"))
    click.echo(texts("search.found", total=offer["total"]), err=True)
    if offer["truncated"]:
        click.echo(texts("search.truncated"), err=True)
    if "explanation" in offer:
        click.echo(printable(offer["explanation"]["message"]), err=True)


def show_rentals(rentals: Sequence[Rental], texts: Texts, zones: Mapping[str, tzinfo | None]) -> None:
    """Print rentals, one a line, their times in their appointments' zones (this computer's where unknown)."""
    headings = ["rental", "appointment", "vehicle", "status", "period"]
    headings += ["site"] if len({rental["site"] for rental in rentals}) > 1 else []
    headings += ["allowed"] if is_roomy() else []
    names = {rental["id"]: zone_name(zones.get(rental["appointment_id"]), texts) for rental in rentals}
    several = len({*names.values()}) > 1
    rows = [
        _rental_cells(
            each,
            texts,
            zones.get(each["appointment_id"]),
            shown_zone=[names[each["id"]]] if several else [],
        )
        for each in rentals
    ]
    # An id is not wrapped, unless it is so long that nothing else would have room.
    long_id = any(len(rental["appointment_id"]) > _LONG_ID for rental in rentals)
    wrapping = ("vehicle", "allowed", *(("appointment",) if long_id else ()))
    _print_columns(headings, rows, texts, wrapping=wrapping)
    if rentals and not several:
        click.echo(texts("rentals.zone", zone=names[rentals[0]["id"]]), err=True)


def _print_columns(
    headings: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    texts: Texts,
    *,
    wrapping: Collection[str],
) -> None:
    titles = {heading: texts(f"heading.{heading}") for heading in headings}
    print_table(
        list(titles.values()),
        [[row[heading] for heading in headings] for row in rows],
        wrapping=[titles[heading] for heading in headings if heading in wrapping],
        right=[titles[heading] for heading in headings if heading == "price"],
    )


def _rental_cells(
    rental: Rental, texts: Texts, zone: tzinfo | None, *, shown_zone: Sequence[str]
) -> dict[str, object]:
    start, end = (show_time(rental["period"][edge], texts, zone) for edge in ("start", "end"))
    period = [f"{start} – {end}"] if is_roomy() else [f"{start} –", end]
    return {
        "rental": rental["id"],
        "appointment": rental["appointment_id"],
        "vehicle": rental["title"],
        "status": texts(f"status.{rental['status']}"),
        "period": Stacked([*period, *shown_zone]),
        "site": rental["site"],
        "allowed": [texts(f"action.{action}") for action in rental["allowed_changes"]],
    }


def _option_cells(option: MobilityOption, names: Mapping[str, str], texts: Texts) -> dict[str, object]:
    exact = option["match"] == "exact"
    cells: dict[str, object] = {
        "option": option["id"],
        "vehicle": option["title"],  # the plate is in it
        "class": None,
        "features": None,
        "station": None,
        "price": _price(option.get("price"), texts),
        "remark": "" if exact else texts("search.alternative", how=_differs(option, texts)),
    }
    vehicle = option.get("vehicle")
    if vehicle is not None:
        cells["class"] = names.get(vehicle["vehicle_class"], vehicle["vehicle_class"])
        cells["features"] = [names.get(each, each) for each in vehicle["features"]]
        cells["station"] = vehicle.get("station")
    return cells


def _price(price: Money | None, texts: Texts) -> str:
    """Return an amount as a person writes it, `49,90 €` or `€49.90`."""
    if price is None:
        return "–"
    amount = f"{Decimal(price['amount']):,.2f}"
    if texts.locale == "de":
        amount = amount.translate(str.maketrans(",.", ".,"))
    currency = "€" if price["currency"] == "EUR" else f"{price['currency']} "
    return texts("price.format", amount=amount, currency=currency).strip()


def _differs(option: MobilityOption, texts: Texts) -> str:
    words = [f"differs.{each}" for each in option.get("differs", [])]
    return ", ".join(texts(word) if texts.has(word) else word.partition(".")[2] for word in words)


def _names(filters: MobilityFilters | None) -> dict[str, str]:
    if filters is None:
        return {}
    return {each["id"]: each["name"] for each in [*filters["vehicle_classes"], *filters["features"]]}


def _name_of(customer: Mapping[str, object]) -> str:
    words = [customer.get(name) for name in ("company", "first_name", "last_name")]
    return " ".join(str(word) for word in words if word)
