"""`carloop doctor`: what the provider stands on, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli import options
from carloop_plugin.cli.exits import exit_for_findings, write_json
from carloop_plugin.cli.findings import tell_findings
from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localised import Command
from carloop_plugin.cli.planner import DEFAULT_SITE, waiting
from carloop_plugin.cli.records import records
from carloop_plugin.cli.tables import print_facts
from carloop_plugin.cli.times import show_time
from carloop_plugin.domain.failures import Failed
from carloop_plugin.domain.figures import Figures, durations, refusals
from carloop_plugin.domain.values import Site
from carloop_plugin.settings.doctor import Diagnosis, age_of, diagnose

if TYPE_CHECKING:
    from carloop_plugin.bootstrap import Services
    from carloop_plugin.cli.texts import Texts
    from mobility_hookspecs import MobilityHost


@click.command("doctor", cls=Command)
@options.as_json
@pass_invocation
def doctor(invocation: Invocation, as_json: bool) -> int:
    """Examine versions, records, settings and what loads, and test the connection of every site."""
    from mobility_hookspecs import MobilityHost

    texts = invocation.texts
    with MobilityHost.load(locale=texts.locale) as host, waiting(texts("waiting.doctor")):
        diagnosis = _examine(host, invocation)
    if as_json:
        write_json(diagnosis.document())
    else:
        _show(diagnosis, texts)
    return exit_for_findings(diagnosis.findings)


def _examine(host: MobilityHost, invocation: Invocation) -> Diagnosis:
    from carloop_plugin.settings.credentials import open_credentials
    from carloop_plugin.settings.environment import Environment
    from carloop_plugin.store.sqlite import database

    environment = Environment.read()
    # The one in use, which need not be Python's own.
    locale, sqlite = invocation.locale, database.sqlite3.sqlite_version  # type: ignore[attr-defined]
    try:
        with records() as services:
            known = _sites(services, invocation.site)
            return diagnose(
                environment=environment,
                credentials=services.credentials,
                store=services.context.store,
                connect=services.context.connect,
                figures=services.context.store.figures(),
                sites=known,
                host=host,
                sqlite=sqlite,
                locale=locale,
            )
    except Failed as failure:
        return diagnose(
            environment=environment,
            credentials=open_credentials(environment.store),
            store=None,
            connect=None,
            figures=failure.reason,
            sites=[],
            host=host,
            sqlite=sqlite,
            locale=locale,
        )


def _sites(services: Services, asked_for: str | None) -> list[Site]:
    """List the sites to examine; the default site where there is no other, or where an address serves it."""
    named = [Site(asked_for)] if asked_for else []
    known = list(dict.fromkeys([*named, *services.sites()]))
    is_served = services.environment.base_url or services.environment.config.defaults.base_url
    default = Site(DEFAULT_SITE)
    return known if default in known or (known and not is_served) else [default, *known]


def _show(diagnosis: Diagnosis, texts: Texts) -> None:
    facts: list[tuple[str, object]] = [*diagnosis.versions.items()]
    facts.append((texts("doctor.store"), diagnosis.store))
    figures = diagnosis.figures
    if figures is not None:
        facts += [
            (texts("doctor.installation"), figures.installation),
            (texts("doctor.engine"), figures.engine),
            (texts("doctor.journal"), figures.journal),
            (texts("doctor.rentals"), figures.rentals),
            (texts("doctor.pending"), figures.pending),
            (texts("doctor.unknown"), figures.unknown),
            (texts("doctor.set_aside"), len(figures.set_aside)),
            *_moved_aside(figures, texts),
            *_how_changes_go(figures, texts),
            *_contacts(figures, texts),
        ]
    for site in diagnosis.sites:
        place = f"doctor.place.{site.token_place}"
        shown = texts(place) if texts.has(place) else site.token_place
        token = texts("doctor.token_set", place=shown) if site.token_set else texts("doctor.no_token")
        facts.append((texts("doctor.site", site=site.site), f"{site.base_url or '–'} · {token}"))
    for provider in diagnosis.providers:
        facts.append(
            (texts("doctor.provider", id=provider["id"]), f"{provider['name']} {provider['version']}")
        )
    print_facts(facts)
    tell_findings(diagnosis.findings, texts)
    click.echo(texts(_verdict(diagnosis)), err=True)


def _moved_aside(figures: Figures, texts: Texts) -> Iterator[tuple[str, object]]:
    for each in figures.moved_aside:
        when = show_time(each.at.isoformat(), texts)
        shown = texts("doctor.aside_since", file=each.name, when=when, days=age_of(each).days)
        yield texts("doctor.moved_aside"), shown


def _how_changes_go(figures: Figures, texts: Texts) -> Iterator[tuple[str, object]]:
    if figures.oldest_unknown is not None:
        yield texts("doctor.oldest_unknown"), show_time(figures.oldest_unknown.isoformat(), texts)
    if not figures.settled:
        return
    refused = sum(refusals(figures.settled).values())
    ended = texts("doctor.ended", done=len(figures.settled) - refused, refused=refused)
    yield texts("doctor.changes"), ended
    for action, took in durations(figures.settled).items():
        shown = {name: _seconds(getattr(took, name), texts) for name in ("median", "p95", "longest")}
        name = texts("doctor.took", action=texts(f"doctor.action.{action}"))
        yield name, texts("doctor.seconds", **shown)


def _contacts(figures: Figures, texts: Texts) -> Iterator[tuple[str, object]]:
    for contact in figures.contacts:
        when = show_time(contact.at.isoformat(), texts)
        skew = _seconds(contact.skew.total_seconds(), texts, "+")
        yield texts("doctor.contact", account=contact.account), texts("doctor.heard", when=when, skew=skew)


def _seconds(seconds: float, texts: Texts, sign: str = "") -> str:
    """Write seconds as a person does, with the language's own comma."""
    written = f"{seconds:{sign}.2f}"
    return written.replace(".", ",") if texts.locale == "de" else written


def _verdict(diagnosis: Diagnosis) -> str:
    if not diagnosis.is_well:
        return "doctor.ill"
    warned = any(each["severity"] == "warning" for each in diagnosis.findings)
    return "doctor.minor" if warned else "doctor.well"
