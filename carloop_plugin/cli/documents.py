"""The contract's documents, shown to a person."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from carloop_plugin.cli.layout import is_roomy, print_facts, print_table
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
        ProposedChange,
        Rental,
        RentalQuote,
    )


def show_step(step: MobilityStep, texts: Texts, zone: tzinfo | None) -> None:
    """Print step 4 of an appointment, its times in the appointment's zone."""
    start, end = (show_time(step["period"][edge], texts, zone) for edge in ("start", "end"))
    facts = [
        (texts("heading.appointment"), step["appointment_id"]),
        (texts("heading.state"), texts(f"state.{step['state']}")),
        (texts("heading.period"), f"{start} – {end}"),
    ]
    if "customer" in step:
        names = [step["customer"].get(name) for name in ("company", "first_name", "last_name")]
        locked = [texts("step.locked")] if "/customer" in step["locked"] else []
        facts.append((texts("heading.customer"), " ".join(str(word) for word in names + locked if word)))
    click.echo(texts("step.title"))
    print_facts(facts)
    if "rental" in step:
        show_rentals([step["rental"]], texts, {step["appointment_id"]: zone})
    for proposal in step["proposals"]:
        click.echo(texts("step.proposal", message=printable(proposal["message"])))
        click.echo(f"  {printable(_command_of(proposal['change']))}")
    for notice in step["notices"]:
        click.echo(printable(notice["message"]), err=True)


def _command_of(change: ProposedChange) -> str:
    """Return the command that makes a proposed change."""
    times = [change["end"]] if "end" in change else []
    if "period" in change:
        times = ["--start", change["period"]["start"], "--end", change["period"]["end"]]
    return shlex.join(["carloop", change["action"].replace("_", "-"), change["rental_id"], *times])


def show_offer(offer: MobilityOffer, filters: MobilityFilters | None, texts: Texts) -> None:
    """Print the vehicles found, how many there are, and why there are no more."""
    if options := offer["options"]:
        headings = ["option", "vehicle", "class", "price"]
        headings += ["remark"] if any(option["match"] != "exact" for option in options) else []
        headings += ["station", "features"] if is_roomy() else []
        known = [*filters["vehicle_classes"], *filters["features"]] if filters else []
        names = {each["id"]: each["name"] for each in known}
        print_table(headings, [_option_cells(option, names, texts) for option in options], texts)
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
    names = [zone_name(zones.get(rental["appointment_id"]), texts) for rental in rentals]
    rows = [_rental_cells(each, texts, zones.get(each["appointment_id"])) for each in rentals]
    if is_several := len({*names}) > 1:
        for row, name in zip(rows, names, strict=True):
            row["period"] = (*row["period"], name)
    print_table(headings, rows, texts)
    if not is_several:
        click.echo(texts("rentals.zone", zone=names[0]), err=True)


def show_quote(quote: RentalQuote, texts: Texts, zone: tzinfo | None) -> None:
    """Print what a change would cost, and how far the end could go, as far as that is known."""
    facts = []
    if "price" in quote:
        facts.append((texts("heading.price"), _price(quote["price"], texts)))
    if "difference" in quote:
        amount = Decimal(quote["difference"]["amount"])
        price = _price({**quote["difference"], "amount": str(abs(amount))}, texts)
        facts.append(
            (texts("heading.difference"), f"{'−' if amount < 0 else '+'}{price}" if amount else price)
        )
    if "free_until" in quote:
        facts.append((texts("heading.free_until"), show_time(quote["free_until"], texts, zone)))
    print_facts(facts)


def _rental_cells(rental: Rental, texts: Texts, zone: tzinfo | None) -> dict[str, Any]:
    start, end = (show_time(rental["period"][edge], texts, zone) for edge in ("start", "end"))
    return {
        "rental": rental["id"],
        "appointment": rental["appointment_id"],
        "vehicle": rental["title"],
        "status": texts(f"status.{rental['status']}"),
        "period": (f"{start} – {end}",) if is_roomy() else (f"{start} –", end),
        "site": rental["site"],
        "allowed": [texts(f"action.{action}") for action in rental["allowed_changes"]],
    }


def _option_cells(option: MobilityOption, names: Mapping[str, str], texts: Texts) -> dict[str, object]:
    cells: dict[str, object] = {
        "option": option["id"],
        "vehicle": option["title"],  # the plate is in it
        **dict.fromkeys(("class", "features", "station", "remark")),
        "price": _price(option.get("price"), texts),
    }
    if option["match"] != "exact":
        words = [f"differs.{each}" for each in option.get("differs", [])]
        how = ", ".join(texts(word) if texts.has(word) else word.partition(".")[2] for word in words)
        cells["remark"] = texts("search.alternative", how=how)
    if "vehicle" in option:
        vehicle = option["vehicle"]
        cells["class"] = names.get(vehicle["vehicle_class"], vehicle["vehicle_class"])
        cells["features"] = [names.get(each, each) for each in vehicle["features"]]
        cells["station"] = vehicle.get("station_name", vehicle.get("station"))
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
