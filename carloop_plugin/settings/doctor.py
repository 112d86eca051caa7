"""The doctor: examine everything the provider depends on, and return it as a value with findings.

The connection of every site is tested, as `settings test` does it for one. Nothing secret is in the report.
"""

from __future__ import annotations

import platform
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from carloop_plugin.domain.failures import Failed, Reason
from carloop_plugin.domain.figures import Figures, MovedAside, changes_document
from carloop_plugin.domain.values import PROVIDER_ID, Site, format_instant
from carloop_plugin.settings.check import (
    CONNECTED,
    MOST_SKEW,
    check_connection,
    failure_finding,
    feed_findings,
    finding,
    unknown_setting_findings,
)
from carloop_plugin.settings.environment import Environment, is_shared_store, site_settings
from mobility_hookspecs import CONTRACT_VERSION
from mobility_hookspecs.problems import words_of

if TYPE_CHECKING:
    from carloop_plugin.ports import Connect, Credentials, SettingsStore
    from mobility_hookspecs import MobilityHost
    from mobility_schemas.documents import CheckFinding

PACKAGES = ("carloop-plugin", "mobility-hookspecs", "mobility-schemas", "httpx", "sqlite-utils", "pluggy")
SHARED_STORE_PACKAGES = ("psycopg", "psycopg-pool")
LONG_PENDING = timedelta(hours=1)
PATIENCE = 10.0
"""How long one site's Carloop may take to answer, in seconds."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is in force for a site: its address, its station, where its token comes from, whether it works."""

    site: Site
    base_url: str | None
    station: str | None
    token_set: bool
    token_place: str
    connected: bool

    def document(self) -> dict[str, object]:
        """Give the facts as JSON has them."""
        return {
            "site": self.site,
            "base_url": self.base_url,
            "station": self.station,
            "token": {"set": self.token_set, "place": self.token_place},
            "connected": self.connected,
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All the doctor found. `figures` is None where the records cannot be opened."""

    versions: dict[str, str]
    store: str
    figures: Figures | None
    sites: tuple[SiteFacts, ...]
    providers: tuple[dict[str, object], ...]
    load_failures: tuple[dict[str, object], ...]
    findings: tuple[CheckFinding, ...]

    @property
    def is_well(self) -> bool:
        """Tell whether nothing found is an error."""
        return all(each["severity"] != "error" for each in self.findings)

    def document(self) -> dict[str, object]:
        """Give the diagnosis as JSON has it."""
        return {
            "ok": self.is_well,
            "versions": self.versions,
            "store": {"location": self.store, **_figures_document(self.figures)},
            "sites": [site.document() for site in self.sites],
            "providers": list(self.providers),
            "load_failures": list(self.load_failures),
            "findings": list(self.findings),
        }


def diagnose(
    *,
    environment: Environment,
    credentials: Credentials,
    store: SettingsStore | None,
    connect: Connect | None,
    figures: Figures | Reason,
    sites: Sequence[Site],
    host: MobilityHost,
    sqlite: str,
    locale: str,
) -> Diagnosis:
    """Examine everything, and ask the Carloop of each site with `connect`.

    `figures` is the reason where the records cannot be opened; `store` and `connect` are None then. `host` has
    loaded what is installed; `sqlite` is the version of the SQLite in use.
    """
    findings = [*_configuration_findings(environment, locale), *_load_findings(host, locale)]
    facts: list[SiteFacts] = []
    if isinstance(figures, Reason):
        findings.append(failure_finding(figures, locale))
    else:
        findings += _figure_findings(figures, locale)
    if store is not None and connect is not None:
        for site in sites:
            found = _examine_site(site, facts, environment, store, credentials, connect, locale)
            findings += [_of_site(each, site) for each in found]
    return Diagnosis(
        versions={**_versions(environment), "sqlite": sqlite},
        store=environment.store_shown,
        figures=figures if isinstance(figures, Figures) else None,
        sites=tuple(facts),
        providers=tuple(dict(provider) for provider in host.providers),
        load_failures=tuple(
            {"provider": failure.provider, "problem": dict(failure.problem)} for failure in host.failures
        ),
        findings=tuple(findings),
    )


def _versions(environment: Environment) -> dict[str, str]:
    found = {"python": platform.python_version(), "contract": CONTRACT_VERSION}
    shared = SHARED_STORE_PACKAGES if is_shared_store(environment.store) else ()
    for package in PACKAGES + shared:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "?"
    return found


def _configuration_findings(environment: Environment, locale: str) -> list[CheckFinding]:
    return [] if environment.problem else unknown_setting_findings(environment, locale)


def _load_findings(host: MobilityHost, locale: str) -> list[CheckFinding]:
    found = [
        finding(
            "load_failure",
            "error" if failure.provider == PROVIDER_ID else "warning",
            "doctor.load_failure",
            locale=locale,
            provider=failure.provider,
            why=words_of(failure.problem),
        )
        for failure in host.failures
    ]
    if all(provider["id"] != PROVIDER_ID for provider in host.providers):
        found.append(finding("not_loaded", "error", "doctor.not_loaded", locale=locale))
    return found


def _figure_findings(figures: Figures, locale: str) -> list[CheckFinding]:
    found = []
    if figures.unknown:
        count = str(figures.unknown)
        found.append(finding("unknown_outcomes", "warning", "doctor.unknown", locale=locale, count=count))
    now = datetime.now(UTC)
    if figures.oldest_pending is not None and now - figures.oldest_pending > LONG_PENDING:
        since = format_instant(figures.oldest_pending)
        found.append(finding("long_pending", "warning", "doctor.long_pending", locale=locale, since=since))
    if figures.set_aside:
        ids = ", ".join(figures.set_aside)
        found.append(finding("set_aside", "warning", "doctor.set_aside", locale=locale, ids=ids))
    if figures.unfinished_erasures:
        count = str(figures.unfinished_erasures)
        found.append(finding("erasure_unfinished", "warning", "doctor.erasures", locale=locale, count=count))
    if figures.moved_aside:
        files = ", ".join(each.name for each in figures.moved_aside)
        found.append(finding("moved_aside", "warning", "doctor.moved_aside", locale=locale, files=files))
    found += feed_findings(figures, locale)
    for contact in figures.contacts:
        if abs(contact.skew) > MOST_SKEW:
            seconds = str(round(abs(contact.skew).total_seconds()))
            key = "check.clock_ahead" if contact.skew > timedelta() else "check.clock_behind"
            hint = "check.clock_skew.hint"
            found.append(finding("clock_skew", "warning", key, locale=locale, hint=hint, seconds=seconds))
    if figures.journal.lower() not in ("wal", ""):
        found.append(finding("rollback_journal", "info", "doctor.rollback_journal", locale=locale))
    return found


def _examine_site(
    site: Site,
    facts: list[SiteFacts],
    environment: Environment,
    store: SettingsStore,
    credentials: Credentials,
    connect: Connect,
    locale: str,
) -> list[CheckFinding]:
    try:
        settings = site_settings(site, environment=environment, store=store, credentials=credentials)
    except Failed as failure:
        return [failure_finding(failure.reason, locale)]
    tested = check_connection(settings, connect, deadline=time.monotonic() + PATIENCE, locale=locale)
    found = tested["findings"]
    place = settings.token_place or credentials.place
    facts.append(
        SiteFacts(
            site,
            settings.base_url,
            settings.station,
            token_set=settings.token is not None,
            token_place=place,
            connected=any(each["code"] == CONNECTED for each in found),
        )
    )
    if settings.token is not None:
        found += _token_findings(place, locale)
        # One entered on the page is kept on one server; the others that share the store have none.
        if is_shared_store(environment.store) and settings.token_place is None:
            found.append(finding("shared_store_token", "warning", "doctor.shared_store", locale=locale))
    return found


def _token_findings(place: str, locale: str) -> list[CheckFinding]:
    key = f"doctor.token_{place}" if place in ("environment", "keyring") else "doctor.token_file"
    found = [finding("token_place", "info", key, locale=locale, file=place)]
    if key == "doctor.token_file" and _open_to_others(Path(place)):
        found.append(
            finding("token_file_open", "warning", "doctor.token_file_open", locale=locale, file=place)
        )
    return found


def _open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


def _of_site(document: CheckFinding, site: Site) -> CheckFinding:
    return {**document, "message": f"{site}: {document['message']}"}


def _figures_document(figures: Figures | None) -> dict[str, object]:
    if figures is None:
        return {}
    return {
        "installation": figures.installation,
        "engine": figures.engine,
        "journal": figures.journal,
        "rentals": figures.rentals,
        "pending": figures.pending,
        "unknown": figures.unknown,
        "oldest_pending": _written(figures.oldest_pending),
        "oldest_unknown": _written(figures.oldest_unknown),
        "set_aside": list(figures.set_aside),
        "unfinished_erasures": figures.unfinished_erasures,
        "moved_aside": [
            {"file": each.name, "at": format_instant(each.at), "age_seconds": age_of(each).total_seconds()}
            for each in figures.moved_aside
        ],
        "changes": changes_document(figures.settled),
        "contacts": [
            {
                "account": contact.account,
                "at": format_instant(contact.at),
                "skew_seconds": contact.skew.total_seconds(),
                "trouble": contact.trouble,
            }
            for contact in figures.contacts
        ],
        "unreadable": [
            {
                "account": each.account,
                "rental_id": each.id,
                "ours": each.is_ours,
                "seen_at": _written(each.seen_at),
            }
            for each in figures.unreadable
        ],
    }


def age_of(moved: MovedAside) -> timedelta:
    """Tell how long a file has been aside."""
    return max(timedelta(), datetime.now(UTC) - moved.at)


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)
