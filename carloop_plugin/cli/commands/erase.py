"""`carloop erase`: erase the personal data of customers and appointments."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from carloop_plugin.cli.input import forget_every_file, is_terminal, remember_file
from carloop_plugin.cli.invocation import Invocation, UsageMistake
from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.localization import Command, dry_run_option, option
from carloop_plugin.cli.lookups import records
from carloop_plugin.cli.output import Exit, printable
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.times import show_time
from carloop_plugin.cli.waiting import spinner
from carloop_plugin.domain.values import AppointmentId

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import ErasureReport, ErasureSubjects

REWRITE_TIMEOUT = 600.0
"""How long rewriting the records may take, in seconds: large ones are not rewritten beside the day's work."""


@click.command("erase", cls=Command)
@option("--customer", "numbers", metavar="NUMBER", multiple=True)
@option("--appointment", "appointment_ids", metavar="ID", multiple=True)
@option("--yes", is_flag=True)
@dry_run_option
def erase(
    invocation: Invocation,
    numbers: tuple[str, ...],
    appointment_ids: tuple[str, ...],
    yes: bool,
    dry_run: bool,
) -> int:
    """Erase what is kept about customers and appointments, after asking."""
    if not numbers and not appointment_ids:
        raise UsageMistake("erase.nothing")
    texts = invocation.texts
    if dry_run:
        preview = _preview(numbers, appointment_ids, texts)
        invocation.answer({"dry_run": True, **preview}, lambda: click.echo(_preview_text(preview, texts)))
        click.echo(texts("erase.not_done"), err=True)
        return Exit.DONE
    if not yes and not _is_confirmed(numbers, appointment_ids, texts):
        click.echo(texts("erase.not_done"), err=True)
        return Exit.REFUSED
    subjects: ErasureSubjects = {"customer_numbers": [*numbers], "appointment_ids": [*appointment_ids]}
    with planner_host(texts) as host:
        report = answer_of(host.erase(subjects, timeout=HOST_TIMEOUT))
    # Where nothing was erased, `book` still needs the files; a change that is pending has what it sends.
    if numbers:
        forget_every_file()
    for appointment_id in appointment_ids:
        remember_file(appointment_id, None)
    invocation.answer(report, lambda: _show(report, texts))
    _rewrite(texts)
    return Exit.DONE


def _preview(numbers: Sequence[str], appointment_ids: Sequence[str], texts: Texts) -> dict[str, list[Any]]:
    """Return what would be erased, what would stay and why, and which files would be deleted, as JSON has it."""
    from carloop_plugin.contract.steps import erasure_document
    from carloop_plugin.usecases.erase import Erased, preview_erasure

    with records() as services:
        found = preview_erasure(numbers, [AppointmentId(each) for each in appointment_ids], services.context)
    report = erasure_document(Erased(len(found.appointments), found.kept), locale=texts.locale)
    return {"appointment_ids": list(found.appointments), "kept": report["kept"], "files": list(found.files)}


def _preview_text(preview: Mapping[str, list[Any]], texts: Texts) -> str:
    count, ids = len(preview["appointment_ids"]), printable(", ".join(preview["appointment_ids"]))
    lines = [texts("erase.would", count=count, ids=ids or "–")]
    for each in preview["kept"]:
        appointment = printable(each["appointment_id"])
        lines.append(texts("erase.would_keep", appointment=appointment, reason=each["reason"]))
    if preview["files"]:
        lines.append(texts("erase.would_files", files=printable(", ".join(preview["files"]))))
    return "\n".join(lines)


def _is_confirmed(numbers: Sequence[str], appointment_ids: Sequence[str], texts: Texts) -> bool:
    """Show what would be erased and ask. Raise `UsageMistake` where nobody can be asked."""
    if not is_terminal():
        raise UsageMistake("erase.unasked")
    click.echo(_preview_text(_preview(numbers, appointment_ids, texts), texts), err=True)
    answer = click.prompt(texts("erase.ask"), default="", show_default=False, prompt_suffix=" ", err=True)
    return str(answer).strip().lower() in texts("erase.answers").split()


def _rewrite(texts: Texts) -> None:
    """Rewrite the records where that is left to do: whoever called this command waits for it."""
    from carloop_plugin import bootstrap

    with bootstrap.opened(deadline=time.monotonic() + REWRITE_TIMEOUT) as services:
        if not services.context.store.backlog().unfinished_erasures:
            return
        with spinner(texts("waiting.rewrite")):
            is_finished = services.context.store.finish_erasures(largest=sys.maxsize)
    if is_finished:
        click.echo(texts("erase.rewritten"), err=True)


def _show(report: ErasureReport, texts: Texts) -> None:
    click.echo(texts("erase.done", count=report["erased"]))
    if report["kept"]:
        rows = [
            {"appointment": each["appointment_id"], "kept_because": each["reason"]}
            | {"until": show_time(each.get("until"), texts)}
            for each in report["kept"]
        ]
        print_table(("appointment", "kept_because", "until"), rows, texts)
    for remark in report["remarks"]:
        click.echo(printable(remark), err=True)
