"""Erase from the command line: `planner-host erase` and `planner-host retention`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click

from mobility_hookspecs import MobilityHost
from mobility_hookspecs.problems import words_of
from planner_host.catalogues import catalogues
from planner_host.dms import DmsProblem
from planner_host.planner import Planner, open_planner, utc_now
from planner_host.privacy.erasing import BY_ITSELF
from planner_host.privacy.people import Person, find_people, subjects_of
from planner_host.storage.audit import Audit, AuditEntry
from planner_host.storage.erasures import Erasures, Subjects
from planner_host.storage.records import Records
from planner_host.views.privacy import place_view
from web_base.program import Failure, Mistake, Texts, print_message
from web_base.running.serving import opening


def erase(
    texts: Texts,
    numbers: Sequence[str],
    appointment_ids: Sequence[str],
    data: Path,
    *,
    yes: bool,
    dry_run: bool,
) -> None:
    """Show what would be erased, ask, erase it, and print what became of it."""
    with _opened(texts, data) as planner:
        people = [each for number in numbers for each in _people(planner, number)]
        found = subjects_of(people)
        ids = [each for each in appointment_ids if planner.records.appointment(each)]
        subjects = Subjects(
            tuple(dict.fromkeys((*found.appointment_ids, *ids))), tuple(numbers), found.rentals
        )
        _preview(texts, planner, subjects)
        if dry_run or not (yes or _is_confirmed(texts)):
            print_message(texts("not_erased"))
            return
        receipt = planner.erasing.erase(subjects, by=BY_ITSELF, locale=texts.language)
        _report(texts, planner, [receipt])


def erase_due(texts: Texts, data: Path, *, dry_run: bool) -> None:
    """Erase what is older than appointments are kept, and go on with what was left to do."""
    with _opened(texts, data) as planner:
        erasing, locale = planner.erasing, texts.language
        if dry_run:
            months = erasing.stored.months_kept
            _preview(texts, planner, Subjects(tuple(erasing.overdue(months) if months else ())))
            print_message(texts("not_erased"))
            return
        before = [each.id for each in erasing.stored.due(planner.now())]
        erasing.repeat_due(locale=locale)
        _report(texts, planner, [*before, *erasing.erase_overdue(locale=locale)])


def set_retention(texts: Texts, months: int | None, data: Path) -> None:
    """Print after how many months appointments are erased; set that where it is given, 0 for never."""
    _require_records(texts, data)
    with opening(data, texts), closing(Records(data)) as records:
        stored = Erasures(records.database)
        if months is not None:
            stored.keep_months(months)
            Audit(records.database).add(AuditEntry(utc_now(), BY_ITSELF, "retention", str(months)))
        kept = stored.months_kept
        click.echo(texts("months_kept", months=kept) if kept else texts("kept_for_ever"))


@contextmanager
def _opened(texts: Texts, data: Path) -> Iterator[Planner]:
    """Open the planner of a folder with its providers; those that do not load are named."""
    _require_records(texts, data)
    with MobilityHost.load(locale=texts.language) as host, opening(data, texts):
        for failure in host.failures:
            print_message(texts("provider_failed", provider=failure.provider, why=words_of(failure.problem)))
        try:
            with open_planner(data, host) as planner:
                yield planner
        except DmsProblem as problem:
            why = problem.message(texts.language).rstrip(".")
            raise Failure(texts("no_data", data=data, why=why)) from None


def _require_records(texts: Texts, data: Path) -> None:
    # Opening would make the file, and find nobody in a folder that is only misspelt.
    if not (data / "planner.sqlite3").is_file():
        raise Failure(texts("no_records", data=data))


def _people(planner: Planner, number: str) -> list[Person]:
    return [
        each for each in find_people(number, planner.erasing.stored, planner.dms) if each.number == number
    ]


def _preview(texts: Texts, planner: Planner, subjects: Subjects) -> None:
    ids = subjects.appointment_ids
    held = planner.erasing.held(ids, locale=texts.language)
    free = [each for each in ids if each not in held]
    click.echo(texts("would_erase", count=len(free), ids=", ".join(free) or "–"), err=True)
    for each, why in held.items():
        click.echo(_kept(texts, each, catalogues()[texts.language].text(f"privacy.held.{why}")), err=True)


def _is_confirmed(texts: Texts) -> bool:
    if not sys.stdin.isatty():
        raise Mistake(texts("unasked"))
    answer = click.prompt(texts("ask_erase"), default="", show_default=False, prompt_suffix=" ", err=True)
    return str(answer).strip().lower() in texts("yes_words").split()


def _report(texts: Texts, planner: Planner, receipts: Sequence[str]) -> None:
    """Print what each place has answered."""
    language = catalogues()[texts.language]
    for each in filter(None, map(planner.erasing.stored.receipt, receipts)):
        click.echo(language.text("privacy.receipt_of", id=each.id))
        for place in (place_view(place, language, planner.zone) for place in each.report):
            click.echo(f"  {place.name}: {place.state}")
            for line in (*(_kept(texts, *kept) for kept in place.kept), *place.lines):
                click.echo(f"    {line}")
        if each.due_at is not None:
            print_message(texts("goes_on"))


def _kept(texts: Texts, appointment_id: str, reason: str) -> str:
    kept = catalogues()[texts.language].text("privacy.kept", id=appointment_id)
    return f"{kept} {reason}"
