"""The settings page's two questions: what is set, and to set it.

A secret goes in and never comes out. What the environment or the configuration file sets is fixed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carloop_plugin.domain.addresses import LONGEST_ADDRESS, read_address, usable_origin
from carloop_plugin.domain.failures import Failed, Reason, RuleBroken
from carloop_plugin.domain.settings import SiteSettings, StoredSettings, StoredToken
from carloop_plugin.domain.values import PROVIDER_ID, Site, format_instant
from carloop_plugin.events import SETTINGS_SAVED, log_event
from carloop_plugin.messages import text
from carloop_plugin.settings.check import (
    check_connection,
    failure_finding,
    finding,
    report,
    unknown_setting_findings,
)
from carloop_plugin.settings.environment import (
    LONGEST_TOKEN,
    Environment,
    is_token,
    site_settings,
)

if TYPE_CHECKING:
    from carloop_plugin.ports import Clock, Connect, Credentials, SettingsStore
    from mobility_schemas.documents import CheckFinding, CheckReport, ProviderSettings

NAMES = ("base_url", "token", "station")
INFORMATION_URL = "https://www.carloop.info"
_LONGEST_STATION = 200


def describe_settings(
    site: Site, *, environment: Environment, store: SettingsStore, credentials: Credentials, locale: str
) -> ProviderSettings:
    """Give a site's settings as the page shows them. Raise `ConfigurationProblem` for unusable ones."""
    settings = site_settings(site, environment=environment, store=store, credentials=credentials)
    shown = {"base_url": settings.base_url, "station": settings.station}
    document: ProviderSettings = {
        "provider": PROVIDER_ID,
        "site": site,
        "values": {name: value for name, value in shown.items() if value is not None},
        "schema": settings_schema(locale),
        "secrets_set": [],
        "fixed": sorted(settings.fixed),
        "help": text("settings.help", locale),
        "links": [{"title": text("settings.link", locale), "url": INFORMATION_URL}],
    }
    if settings.unused_token is not None:
        why = settings.unused_token
        document["help"] = f"{text(why.text or '', locale, dict(why.params))} {document['help']}"
    if settings.token_since is not None:
        document["secrets_set"] = [{"name": "token", "since": format_instant(settings.token_since)}]
    return document


def settings_schema(locale: str) -> dict[str, object]:
    """Give the JSON Schema of the page's values, its titles and help in the call's language."""
    properties: dict[str, object] = {
        "base_url": {"type": "string", "maxLength": LONGEST_ADDRESS},
        "token": {"type": "string", "maxLength": LONGEST_TOKEN, "writeOnly": True},
        "station": {"type": "string", "maxLength": _LONGEST_STATION},
    }
    for order, name in enumerate(NAMES, start=1):
        words = {
            "title": text(f"settings.{name}", locale),
            "description": text(f"settings.{name}.help", locale),
        }
        properties[name] = {**words, **_as_mapping(properties[name]), "x-order": order}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": text("settings.title", locale),
        "properties": properties,
        "additionalProperties": False,
    }


def save_settings(
    document: ProviderSettings,
    *,
    environment: Environment,
    store: SettingsStore,
    credentials: Credentials,
    connect: Connect,
    clock: Clock,
    deadline: float,
    locale: str,
) -> CheckReport:
    """Save what the page sends, then test the connection with it.

    A name that is left out keeps its value, null deletes it; an empty field deletes, except the token's, which
    a page never fills in and so keeps. Raise `RuleBroken` with `invalid_document` and the pointer for a value that
    is none; nothing is saved then, nor where the report has the finding `not_saved`. What was saved stays
    saved when the test fails.
    """
    site = Site(document["site"])
    changes = _read_changes(document["values"])
    try:
        before = site_settings(site, environment=environment, store=store, credentials=credentials)
        objections = _objections(changes, before, locale)
        if objections:
            return _not_saved(site, objections, locale)
        notes = _keep(changes, before, store=store, credentials=credentials, clock=clock, locale=locale)
        after = site_settings(site, environment=environment, store=store, credentials=credentials)
    except Failed as failure:
        return _not_saved(site, [failure_finding(failure.reason, locale)], locale)
    log_event(SETTINGS_SAVED, site=site)
    notes += unknown_setting_findings(environment, locale)
    return check_connection(after, connect, deadline=deadline, locale=locale, before=notes)


@dataclass(frozen=True, slots=True)
class _Changes:
    """The page's values: a name that is not there keeps what is set, None deletes it."""

    values: Mapping[str, str | None]

    def applied_to(self, name: str, present: str | None) -> str | None:
        """Give what a setting becomes."""
        return self.values.get(name, present)


def _read_changes(values: Mapping[str, object]) -> _Changes:
    read: dict[str, str | None] = {}
    for name, value in values.items():
        if name not in NAMES:
            raise _invalid(name, "settings.value_unknown")
        if value is not None and not isinstance(value, str):
            raise _invalid(name, "settings.value_not_a_word")
        words = value.strip() if value is not None else None
        if name == "token" and words == "":
            continue
        _require_fitting(name, words)
        read[name] = words or None
    return _Changes(read)


def _require_fitting(name: str, words: str | None) -> None:
    if name == "token" and words is not None and not is_token(words):
        raise _invalid(name, "settings.value_token")
    if name == "station" and words is not None and (len(words) > _LONGEST_STATION or not words.isprintable()):
        raise _invalid(name, "settings.value_station")


def _objections(changes: _Changes, before: SiteSettings, locale: str) -> list[CheckFinding]:
    """Find what forbids saving: a setting that is fixed, an address that must not be used."""
    present = {"base_url": before.base_url, "station": before.station, "token": before.token}
    found = [
        finding(
            "setting_fixed", "error", "settings.fixed", locale=locale, title=text(f"settings.{name}", locale)
        )
        for name in NAMES
        if name in before.fixed and name in changes.values and changes.values[name] != present[name]
    ]
    address = changes.values.get("base_url")
    if address is not None and not found:
        try:
            read_address(address)
        except Failed as failure:
            found.append(failure_finding(failure.reason, locale))
    return found


def _keep(
    changes: _Changes,
    before: SiteSettings,
    *,
    store: SettingsStore,
    credentials: Credentials,
    clock: Clock,
    locale: str,
) -> list[CheckFinding]:
    """Save, and tell what became of it."""
    stored = store.stored_settings(before.site) or StoredSettings(base_url=None)
    saved = StoredSettings(
        base_url=stored.base_url if "base_url" in before.fixed else _address(changes, stored.base_url),
        station=stored.station
        if "station" in before.fixed
        else changes.applied_to("station", stored.station),
    )
    address = before.base_url if "base_url" in before.fixed else saved.base_url
    notes = [finding("saved", "info", "settings.saved", locale=locale)]
    if "token" not in before.fixed:
        notes += _keep_token(changes, before.site, usable_origin(address), credentials, clock, locale)
    if saved != stored:
        store.save_settings(before.site, saved)
    return notes


def _address(changes: _Changes, stored: str | None) -> str | None:
    address = changes.applied_to("base_url", stored)
    return (
        read_address(address).base_url
        if usable_origin(address) is not None and address is not None
        else address
    )


def _keep_token(
    changes: _Changes,
    site: Site,
    origin: str | None,
    credentials: Credentials,
    clock: Clock,
    locale: str,
) -> list[CheckFinding]:
    kept = credentials.token(site)
    given = changes.values.get("token")
    if given is not None:
        if origin is None:
            raise RuleBroken(Reason("not_configured", "settings.token_without_address"))
        if kept is None or (kept.value, kept.origin) != (given, origin):
            credentials.keep_token(site, StoredToken(value=given, origin=origin, since=clock.now()))
        return []
    if kept is not None and "token" in changes.values:
        credentials.forget_token(site)
    elif kept is not None and "base_url" in changes.values and kept.origin != origin:
        with suppress(Failed):  # where it cannot be dropped it stays unused: it is bound to its origin
            credentials.forget_token(site)
        return [finding("token_dropped", "warning", "settings.token_dropped", locale=locale)]
    return []


def _not_saved(site: Site, findings: list[CheckFinding], locale: str) -> CheckReport:
    return report(site, [*findings, finding("not_saved", "error", "settings.not_saved", locale=locale)])


def _as_mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _invalid(name: str, key: str) -> RuleBroken:
    pointer = "/values/" + name.replace("~", "~0").replace("/", "~1")
    return RuleBroken(Reason("invalid_document", key, (), pointer))
