"""The planner host inside the command line: it calls the plugin through the contract, as any host does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import tzinfo
from typing import TYPE_CHECKING, TypeVar

import click

from carloop_plugin.cli.documents import show_quote, show_rentals
from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.lookups import zones_of
from carloop_plugin.cli.output import Exit, print_problem
from carloop_plugin.cli.waiting import sigterm_interrupts, spinner
from carloop_plugin.domain.values import PROVIDER_ID

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation
    from carloop_plugin.cli.texts import Texts
    from mobility_hookspecs import Gathered, MobilityHost
    from mobility_schemas.documents import RentalChange, RentalOutcome

HOST_TIMEOUT = 30.0
"""How long a person at a terminal waits for Carloop, in seconds."""

Document = TypeVar("Document")


@contextmanager
def planner_host(texts: Texts, *, is_silent: bool = False) -> Iterator[MobilityHost]:
    """Load the Carloop provider into a host of its own, and close both at the end.

    A person sees that it works meanwhile, unless it `is_silent`.
    """
    import carloop_plugin.plugin
    from mobility_hookspecs import MobilityHost

    provider = (PROVIDER_ID, carloop_plugin.plugin)
    shown = nullcontext() if is_silent else spinner(texts("waiting.answer"))
    # Strict: a provider of our own that does not load is a bug, and no answer that one could go on without.
    with MobilityHost.of(provider, strict=True, locale=texts.locale) as host, shown:
        yield host


def answer_of(gathered: Gathered[Document]) -> Document:
    """Return Carloop's answer. Raise `MobilityProblem` with why there is none."""
    from mobility_hookspecs import MobilityProblem

    if PROVIDER_ID in gathered.answers:
        return gathered.answers[PROVIDER_ID]
    raise MobilityProblem(gathered.failures[0].problem)


def send_change(change: RentalChange, invocation: Invocation) -> Exit:
    """Send a change, print its outcome and return the exit code for it.

    Ctrl-C and SIGTERM end the waiting, not the change: once it was handed over its outcome is unknown.
    """
    texts, sent, interrupted = invocation.texts, False, True
    outcome: RentalOutcome = {"change_id": change["change_id"], "provider": PROVIDER_ID, "status": "unknown"}
    try:
        with sigterm_interrupts(), planner_host(texts) as host:
            sent = True
            outcome, interrupted = host.change_rental(change, timeout=HOST_TIMEOUT), False
    except KeyboardInterrupt:
        if not sent:
            raise
    status = outcome["status"]
    code = print_problem(outcome["problem"], texts) if status == "refused" else Exit.UNKNOWN
    invocation.answer(outcome, lambda: _show_outcome(outcome, texts))
    if status == "refused":
        return code
    word = f"done.{change['action']}" if status == "done" else "interrupted" if interrupted else "unknown"
    click.echo(texts(f"outcome.{word}", change_id=change["change_id"]), err=True)
    return Exit.DONE if status == "done" else Exit.UNKNOWN


def print_quote(change: RentalChange, invocation: Invocation, zone: tzinfo | None) -> Exit:
    """Print what a change would cost and whether it is possible now, and make no change; return the exit code."""
    texts = invocation.texts
    with planner_host(texts) as host:
        quote = host.quote(change, timeout=HOST_TIMEOUT)
    code = Exit.DONE if quote["possible"] else print_problem(quote["problem"], texts)
    invocation.answer(quote, lambda: show_quote(quote, texts, zone))
    click.echo(texts("quote.not_done"), err=True)
    return code


def _show_outcome(outcome: RentalOutcome, texts: Texts) -> None:
    """Print a change's rental, or the one that is in its way, and the vehicles that are free instead."""
    if "rental" in outcome:
        show_rentals([outcome["rental"]], texts, zones_of([outcome["rental"]["appointment_id"]]))
    if alternatives := outcome.get("alternatives", []):
        click.echo(texts("outcome.alternatives"), err=True)
        rows = [{"option": each["id"], "vehicle": each["title"]} for each in alternatives]
        print_table(("option", "vehicle"), rows, texts)
