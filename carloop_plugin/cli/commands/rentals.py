"""`carloop rentals`: the rentals made from the planner, as last seen at Carloop."""

from __future__ import annotations

import click

from carloop_plugin.cli.documents import show_rentals
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localization import Command, Option, WholeNumber, appointment_option, json_option
from carloop_plugin.cli.output import Exit, write_json
from carloop_plugin.cli.records import chosen_site, records, zones_of


@click.command("rentals", cls=Command)
@click.option("--all", "with_past", is_flag=True, cls=Option)
@appointment_option
@click.option("--limit", metavar="COUNT", type=WholeNumber(1, 10_000), default=1000, cls=Option)
@json_option
@pass_invocation
def rentals(
    invocation: Invocation,
    with_past: bool,
    appointment_id: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """List the rentals, newest first; reserved and picked-up ones unless all are asked for."""
    from carloop_plugin.contract.rentals import rental_document
    from carloop_plugin.domain.rentals import ACTIVE

    site = invocation.site and chosen_site(invocation)
    with records() as services:
        found = services.context.store.all_rentals(limit=limit)
    shown = [
        rental_document(rental)
        for rental in found
        if (with_past or rental.status in ACTIVE)
        and appointment_id in (None, rental.appointment_id)
        and site in (None, rental.site)
    ]
    texts = invocation.texts
    if as_json:
        write_json(shown)
    elif shown:
        show_rentals(shown, texts, zones_of([rental["appointment_id"] for rental in shown]))
    else:
        click.echo(texts("rentals.none"), err=True)
    return Exit.DONE
