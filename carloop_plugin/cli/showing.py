"""The contract's documents, shown to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.plain import plain
from carloop_plugin.cli.tables import price_of, print_facts, print_table
from carloop_plugin.cli.times import show_time

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import (
        MobilityFilters,
        MobilityOffer,
        MobilityOption,
        MobilityStep,
        Period,
        Rental,
    )


def show_period(period: Period, texts: Texts, zone: tzinfo | None = None) -> str:
    """Write a period for a person."""
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
        click.echo(texts("step.proposal", message=plain(proposal["message"])))
    for notice in step["notices"]:
        click.echo(plain(notice["message"]), err=True)


def show_offer(offer: MobilityOffer, filters: MobilityFilters | None, texts: Texts) -> None:
    """Print the vehicles found, and in a sentence how many there are and why not more."""
    names = _names(filters)
    if offer["options"]:
        headings = ["option", "vehicle", "plate", "class", "features", "station", "price", "remark"]
        rows = [_option_row(option, names, texts) for option in offer["options"]]
        print_table([texts(f"heading.{heading}") for heading in headings], rows)
    click.echo(texts("search.found", total=offer["total"]), err=True)
    if offer["truncated"]:
        click.echo(texts("search.truncated"), err=True)
    if "explanation" in offer:
        click.echo(plain(offer["explanation"]["message"]), err=True)


def show_rentals(rentals: Sequence[Rental], texts: Texts, zones: Mapping[str, tzinfo | None]) -> None:
    """Print rentals, one a line, their times in their appointments' zones (this computer's where unknown)."""
    headings = ["rental", "appointment", "site", "title", "plate", "status", "period", "allowed"]
    rows = [_rental_row(rental, texts, zones.get(rental["appointment_id"])) for rental in rentals]
    print_table([texts(f"heading.{heading}") for heading in headings], rows)


def _rental_row(rental: Rental, texts: Texts, zone: tzinfo | None) -> list[object]:
    vehicle = rental.get("vehicle")
    return [
        rental["id"],
        rental["appointment_id"],
        rental["site"],
        rental["title"],
        vehicle.get("licence_plate") if vehicle else None,
        texts(f"status.{rental['status']}"),
        show_period(rental["period"], texts, zone),
        [texts(f"action.{action}") for action in rental["allowed_changes"]],
    ]


def _option_row(option: MobilityOption, names: Mapping[str, str], texts: Texts) -> list[object]:
    vehicle = option.get("vehicle")
    remark = "" if option["match"] == "exact" else texts("search.alternative", how=_differs(option, texts))
    if vehicle is None:
        return [
            option["id"],
            option["title"],
            None,
            None,
            None,
            None,
            price_of(option.get("price"), texts),
            remark,
        ]
    return [
        option["id"],
        option["title"],
        vehicle.get("licence_plate"),
        names.get(vehicle["vehicle_class"], vehicle["vehicle_class"]),
        [names.get(each, each) for each in vehicle["features"]],
        vehicle.get("station"),
        price_of(option.get("price"), texts),
        remark,
    ]


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
