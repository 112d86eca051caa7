"""`carloop book` and `carloop rebook`: save a rental for an appointment, or a new one in the place of another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

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
from carloop_plugin.cli.localization import (
    Command,
    argument,
    change_id_option,
    dry_run_option,
    end_option,
    option,
    start_option,
)
from carloop_plugin.cli.lookups import DEFAULT_SITE, NOT_SAVED, known_appointment, known_rental
from carloop_plugin.cli.output import printable
from carloop_plugin.cli.planner import print_quote, send_change
from carloop_plugin.cli.times import read_time
from carloop_plugin.domain.appointments import SavedAppointment, zone_of
from carloop_plugin.domain.failures import RuleBroken

if TYPE_CHECKING:
    from click.decorators import FC

    from mobility_schemas.documents import Period, RentalChange


class Given(TypedDict):
    """The options that `book` and `rebook` have in common."""

    file: str | None
    start: str | None
    end: str | None
    note: str | None
    dry_run: bool
    change_id: str


def _common_options(function: FC) -> FC:
    note, file = option("--note", metavar="TEXT"), option("--file", metavar="FILE|-")
    for add in (change_id_option, dry_run_option, note, end_option, start_option, file):
        function = add(function)
    return function


@click.command("book", cls=Command)
@option("--appointment", "appointment_id", metavar="ID", required=True)
@option("--option", "option_id", metavar="ID", required=True)
@_common_options
def book(invocation: Invocation, appointment_id: str, option_id: str, **given: Unpack[Given]) -> int:
    """Book a vehicle that a search offered."""
    own = {"action": "book", "appointment_id": appointment_id, "option_id": option_id}
    return _rent(invocation, appointment_id, own, given)


@click.command("rebook", cls=Command)
@argument("rental_id", metavar="RENTAL")
@option("--option", "option_id", metavar="ID")
@_common_options
def rebook(invocation: Invocation, rental_id: str, option_id: str | None, **given: Unpack[Given]) -> int:
    """Book anew in the place of a rental, which is cancelled in the same step."""
    rental = known_rental(rental_id, invocation.site)
    own = {"action": "rebook", "rental_id": rental_id, "option_id": option_id or rental.vehicle.id}
    return _rent(invocation, rental.appointment_id, own | {"site": rental.site}, given)


def _rent(invocation: Invocation, appointment_id: str, own: Mapping[str, object], given: Given) -> int:
    """Send a booking for an appointment, or print what it would cost. `own` is what its command alone knows."""
    saved = known_appointment(appointment_id)
    found = _find_document(appointment_id, given["file"])
    if found is None:
        if saved is None:
            raise RuleBroken(NOT_SAVED)
        raise UsageMistake("book.no_customer", appointment=printable(appointment_id))
    document, name = found
    shown = invocation.texts("input.standard_input") if name == STANDARD_INPUT else printable(name)
    click.echo(invocation.texts("book.customer_from", name=shown), err=True)
    zone = zone_of(saved.time_zone if saved else str(document.get("time_zone")))
    known = {
        "change_id": given["change_id"],
        "provider": "carloop",
        "site": saved.site if saved else invocation.site or DEFAULT_SITE,
        "period": _period(saved, document, zone, start=given["start"], end=given["end"]),
        "customer": customer_in(document, appointment_id=appointment_id, name=name),
    }
    note = {} if given["note"] is None else {"note": given["note"]}
    change = cast("RentalChange", {**known, **note, **own})
    return print_quote(change, invocation, zone) if given["dry_run"] else send_change(change, invocation)


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
