"""`carloop change-end`: the one thing of a saved rental that can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from carloop_plugin.cli import options
from carloop_plugin.cli.changes import new_change_id, send_change
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localised import Argument, Command
from carloop_plugin.cli.records import zone_of_rental
from carloop_plugin.cli.times import is_local, read_time, tell_zone

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
    zone = zone_of_rental(rental_id, invocation.site) if is_local(end) else None
    tell_zone(zone, invocation.texts)
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
