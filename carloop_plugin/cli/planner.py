"""The planner host inside the command line: it calls the plugin through the contract, as any host does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from carloop_plugin.cli.documents import show_rentals
from carloop_plugin.cli.output import Exit, print_problem, write_json
from carloop_plugin.cli.records import zones_of
from carloop_plugin.cli.tables import print_table
from carloop_plugin.cli.waiting import sigterm_interrupts, spinner
from carloop_plugin.domain.values import PROVIDER_ID

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_hookspecs import Gathered, MobilityHost
    from mobility_schemas.documents import Rental, RentalChange, RentalOutcome

HOST_TIMEOUT = 30.0
"""How long a person at a terminal waits for Carloop, in seconds."""

Document = TypeVar("Document")


@contextmanager
def planner_host(texts: Texts) -> Iterator[MobilityHost]:
    """Load the Carloop provider into a host of its own, and close both at the end."""
    import carloop_plugin.plugin
    from mobility_hookspecs import MobilityHost

    with MobilityHost.of((PROVIDER_ID, carloop_plugin.plugin), strict=True, locale=texts.locale) as host:
        yield host


def answer_of(gathered: Gathered[Document]) -> Document:
    """Return Carloop's answer. Raise `MobilityProblem` with why there is none."""
    from mobility_hookspecs import MobilityProblem

    if PROVIDER_ID in gathered.answers:
        return gathered.answers[PROVIDER_ID]
    raise MobilityProblem(gathered.failures[0].problem)


def new_change_id(given: str | None) -> str:
    """Return the id a person asked for, to send the same change again, or draw a new one."""
    return str(uuid.uuid4()) if given is None else given.strip()


def send_change(change: RentalChange, texts: Texts, *, as_json: bool) -> Exit:
    """Send a change, print its outcome and return the exit code for it.

    Ctrl-C and SIGTERM end the waiting, not the change: once it was handed over its outcome is unknown.
    """
    sent, outcome = False, None
    waiting = spinner(texts(f"waiting.{change['action']}"))
    try:
        with sigterm_interrupts(), planner_host(texts) as host, waiting:
            sent = True
            outcome = host.change_rental(change, timeout=HOST_TIMEOUT, locale=texts.locale)
    except KeyboardInterrupt:
        if not sent:
            raise
    if outcome is None:  # handed over, then interrupted: it may have been carried out
        return _print_interrupted(change, texts, as_json=as_json)
    if as_json:
        write_json(outcome)
    return _print_outcome(outcome, change, texts, as_json=as_json)


def _print_interrupted(change: RentalChange, texts: Texts, *, as_json: bool) -> Exit:
    if as_json:
        write_json({"change_id": change["change_id"], "provider": change["provider"], "status": "unknown"})
    click.echo(texts("outcome.interrupted", change_id=change["change_id"]), err=True)
    return Exit.UNKNOWN


def _print_outcome(outcome: RentalOutcome, change: RentalChange, texts: Texts, *, as_json: bool) -> Exit:
    if outcome["status"] == "unknown":
        click.echo(texts("outcome.unknown", change_id=change["change_id"]), err=True)
        return Exit.UNKNOWN
    if outcome["status"] == "done":
        if "rental" in outcome and not as_json:
            _show_rental(outcome["rental"], texts)
        click.echo(texts(f"outcome.done.{change['action']}"), err=True)
        return Exit.DONE
    code = print_problem(outcome["problem"], texts) if "problem" in outcome else Exit.REFUSED
    if not as_json:
        _show_refusal(outcome, texts)
    return code


def _show_rental(rental: Rental, texts: Texts) -> None:
    show_rentals([rental], texts, zones_of([rental["appointment_id"]]))


def _show_refusal(outcome: RentalOutcome, texts: Texts) -> None:
    """Print the rental that is in the way of a change, and the vehicles that are free instead."""
    if "rental" in outcome:
        _show_rental(outcome["rental"], texts)
    if alternatives := outcome.get("alternatives", []):
        click.echo(texts("outcome.alternatives"), err=True)
        rows = [(each["id"], each["title"]) for each in alternatives]
        print_table([texts("heading.option"), texts("heading.vehicle")], rows)
