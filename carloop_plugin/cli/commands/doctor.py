"""`carloop doctor`: examine what the provider depends on, and report what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import msgspec

from carloop_plugin.cli.layout import print_facts
from carloop_plugin.cli.localization import Command
from carloop_plugin.cli.lookups import DEFAULT_SITE, records
from carloop_plugin.cli.output import exit_for_findings, print_findings
from carloop_plugin.cli.times import show_time
from carloop_plugin.cli.waiting import spinner
from carloop_plugin.contract.settings_documents import finding_document
from carloop_plugin.domain.failures import Failed
from carloop_plugin.domain.figures import Figures, MovedAside, durations, refusals
from carloop_plugin.domain.values import Site
from carloop_plugin.settings.doctor import DoctorReport, examine
from carloop_plugin.settings.environment import Environment

if TYPE_CHECKING:
    from carloop_plugin.bootstrap import Services
    from carloop_plugin.cli.invocation import Invocation
    from carloop_plugin.cli.texts import Texts
    from mobility_hookspecs import MobilityHost
    from mobility_schemas.documents import CheckFinding


@click.command("doctor", cls=Command)
def doctor(invocation: Invocation) -> int:
    """Examine versions, records, settings and what loads, and test the connection of every site."""
    from mobility_hookspecs import MobilityHost

    texts = invocation.texts
    with MobilityHost.load(locale=texts.locale) as host, spinner(texts("waiting.answer")):
        report = _examine(host, invocation.site)
    document = doctor_document(report, locale=texts.locale)
    invocation.answer(document, lambda: _show(report, document["findings"], texts))
    return exit_for_findings(document["findings"])


def doctor_document(report: DoctorReport, *, locale: str) -> dict[str, Any]:
    """Write what the doctor found as JSON has it."""
    document = {
        "ok": all(each.severity != "error" for each in report.findings),
        "versions": dict(report.versions),
        "store": {"location": report.store, **(_figures_document(report.figures) if report.figures else {})},
        "sites": [
            {"site": each.site, "base_url": each.base_url, "station": each.station}
            | {"token": {"set": each.token_set, "place": each.token_place}, "connected": each.connected}
            for each in report.sites
        ],
        "providers": list(report.providers),
        "load_failures": list(report.load_failures),
        "findings": [finding_document(each, locale=locale) for each in report.findings],
    }
    written: dict[str, Any] = msgspec.to_builtins(document)  # instants as RFC 3339
    return written


def _figures_document(figures: Figures) -> dict[str, object]:
    names = ("installation", "engine", "journal", "rentals", "pending", "unknown", "unfinished_erasures")
    return {name: getattr(figures, name) for name in names} | {
        "oldest_pending": figures.oldest_pending,
        "oldest_unknown": figures.oldest_unknown,
        "set_aside": list(figures.set_aside),
        "moved_aside": [
            {"file": each.name, "at": each.at, "age_seconds": _age(each).total_seconds()}
            for each in figures.moved_aside
        ],
        "changes": _changes_document(figures),
        "contacts": [
            {"account": each.account, "at": each.at, "trouble": each.trouble}
            | {"skew_seconds": each.skew.total_seconds()}
            for each in figures.contacts
        ],
        "unreadable": [
            {"account": each.account, "rental_id": each.id, "ours": each.is_ours} | {"seen_at": each.seen_at}
            for each in figures.unreadable
        ],
    }


def _changes_document(figures: Figures) -> dict[str, object]:
    refused = refusals(figures.settled)
    return {
        "counted": len(figures.settled),
        "done": len(figures.settled) - sum(refused.values()),
        "refused": sum(refused.values()),
        "refused_by_code": refused,
        "seconds": {action.value: took for action, took in durations(figures.settled).items()},
    }


def _age(moved: MovedAside) -> timedelta:
    return max(timedelta(), datetime.now(UTC) - moved.at)


def _examine(host: MobilityHost, asked_for: str | None) -> DoctorReport:
    from carloop_plugin.store.sqlite import database

    # The one in use, which need not be Python's own.
    sqlite = database.sqlite3.sqlite_version  # type: ignore[attr-defined]
    look = partial(examine, Environment.read(), host, sqlite=sqlite)
    try:
        with records() as services:
            return look(context=services.context, sites=_sites(services, asked_for))
    except Failed as failure:
        return look(context=failure.reason, sites=[])


def _sites(services: Services, asked_for: str | None) -> list[Site]:
    """List the sites to examine; the default site where there is no other, or where an address serves it."""
    named = [Site(asked_for)] if asked_for else []
    known = list(dict.fromkeys([*named, *services.sites()]))
    # An address for all sites serves the one that is named nowhere as well.
    is_served = services.environment.base_url or services.environment.config.defaults.base_url
    default = Site(DEFAULT_SITE)
    return known if default in known or (known and not is_served) else [default, *known]


def _facts(report: DoctorReport, texts: Texts) -> Iterator[tuple[str, object]]:
    yield from report.versions.items()
    yield texts("heading.records"), report.store
    if report.figures is not None:
        yield from _figure_facts(report.figures, texts)
    for site in report.sites:
        place = f"doctor.place.{site.token_place}"
        place = texts(place) if texts.has(place) else site.token_place
        token = texts("doctor.token_set", place=place) if site.token_set else texts("doctor.no_token")
        yield texts("doctor.site", site=site.site), f"{site.base_url or '–'} · {token}"
    for provider in report.providers:
        yield texts("doctor.provider", id=provider["id"]), f"{provider['name']} {provider['version']}"


def _figure_facts(figures: Figures, texts: Texts) -> Iterator[tuple[str, object]]:
    for name in ("installation", "engine", "journal", "rentals", "pending", "unknown"):
        yield texts(f"doctor.{name}"), getattr(figures, name)
    yield texts("doctor.set_aside"), len(figures.set_aside)
    for each in figures.moved_aside:
        when, days = show_time(each.at.isoformat(), texts), _age(each).days
        yield texts("doctor.moved_aside"), texts("doctor.aside_since", file=each.name, when=when, days=days)
    yield from _change_facts(figures, texts)
    for contact in figures.contacts:
        when = show_time(contact.at.isoformat(), texts)
        skew = _seconds(contact.skew.total_seconds(), texts, "+")
        yield texts("doctor.contact", account=contact.account), texts("doctor.answered", when=when, skew=skew)


def _change_facts(figures: Figures, texts: Texts) -> Iterator[tuple[str, object]]:
    if figures.oldest_unknown is not None:
        yield texts("doctor.oldest_unknown"), show_time(figures.oldest_unknown.isoformat(), texts)
    if not figures.settled:
        return
    refused = sum(refusals(figures.settled).values())
    done = len(figures.settled) - refused
    yield texts("doctor.changes"), texts("doctor.ended", done=done, refused=refused)
    for action, took in durations(figures.settled).items():
        shown = {name: _seconds(getattr(took, name), texts) for name in ("median", "p95", "longest")}
        name = texts("doctor.took", action=texts(f"doctor.action.{action}"))
        yield name, texts("doctor.seconds", **shown)


def _seconds(seconds: float, texts: Texts, sign: str = "") -> str:
    """Return seconds as a person writes them, with the language's own decimal separator."""
    written = f"{seconds:{sign}.2f}"
    return written.replace(".", ",") if texts.locale == "de" else written


def _show(report: DoctorReport, findings: Sequence[CheckFinding], texts: Texts) -> None:
    print_facts(_facts(report, texts))
    print_findings(findings, texts)
    found = {each["severity"] for each in findings}
    how = "errors" if "error" in found else "warnings" if "warning" in found else "in_order"
    click.echo(texts(f"doctor.{how}"), err=True)
