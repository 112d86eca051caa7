"""The doctor: examine everything the provider depends on, and report it as a value with findings.

The connection of every site is tested, as `settings test` does it for one. Nothing secret is in the report.
"""

from __future__ import annotations

import platform
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from carloop_plugin.domain.accounts import SiteSettings
from carloop_plugin.domain.failures import Failed, Reason
from carloop_plugin.domain.figures import Figures
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.domain.values import PROVIDER_ID, Site
from carloop_plugin.instants import format_instant
from carloop_plugin.settings import check
from carloop_plugin.settings.credentials import has_keyring
from carloop_plugin.settings.environment import Environment, site_settings
from mobility_hookspecs import CONTRACT_VERSION
from mobility_hookspecs.problems import words_of

if TYPE_CHECKING:
    from carloop_plugin.ports import UseCaseContext
    from mobility_hookspecs import MobilityHost

PACKAGES = ("carloop-plugin", "mobility-hookspecs", "mobility-schemas", "httpx", "sqlite-utils", "pluggy")
SHARED_STORE_PACKAGES = ("psycopg", "psycopg-pool")
LONG_PENDING = timedelta(hours=1)
SITE_TIMEOUT = 10.0
"""How long one site's Carloop may take to answer, in seconds."""


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """The settings in force for a site, where its token comes from, and whether its connection works."""

    site: Site
    base_url: str | None
    station: str | None
    token_set: bool
    token_place: str
    connected: bool


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """All the doctor found. `figures` is None where the records cannot be opened."""

    versions: Mapping[str, str]
    store: str
    figures: Figures | None
    sites: tuple[SiteSummary, ...]
    providers: tuple[Mapping[str, object], ...]
    load_failures: tuple[Mapping[str, object], ...]
    findings: tuple[check.Finding, ...]


def examine(
    environment: Environment,
    host: MobilityHost,
    *,
    context: UseCaseContext | Reason,
    sites: Sequence[Site],
    sqlite: str,
) -> DoctorReport:
    """Examine everything, and test the connection of each site.

    `context` is the reason where the records cannot be opened. `host` has loaded the installed providers; `sqlite` is
    the version of the SQLite in use.
    """
    findings = [*check.unknown_keys(environment), *_load_findings(host)]
    summaries: list[SiteSummary] = []
    figures = None
    if isinstance(context, Reason):
        findings.append(check.problem_finding(context))
    else:
        figures = context.store.figures()
        findings += _figure_findings(figures)
        for site in sites:
            summary, found = _examine_site(site, environment, context)
            summaries += [summary] if summary else []
            findings += [replace(each, site=site) for each in found]
    return DoctorReport(
        versions={**_versions(environment), "sqlite": sqlite},
        store=read_location(environment.store).shown,
        figures=figures,
        sites=tuple(summaries),
        providers=tuple(host.providers),
        load_failures=tuple({"provider": each.provider, "problem": each.problem} for each in host.failures),
        findings=tuple(findings),
    )


def _versions(environment: Environment) -> dict[str, str]:
    found = {"python": platform.python_version(), "contract": CONTRACT_VERSION}
    shared = SHARED_STORE_PACKAGES if read_location(environment.store).is_shared else ()
    for package in PACKAGES + shared:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree
            found[package] = "?"
    return found


def _load_findings(host: MobilityHost) -> Iterator[check.Finding]:
    for failure in host.failures:
        severity: check.Severity = "error" if failure.provider == PROVIDER_ID else "warning"
        params = {"provider": failure.provider, "why": words_of(failure.problem)}
        yield check.Finding("load_failure", severity, "doctor.load_failure", params)
    if all(provider["id"] != PROVIDER_ID for provider in host.providers):
        yield check.Finding("not_loaded", "error", "doctor.not_loaded")


def _figure_findings(figures: Figures) -> Iterator[check.Finding]:
    oldest = figures.oldest_pending
    late = format_instant(oldest) if oldest and datetime.now(UTC) - oldest > LONG_PENDING else ""
    for code, text, name, value in (
        ("unknown_outcomes", "doctor.unknown", "count", figures.unknown),
        ("long_pending", "doctor.long_pending", "since", late),
        ("set_aside", "doctor.set_aside", "ids", ", ".join(figures.set_aside)),
        ("erasure_unfinished", "doctor.erasures", "count", figures.unfinished_erasures),
        ("moved_aside", "doctor.moved_aside", "files", ", ".join(each.name for each in figures.moved_aside)),
    ):
        if value:
            yield check.Finding(code, "warning", text, {name: str(value)})
    yield from check.unreadable_findings(figures)
    for contact in figures.contacts:
        yield from check.skew_findings(contact.skew)
    if figures.journal.lower() not in ("wal", ""):
        yield check.Finding("rollback_journal", "info", "doctor.rollback_journal")


def _examine_site(
    site: Site, environment: Environment, context: UseCaseContext
) -> tuple[SiteSummary | None, list[check.Finding]]:
    try:
        settings = site_settings(site, environment=environment, store=context.store)
    except Failed as failure:
        return None, [check.problem_finding(failure.reason)]
    found = check.check_connection(settings, context.connect, deadline=time.monotonic() + SITE_TIMEOUT)
    summary = SiteSummary(
        site,
        settings.base_url,
        settings.station,
        token_set=settings.token is not None,
        token_place=settings.token_place or environment.credentials.place,
        connected=any(each.code == check.CONNECTED for each in found),
    )
    if settings.token is not None:
        found += _token_findings(settings, summary.token_place, environment)
    return summary, found


def _token_findings(settings: SiteSettings, place: str, environment: Environment) -> Iterator[check.Finding]:
    is_file = place not in ("environment", "keyring")
    is_ours = settings.token_place is None
    hint = "doctor.no_keyring" if is_ours and not has_keyring() else None
    text = "doctor.token_file" if is_file else f"doctor.token_{place}"
    yield check.Finding("token_place", "info", text, {"file": place}, hint=hint)
    with suppress(OSError):
        if is_file and Path(place).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield check.Finding("token_file_open", "warning", "doctor.token_file_open", {"file": place})
    # One entered on the page is kept on one server; the others that share the store have none.
    if is_ours and read_location(environment.store).is_shared:
        yield check.Finding("shared_store_token", "warning", "doctor.shared_store")
