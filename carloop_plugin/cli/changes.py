"""Send a change through the host, and tell what became of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.exits import Exit, tell_problem, write_json
from carloop_plugin.cli.planner import PATIENCE, planner_host, waiting
from carloop_plugin.cli.records import zones_of
from carloop_plugin.cli.showing import show_rentals
from carloop_plugin.cli.stopping import terminable
from carloop_plugin.cli.tables import print_table

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import MobilityOption, Rental, RentalChange, RentalOutcome


def new_change_id(given: str | None) -> str:
    """Give the id a person asked for, to ask again for the same change, or draw a new one."""
    return str(uuid.uuid4()) if given is None else given.strip()


def send_change(change: RentalChange, texts: Texts, *, as_json: bool) -> Exit:
    """Send a change, print its outcome and give the exit code for it.

    Ctrl-C and SIGTERM end the waiting, not the change: once it was handed over its outcome is unknown.
    """
    sent, outcome = False, None
    try:
        with terminable(), planner_host(texts) as host, waiting(texts(f"waiting.{change['action']}")):
            sent = True
            outcome = host.change_rental(change, timeout=PATIENCE, locale=texts.locale)
    except KeyboardInterrupt:
        if not sent:
            raise
    if outcome is None:
        return _tell_interrupted(change, texts, as_json=as_json)
    if as_json:
        write_json(outcome)
    elif outcome["status"] == "done" and "rental" in outcome:
        _show_rental(outcome["rental"], texts)
    return _tell(outcome, change, texts, as_json=as_json)


def _tell_interrupted(change: RentalChange, texts: Texts, *, as_json: bool) -> Exit:
    if as_json:
        outcome: RentalOutcome = {
            "change_id": change["change_id"],
            "provider": change["provider"],
            "status": "unknown",
        }
        write_json(outcome)
    click.echo(texts("outcome.interrupted", change_id=change["change_id"]), err=True)
    return Exit.UNKNOWN


def _tell(outcome: RentalOutcome, change: RentalChange, texts: Texts, *, as_json: bool) -> Exit:
    if outcome["status"] == "done":
        click.echo(texts(f"outcome.done.{change['action']}"), err=True)
        return Exit.DONE
    if outcome["status"] == "unknown":
        click.echo(texts("outcome.unknown", change_id=change["change_id"]), err=True)
        return Exit.UNKNOWN
    code = tell_problem(outcome["problem"], texts) if "problem" in outcome else Exit.REFUSED
    if not as_json:
        _show_known(outcome, texts)
    return code


def _show_rental(rental: Rental, texts: Texts) -> None:
    show_rentals([rental], texts, zones_of([rental["appointment_id"]]))


def _show_known(outcome: RentalOutcome, texts: Texts) -> None:
    if "rental" in outcome:
        _show_rental(outcome["rental"], texts)
    alternatives: list[MobilityOption] = outcome.get("alternatives", [])
    if alternatives:
        click.echo(texts("outcome.alternatives"), err=True)
        rows = [(each["id"], each["title"]) for each in alternatives]
        print_table([texts("heading.option"), texts("heading.vehicle")], rows)
