"""`carloop rentals`: the rentals made from the planner, as last seen at Carloop."""

from __future__ import annotations

import click

from carloop_plugin.cli.documents import show_rentals
from carloop_plugin.cli.invocation import Invocation
from carloop_plugin.cli.localization import Command, appointment_option, option, whole_number
from carloop_plugin.cli.lookups import chosen_site, records, zones_of
from carloop_plugin.cli.output import Exit


@click.command("rentals", cls=Command)
@option("--all", "with_past", is_flag=True)
@appointment_option
@option("--limit", metavar="COUNT", type=whole_number(1, 10_000), default=1000)
def rentals(invocation: Invocation, with_past: bool, appointment_id: str | None, limit: int) -> int:
    """List the rentals, newest first; reserved and picked-up ones unless all are asked for."""
    from carloop_plugin.contract.rentals import rental_document
    from carloop_plugin.domain.rentals import ACTIVE

    site = invocation.site and chosen_site(invocation)
    with records() as services:
        found = services.context.store.rentals(limit=limit)
    listed = [
        rental_document(rental)
        for rental in found
        if (with_past or rental.status in ACTIVE)
        and appointment_id in (None, rental.appointment_id)
        and site in (None, rental.site)
    ]
    texts = invocation.texts
    if not listed:
        click.echo(texts("rentals.none"), err=True)
    zones = zones_of([rental["appointment_id"] for rental in listed])
    invocation.answer(listed, lambda: show_rentals(listed, texts, zones) if listed else None)
    return Exit.DONE
