"""`carloop change-end`: change the end of a rental."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localization import Argument, Command, change_id_option, json_option
from carloop_plugin.cli.planner import new_change_id, send_change
from carloop_plugin.cli.records import zone_of_rental
from carloop_plugin.cli.times import is_local, print_zone, read_time

if TYPE_CHECKING:
    from mobility_schemas.documents import RentalChange


@click.command("change-end", cls=Command)
@click.argument("rental_id", metavar="RENTAL", cls=Argument)
@click.argument("end", metavar="TIME", cls=Argument)
@change_id_option
@json_option
@pass_invocation
def change_end(invocation: Invocation, rental_id: str, end: str, change_id: str | None, as_json: bool) -> int:
    """Change the end of a rental."""
    zone = zone_of_rental(rental_id, invocation.site) if is_local(end) else None
    print_zone(zone, invocation.texts)
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
