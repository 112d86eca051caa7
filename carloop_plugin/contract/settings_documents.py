"""The documents of the settings page and of a check: read what comes in, write what goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carloop_plugin.domain.accounts import (
    LONGEST_STATION,
    LONGEST_TOKEN,
    SETTING_NAMES,
    TOKEN,
    SettingsChange,
    SiteSettings,
    Station,
)
from carloop_plugin.domain.addresses import LONGEST_ADDRESS
from carloop_plugin.domain.failures import Reason, RuleBroken
from carloop_plugin.domain.values import PROVIDER_ID, Site
from carloop_plugin.instants import format_instant
from carloop_plugin.messages import find_text, text
from mobility_hookspecs.problems import make_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carloop_plugin.settings.check import Finding, Report
    from mobility_schemas.documents import CheckFinding, CheckReport, ProviderSettings

INFORMATION_URL = "https://www.carloop.info"


def settings_document(
    settings: SiteSettings, stations: Sequence[Station] = (), *, locale: str
) -> ProviderSettings:
    """Write a site's settings as the page shows them, the token's value never.

    :param stations: those to choose from; where none are known, a station is typed.
    """
    shown = {"base_url": settings.base_url, "station": settings.station}
    why = settings.unused_token
    unused = f"{text(why.text or '', locale, dict(why.params))} " if why else ""
    since = settings.token_since
    return {
        "provider": PROVIDER_ID,
        "site": settings.site,
        "values": {name: value for name, value in shown.items() if value is not None},
        "schema": settings_schema(locale, stations),
        "secrets_set": [{"name": "token", "since": format_instant(since)}] if since else [],
        "fixed": sorted(settings.fixed),
        "help": unused + text("settings.help", locale),
        "links": [{"title": text("settings.link", locale), "url": INFORMATION_URL}],
    }


def settings_schema(locale: str, stations: Sequence[Station] = ()) -> dict[str, object]:
    """Write the JSON Schema of the page's values, its titles and help in the call's language."""
    limits = {"base_url": LONGEST_ADDRESS, "token": LONGEST_TOKEN, "station": LONGEST_STATION}
    properties: dict[str, dict[str, object]] = {
        name: {
            "title": text(f"settings.{name}", locale),
            "description": text(f"settings.{name}.help", locale),
            "type": "string",
            "maxLength": limits[name],
            **({"writeOnly": True} if name == "token" else {}),
            "x-order": order,
        }
        for order, name in enumerate(SETTING_NAMES, start=1)
    }
    if stations:
        named = [{"const": each.id, "title": each.name} for each in stations]
        every = {"const": None, "title": text("settings.every_station", locale)}
        about = text("settings.station.choose", locale)
        properties["station"] |= {"type": ["string", "null"], "oneOf": [every, *named], "description": about}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": text("settings.title", locale),
        "properties": properties,
        "additionalProperties": False,
    }


def read_settings_change(document: ProviderSettings) -> SettingsChange:
    """Read what the page sends: null or an empty field deletes, except the token's, which a page never fills in.

    Raise `RuleBroken` with `invalid_document` and the pointer for a value that is none.
    """
    values: dict[str, str | None] = {}
    for name, value in document["values"].items():
        if name not in SETTING_NAMES:
            raise _invalid(name, "settings.value_unknown")
        if value is not None and not isinstance(value, str):
            raise _invalid(name, "settings.value_not_a_string")
        given = (value or "").strip()
        if name == "token" and value is not None and not given:
            continue
        if name == "token" and given and not TOKEN.fullmatch(given):
            raise _invalid(name, "settings.value_token")
        if name == "station" and (len(given) > LONGEST_STATION or not given.isprintable()):
            raise _invalid(name, "settings.value_station")
        values[name] = given or None
    return SettingsChange(Site(document["site"]), values)


def report_document(report: Report, *, locale: str) -> CheckReport:
    """Write the report of a check."""
    return {
        "provider": PROVIDER_ID,
        "site": report.site,
        "ok": all(each.severity != "error" for each in report.findings),
        "findings": [finding_document(each, locale=locale) for each in report.findings],
    }


def finding_document(finding: Finding, *, locale: str) -> CheckFinding:
    """Write a finding in the call's language, with what to do about it as its hint."""
    params = dict(finding.params)
    if "setting" in params:
        params["title"] = text(f"settings.{params['setting']}", locale)
    message = find_text(finding.text, locale, params) or make_problem(finding.code, locale=locale)["title"]
    document: CheckFinding = {
        "code": finding.code,
        "severity": finding.severity,
        "message": f"{finding.site}: {message}" if finding.site else message,
    }
    if hint := find_text(finding.hint or f"{finding.text}.hint", locale, params):
        document["hint"] = hint
    return document


def _invalid(name: str, key: str) -> RuleBroken:
    pointer = "/values/" + name.replace("~", "~0").replace("/", "~1")
    return RuleBroken(Reason("invalid_document", key, pointer=pointer))
