"""Test the connection of a site, and say in a sentence each what is wrong and what to do about it.

Findings carry the codes of the contract's problems and a few of our own: `connected`, `clock_skew`,
`station_unknown`, `token_unused`, `unknown_setting`, `unreadable_rentals`, `feed_unreadable`. A report is ok as long as
no finding is an error.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from carloop_plugin.domain.accounts import Account, unknown_station
from carloop_plugin.domain.addresses import read_address
from carloop_plugin.domain.failures import Failed, Reason
from carloop_plugin.domain.figures import Figures
from carloop_plugin.domain.settings import SiteSettings
from carloop_plugin.domain.values import PROVIDER_ID, AccountId, Site
from carloop_plugin.messages import text
from carloop_plugin.settings.environment import Environment, missing_settings, site_settings
from mobility_hookspecs.problems import make_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carloop_plugin.ports import Connect, Credentials, SettingsStore
    from mobility_schemas.documents import CheckFinding, CheckReport

MOST_SKEW = timedelta(seconds=60)
CONNECTED = "connected"
"""The code of the finding that Carloop answered with our account."""

Severity = Literal["info", "warning", "error"]

_UNREADABLE: tuple[tuple[Severity, str, bool], ...] = (
    ("error", "check.unreadable_ours", True),
    ("warning", "check.unreadable_others", False),
)
_MOST_NAMED = 10


def check_site(
    site: Site,
    *,
    environment: Environment,
    store: SettingsStore,
    credentials: Credentials,
    connect: Connect,
    deadline: float,
    locale: str,
    figures: Callable[[], Figures] | None = None,
) -> CheckReport:
    """Read a site's settings and test its connection. What fails is a finding, never an exception.

    `figures` tells what the records say of the account's rentals.
    """
    try:
        settings = site_settings(site, environment=environment, store=store, credentials=credentials)
    except Failed as failure:
        return report(site, [failure_finding(failure.reason, locale)])
    found = unknown_setting_findings(environment, locale)
    return check_connection(
        settings, connect, deadline=deadline, locale=locale, before=found, figures=figures
    )


def check_connection(
    settings: SiteSettings,
    connect: Connect,
    *,
    deadline: float,
    locale: str,
    before: Sequence[CheckFinding] = (),
    figures: Callable[[], Figures] | None = None,
) -> CheckReport:
    """Test a site's connection with what is in force for it; `before` are findings to report along with it."""
    if missing := missing_settings(settings):
        return report(settings.site, [*before, *(failure_finding(each, locale) for each in missing)])
    notes = [*before, *_unused_token_findings(settings, locale)]
    try:
        read_address(settings.base_url or "")
        account = connect(settings.site).read_account(deadline=deadline)
        known = feed_findings(figures(), locale, account=account.id) if figures else []
    except Failed as failure:
        return report(settings.site, [*notes, failure_finding(failure.reason, locale)])
    return report(settings.site, [*notes, *_account_findings(account, settings, locale), *known])


def feed_findings(figures: Figures, locale: str, *, account: AccountId | None = None) -> list[CheckFinding]:
    """Say what of Carloop's rentals could not be read, of one account or of all.

    One of ours is an error: what became of it at the desk is not known.
    """
    found: list[CheckFinding] = []
    for contact in figures.contacts:
        if contact.trouble == "invalid_answer" and account in (None, contact.account):
            key = "check.feed_unreadable"
            found.append(finding("feed_unreadable", "error", key, locale=locale, account=contact.account))
    wanted = [each for each in figures.unreadable if account in (None, each.account)]
    for severity, key, is_ours in _UNREADABLE:
        ids = [each.id for each in wanted if each.is_ours is is_ours]
        if ids:
            shown = ", ".join(ids[:_MOST_NAMED]) + (" …" if len(ids) > _MOST_NAMED else "")
            params = {"count": str(len(ids)), "ids": shown}
            found.append(
                finding(
                    "unreadable_rentals", severity, key, locale=locale, hint="check.unreadable.hint", **params
                )
            )
    return found


def unknown_setting_findings(environment: Environment, locale: str) -> list[CheckFinding]:
    """Name the keys of the configuration file that mean nothing, such as typing errors."""
    params = {"file": str(environment.config.path)}
    return [
        finding("unknown_setting", "warning", "settings.unknown_key", locale=locale, key=key, **params)
        for key in environment.config.unknown
    ]


def failure_finding(reason: Reason, locale: str) -> CheckFinding:
    """Tell a failure as a finding: what is wrong, and as its hint what to do."""
    # A reason's own text says what to do, or has its hint beside it; the code alone has ours.
    key = reason.text or f"check.{reason.code}"
    params = dict(reason.params)
    message = _text(key, locale, params) or make_problem(reason.code, locale=locale)["title"]
    document: CheckFinding = {"code": reason.code, "severity": "error", "message": message}
    hint = _text(f"{key}.hint", locale, params)
    if hint:
        document["hint"] = hint
    return document


def finding(
    code: str, severity: Severity, key: str, /, *, locale: str, hint: str | None = None, **params: str
) -> CheckFinding:
    """Write a finding in the call's language."""
    document: CheckFinding = {"code": code, "severity": severity, "message": text(key, locale, params)}
    if hint is not None:
        document["hint"] = text(hint, locale, params)
    return document


def report(site: Site, findings: Sequence[CheckFinding]) -> CheckReport:
    """Put findings together; one error makes the report not ok."""
    return {
        "provider": PROVIDER_ID,
        "site": site,
        "ok": all(one["severity"] != "error" for one in findings),
        "findings": list(findings),
    }


def _unused_token_findings(settings: SiteSettings, locale: str) -> list[CheckFinding]:
    if settings.unused_token is None:
        return []
    found = failure_finding(settings.unused_token, locale)
    return [{**found, "code": "token_unused", "severity": "warning"}]


def _account_findings(account: Account, settings: SiteSettings, locale: str) -> list[CheckFinding]:
    found = [finding(CONNECTED, "info", "check.connected", locale=locale, account=account.name)]
    if (unknown := unknown_station(settings.station, account)) is not None:
        found.append({**failure_finding(unknown, locale), "code": "station_unknown"})
    if abs(account.skew) > MOST_SKEW:
        key = "check.clock_ahead" if account.skew > timedelta() else "check.clock_behind"
        seconds = str(round(abs(account.skew).total_seconds()))
        found.append(
            finding(
                "clock_skew", "warning", key, locale=locale, hint="check.clock_skew.hint", seconds=seconds
            )
        )
    return found


def _text(key: str, locale: str, params: dict[str, str]) -> str | None:
    """Give a text, None where the catalogues have none of that key."""
    try:
        return text(key, locale, params)
    except KeyError:
        return None
