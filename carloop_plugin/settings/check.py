"""Test the connection of a site: each mistake is a finding that says what is wrong and what to do about it.

Findings carry the codes of the contract's problems and a few of our own: `connected`, `clock_skew`,
`station_unknown`, `token_unused`, `unknown_setting`, `unreadable_rentals`, `feed_unreadable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from carloop_plugin.domain.accounts import SiteSettings, unknown_station
from carloop_plugin.domain.failures import Failed, Reason
from carloop_plugin.domain.figures import Figures
from carloop_plugin.domain.values import AccountId, Site
from carloop_plugin.settings.environment import Environment, missing_settings, site_settings

if TYPE_CHECKING:
    from carloop_plugin.ports import Connect, UseCaseContext

MOST_SKEW = timedelta(seconds=60)
CONNECTED = "connected"
"""The code of the finding that Carloop answered with our account."""

Severity = Literal["info", "warning", "error"]

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `text` is a key of `messages`, filled with `params`; where there is none, the title of the problem `code` serves.
    `hint` is the key of what to do about it, `TEXT.hint` where None. `site` is the one concerned where several are.
    """

    code: str
    severity: Severity
    text: str
    params: Mapping[str, str] = field(default_factory=dict)
    hint: str | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that the check of a site found."""

    site: Site
    findings: tuple[Finding, ...]


def check_site(site: Site, *, environment: Environment, context: UseCaseContext) -> Report:
    """Read a site's settings and test its connection. What fails is a finding, never an exception."""
    try:
        settings = site_settings(site, environment=environment, store=context.store)
    except Failed as failure:
        return Report(site, (problem_finding(failure.reason),))
    found = check_connection(
        settings, context.connect, deadline=context.deadline, figures=context.store.figures
    )
    return Report(site, (*unknown_keys(environment), *found))


def check_connection(
    settings: SiteSettings,
    connect: Connect,
    *,
    deadline: float,
    figures: Callable[[], Figures] | None = None,
) -> list[Finding]:
    """Test a site's connection with the settings in force; `figures` counts the records, to report on them too."""
    if missing := missing_settings(settings):
        return [problem_finding(each) for each in missing]
    found: list[Finding] = []
    if settings.unused_token is not None:
        found.append(replace(problem_finding(settings.unused_token), code="token_unused", severity="warning"))
    try:
        account = connect(settings.site).read_account(deadline=deadline)
        known = unreadable_findings(figures(), account=account.id) if figures else []
    except Failed as failure:
        return [*found, problem_finding(failure.reason)]
    found.append(Finding(CONNECTED, "info", "check.connected", {"account": account.name}))
    if (unknown := unknown_station(settings.station, account)) is not None:
        found.append(replace(problem_finding(unknown), code="station_unknown"))
    return [*found, *skew_findings(account.skew), *known]


def unreadable_findings(figures: Figures, *, account: AccountId | None = None) -> list[Finding]:
    """Report which of Carloop's rentals could not be read, of one account or of all.

    One of ours is an error: what became of it at the desk is not known.
    """
    found = [
        Finding("feed_unreadable", "error", "check.feed_unreadable", {"account": contact.account})
        for contact in figures.contacts
        if contact.trouble == "invalid_answer" and account in (None, contact.account)
    ]
    wanted = [each for each in figures.unreadable if account in (None, each.account)]
    kinds: tuple[tuple[Severity, str, bool], ...] = (("error", "ours", True), ("warning", "others", False))
    for severity, whose, is_ours in kinds:
        if ids := [each.id for each in wanted if each.is_ours is is_ours]:
            named = ", ".join(ids[:_MOST_NAMED]) + (" …" if len(ids) > _MOST_NAMED else "")
            key, params = f"check.unreadable_{whose}", {"count": str(len(ids)), "ids": named}
            found.append(Finding("unreadable_rentals", severity, key, params, hint="check.unreadable.hint"))
    return found


def unknown_keys(environment: Environment) -> list[Finding]:
    """Report the keys of the configuration file that mean nothing, such as typing errors."""
    file = str(environment.config.path)
    return [
        Finding("unknown_setting", "warning", "settings.unknown_key", {"key": key, "file": file})
        for key in environment.config.unknown
    ]


def skew_findings(skew: timedelta) -> list[Finding]:
    """Report a clock of Carloop's that is more than a minute off; `skew` is its time minus ours."""
    if abs(skew) <= MOST_SKEW:
        return []
    key = "check.clock_ahead" if skew > timedelta() else "check.clock_behind"
    seconds = str(round(abs(skew).total_seconds()))
    return [Finding("clock_skew", "warning", key, {"seconds": seconds}, hint="check.clock_skew.hint")]


def problem_finding(reason: Reason) -> Finding:
    """Return a failure as a finding: its text says what to do, or has a hint beside it."""
    return Finding(reason.code, "error", reason.text or "", dict(reason.params))
