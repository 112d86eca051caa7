"""`carloop change-end`: change the end of a rental."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.localization import Command, argument, change_id_option, dry_run_option
from carloop_plugin.cli.lookups import zone_of_rental
from carloop_plugin.cli.planner import print_quote, send_change
from carloop_plugin.cli.times import is_local, print_zone, read_time

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation
    from mobility_schemas.documents import RentalChange


@click.command("change-end", cls=Command)
@argument("rental_id", metavar="RENTAL")
@argument("end", metavar="TIME")
@dry_run_option
@change_id_option
def change_end(invocation: Invocation, rental_id: str, end: str, dry_run: bool, change_id: str) -> int:
    """Change the end of a rental."""
    zone = zone_of_rental(rental_id, invocation.site) if is_local(end) or dry_run else None
    print_zone(zone, invocation.texts)
    change: RentalChange = {
        "change_id": change_id,
        "provider": "carloop",
        "action": "change_end",
        "rental_id": rental_id,
        "end": read_time(end, zone, option=invocation.texts("metavar.TIME")),
    }
    if invocation.site is not None:
        change["site"] = invocation.site
    return print_quote(change, invocation, zone) if dry_run else send_change(change, invocation)
