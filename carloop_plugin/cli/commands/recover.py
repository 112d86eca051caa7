"""`carloop recover`: settle what is pending, once or as a watch, and rebuild damaged records."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.documents import show_rentals
from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.localization import Command, option, whole_number
from carloop_plugin.cli.lookups import records, zones_of
from carloop_plugin.cli.output import Exit, print_failure, print_problem, printable
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.times import show_time
from carloop_plugin.cli.waiting import spinner, until_stopped
from carloop_plugin.domain.failures import Failed, Reason
from carloop_plugin.domain.values import Site

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation
    from carloop_plugin.cli.texts import Texts
    from mobility_hookspecs import MobilityHost
    from mobility_schemas.documents import ReconcileReport, RentalOutcome

REBUILD_TIMEOUT = 600.0
"""How long rebuilding may take, in seconds: every rental is read in again."""


@click.command("recover", cls=Command)
@option("--watch", metavar="SECONDS", type=whole_number(1, 86_400))
@option("--rebuild", is_flag=True)
def recover(invocation: Invocation, watch: int | None, rebuild: bool) -> int:
    """Settle pending changes and read what changed at the rental desk."""
    texts = invocation.texts
    if rebuild and (code := _rebuild(texts)) is not Exit.DONE:
        return code
    with records() as services:
        services.context.store.take_up_set_aside()  # else retried seldom, after all others
    with planner_host(texts, is_silent=True) as host:
        if watch is None:
            return _round(host, invocation)
        # Ctrl-C between two rounds ends the watch; within one it ends when the round has.
        with until_stopped() as stopped:
            return _watch(host, invocation, stopped, every=watch)


def _round(host: MobilityHost, invocation: Invocation) -> Exit:
    texts = invocation.texts
    with spinner(texts("waiting.answer")):
        report = answer_of(host.reconcile(timeout=HOST_TIMEOUT))
    invocation.answer(report, lambda: show_report(report, texts))
    code = _print_reasons("recover.unreachable", _unreachable(), texts)
    return code or (Exit.UNKNOWN if report["pending"] else Exit.DONE)


def _unreachable() -> list[tuple[Site, Reason]]:
    """Ask each site's Carloop: a report with nothing new does not say whether it answered."""
    found = []
    with records() as services:
        for site in services.sites():
            try:
                services.context.connect(site).read_account(deadline=services.context.deadline)
            except Failed as failure:
                found.append((site, failure.reason))
    return found


def _print_reasons(key: str, reasons: Iterable[tuple[Site, Reason]], texts: Texts) -> Exit:
    from carloop_plugin.contract.boundary import problem_document

    code = Exit.DONE
    for site, reason in reasons:
        click.echo(texts(key, site=printable(site)), err=True)
        code = print_problem(problem_document(reason, texts.locale), texts)
    return code


def _watch(host: MobilityHost, invocation: Invocation, stopped: threading.Event, *, every: int) -> Exit:
    """Repeat until Ctrl-C or SIGTERM; a round that fails is printed, and the next one tries again."""
    from mobility_hookspecs import MobilityProblem

    while True:
        try:
            code = _round(host, invocation)
        except MobilityProblem as error:
            code = print_failure(error, invocation.texts, as_json=invocation.as_json)
        if stopped.wait(every):
            return code


def show_report(report: ReconcileReport, texts: Texts) -> None:
    """Print what was settled, what changed at the desk, and what is still pending."""
    if report["settled"]:
        print_table(
            ("change", "outcome", "rental"),
            [_outcome_cells(each, texts) for each in report["settled"]],
            texts,
        )
    if report["changed"]:
        zones = zones_of([rental["appointment_id"] for rental in report["changed"]])
        show_rentals(report["changed"], texts, zones)
    counts = {"settled": len(report["settled"]), "changed": len(report["changed"])}
    click.echo(texts("recover.summary", **counts, pending=report["pending"]), err=True)
    if "oldest_pending" in report:
        click.echo(texts("recover.oldest", since=show_time(report["oldest_pending"], texts)), err=True)


def _outcome_cells(outcome: RentalOutcome, texts: Texts) -> dict[str, object]:
    word = texts(f"outcome.{outcome['status']}")
    if "problem" in outcome:
        word += f": {outcome['problem']['title']} ({outcome['problem']['code']})"
    rental = outcome["rental"]["id"] if "rental" in outcome else None
    return {"change": outcome["change_id"], "outcome": word, "rental": rental}


def _rebuild(texts: Texts) -> Exit:
    from carloop_plugin.bootstrap import rebuild_store

    with spinner(texts("waiting.rebuilt", count=0)) as show:
        aside, rebuilt = rebuild_store(
            deadline=time.monotonic() + REBUILD_TIMEOUT,
            progress=lambda count: show(texts("waiting.rebuilt", count=count)),
        )
    if rebuilt.missing:
        code = _print_reasons("recover.missing", rebuilt.missing, texts)
        click.echo(texts("recover.not_rebuilt"), err=True)
        return code
    click.echo(texts("recover.rebuilt", count=rebuilt.rentals), err=True)
    if aside is not None:
        click.echo(texts("recover.moved_aside", path=printable(str(aside))), err=True)
        with records() as services:
            if services.context.store.backlog().unfinished_erasures:
                click.echo(texts("recover.aside_goes"), err=True)
    if rebuilt.pending:
        click.echo(texts("recover.carried", count=rebuilt.pending), err=True)
    if not rebuilt.is_complete:
        click.echo(texts("recover.incomplete"), err=True)
    return Exit.DONE
