"""`carloop cancel`: cancel a rental, or withdraw a booking request whose outcome is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from carloop_plugin.cli.invocation import Invocation, UsageMistake
from carloop_plugin.cli.localization import Command, argument, change_id_option, option
from carloop_plugin.cli.planner import send_change

if TYPE_CHECKING:
    from mobility_schemas.documents import RentalChange


@click.command("cancel", cls=Command)
@argument("rental_id", metavar="RENTAL", required=False)
@option("--booking", "booking_id", metavar="UUID")
@option("--reason", metavar="TEXT")
@change_id_option
def cancel(
    invocation: Invocation,
    rental_id: str | None,
    booking_id: str | None,
    reason: str | None,
    change_id: str,
) -> int:
    """Cancel a rental, or a pending booking by its change's id."""
    if (rental_id is None) == (booking_id is None):
        raise UsageMistake("cancel.one_of_two")
    change = {
        "change_id": change_id,
        "provider": "carloop",
        "action": "cancel",
        "rental_id": rental_id,
        "book_change_id": booking_id,
        "reason": reason,
        "site": invocation.site,
    }
    given = cast("RentalChange", {name: value for name, value in change.items() if value is not None})
    return send_change(given, invocation)
