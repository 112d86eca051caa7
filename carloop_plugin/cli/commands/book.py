"""`carloop book`: save a rental for an appointment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, cast

import click

from carloop_plugin.cli.input import (
    STANDARD_INPUT,
    customer_in,
    load_document,
    parse_document,
    piped_input,
    remembered_file,
)
from carloop_plugin.cli.invocation import Invocation, UsageMistake
from carloop_plugin.cli.localization import Command, change_id_option, end_option, option, start_option
from carloop_plugin.cli.lookups import DEFAULT_SITE, NOT_SAVED, known_appointment
from carloop_plugin.cli.output import printable
from carloop_plugin.cli.planner import send_change
from carloop_plugin.cli.times import read_time
from carloop_plugin.domain.appointments import SavedAppointment, zone_of
from carloop_plugin.domain.failures import RuleBroken

if TYPE_CHECKING:
    from mobility_schemas.documents import Customer, Period, RentalChange


@click.command("book", cls=Command)
@option("--appointment", "appointment_id", metavar="ID", required=True)
@option("--option", "option_id", metavar="ID", required=True)
@option("--file", metavar="FILE|-")
@start_option
@end_option
@change_id_option
def book(
    invocation: Invocation,
    appointment_id: str,
    option_id: str,
    file: str | None,
    start: str | None,
    end: str | None,
    change_id: str,
) -> int:
    """Book a vehicle that a search offered."""
    saved = known_appointment(appointment_id)
    found = _find_document(appointment_id, file)
    if found is None:
        if saved is None:
            raise RuleBroken(NOT_SAVED)
        raise UsageMistake("book.no_customer", appointment=printable(appointment_id))
    document, name = found
    shown = invocation.texts("input.standard_input") if name == STANDARD_INPUT else printable(name)
    click.echo(invocation.texts("book.customer_from", name=shown), err=True)
    zone = zone_of(saved.time_zone if saved else str(document.get("time_zone")))
    change: RentalChange = {
        "change_id": change_id,
        "provider": "carloop",
        "action": "book",
        "site": saved.site if saved else invocation.site or DEFAULT_SITE,
        "appointment_id": appointment_id,
        "option_id": option_id,
        "period": _period(saved, document, zone, start=start, end=end),
        "customer": cast("Customer", customer_in(document, appointment_id=appointment_id, name=name)),
    }
    return send_change(change, invocation)


def _find_document(appointment_id: str, file: str | None) -> tuple[Mapping[str, object], str] | None:
    """Find the customer: in the file named, else in standard input, else in the file the appointment was saved from."""
    if file is not None:
        return load_document(file), file
    remembered = remembered_file(appointment_id)
    # Where a file is known, a pipe that some other program left open must not keep a person waiting.
    piped = piped_input(wait=remembered is None)
    if piped is not None:
        return parse_document(piped, STANDARD_INPUT), STANDARD_INPUT
    return (load_document(str(remembered)), str(remembered)) if remembered else None


def _period(
    saved: SavedAppointment | None,
    document: Mapping[str, object],
    zone: tzinfo | None,
    *,
    start: str | None,
    end: str | None,
) -> Period:
    given = document.get("period")
    known = given if isinstance(given, Mapping) else {}
    first = saved.start_text if saved else known.get("start")
    last = saved.end_text if saved else known.get("end")
    if (start is None and first is None) or (end is None and last is None):
        raise RuleBroken(NOT_SAVED)
    return {
        "start": str(first) if start is None else read_time(start, zone, option="--start"),
        "end": str(last) if end is None else read_time(end, zone, option="--end"),
    }
