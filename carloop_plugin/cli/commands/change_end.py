"""`carloop change-end`: the one thing of a saved rental that can be changed."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli import options
from carloop_plugin.cli.changes import new_change_id, send_change
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localised import Argument, Command
from carloop_plugin.cli.records import records
from carloop_plugin.cli.times import read_time, tell_assumed_zone, zone_of
from carloop_plugin.model import RentalId, Site

if TYPE_CHECKING:
    from mobility_schemas.documents import RentalChange


@click.command("change-end", cls=Command)
@click.argument("rental_id", metavar="RENTAL", cls=Argument)
@click.argument("end", metavar="TIME", cls=Argument)
@options.change_id
@options.as_json
@pass_invocation
def change_end(
    invocation: Invocation,
    rental_id: str,
    end: str,
    change_id: str | None,
    as_json: bool,
) -> int:
    """Give a rental another end."""
    zone = _zone_of_rental(rental_id, invocation.site)
    tell_assumed_zone(zone, invocation.texts, end)
    change: RentalChange = {
        "change_id": new_change_id(change_id),
        "provider": "carloop",
        "action": "change_end",
        "rental_id": rental_id,
        "end": read_time(end, zone, option=invocation.texts("metavar.TIME")),
    }
    if invocation.site is not None:
        change["site"] = invocation.site
    return send_change(change, invocation.texts, as_json=as_json)


def _zone_of_rental(rental_id: str, site: str | None) -> tzinfo | None:
    """Give the zone of the rental's appointment, in which a local time is meant."""
    with records() as wired:
        found = wired.call.store.rentals_named(RentalId(rental_id), Site(site) if site else None)
        saved = wired.call.store.appointment(found[0].appointment_id) if found else None
    return zone_of(saved.time_zone) if saved else None
