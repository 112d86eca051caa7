"""Save what the settings page changes. A secret goes in and never comes out.

What the environment or the configuration file sets is fixed here.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from carloop_plugin.domain.accounts import (
    SETTING_NAMES,
    SettingsChange,
    SiteSettings,
    Station,
    StoredSettings,
    StoredToken,
)
from carloop_plugin.domain.addresses import read_address, usable_origin
from carloop_plugin.domain.failures import Failed, Reason, RuleBroken
from carloop_plugin.events import SETTINGS_SAVED, log_event
from carloop_plugin.settings.check import Finding, Report, check_connection, problem_finding, unknown_keys
from carloop_plugin.settings.environment import Environment, missing_settings, site_settings

if TYPE_CHECKING:
    from carloop_plugin.ports import Clock, UseCaseContext
    from carloop_plugin.settings.credentials import KeyringOrFile

LONGEST_LOOK = 2.0
"""Seconds that the page waits for the names of the stations; without them a station is typed."""

_SAVED = Finding("saved", "info", "settings.saved")
_NOT_SAVED = Finding("not_saved", "error", "settings.not_saved")
_TOKEN_DROPPED = Finding("token_dropped", "warning", "settings.token_dropped")


def known_stations(settings: SiteSettings, context: UseCaseContext) -> tuple[Station, ...]:
    """Return the stations to choose from; none where Carloop cannot be asked with these settings."""
    if missing_settings(settings):
        return ()
    deadline = min(context.deadline, time.monotonic() + LONGEST_LOOK)
    with suppress(Failed):
        return context.connect(settings.site).known_account(deadline=deadline).stations
    return ()


def save_settings(change: SettingsChange, *, environment: Environment, context: UseCaseContext) -> Report:
    """Save a change of a site's settings, then test the connection with it.

    Nothing is saved where the report has the finding `not_saved`. What was saved stays saved when the test fails.
    """
    site, store = change.site, context.store
    try:
        before = site_settings(site, environment=environment, store=store)
        # All or nothing: a form is never saved in part.
        if fixed := _changes_of_fixed(change, before):
            return Report(site, (*fixed, _NOT_SAVED))
        dropped = _save(change, before, environment.credentials, context)
        after = site_settings(site, environment=environment, store=store)
    except Failed as failure:
        return Report(site, (problem_finding(failure.reason), _NOT_SAVED))
    log_event(SETTINGS_SAVED, site=site)
    tested = check_connection(after, context.connect, deadline=context.deadline)
    return Report(site, (_SAVED, *dropped, *unknown_keys(environment), *tested))


def _changes_of_fixed(change: SettingsChange, before: SiteSettings) -> list[Finding]:
    present = {"base_url": before.base_url, "station": before.station, "token": before.token}
    return [
        Finding("setting_fixed", "error", "settings.fixed", {"setting": name})
        for name in SETTING_NAMES
        if name in before.fixed and change.values.get(name, present[name]) != present[name]
    ]


def _save(
    change: SettingsChange, before: SiteSettings, credentials: KeyringOrFile, context: UseCaseContext
) -> list[Finding]:
    stored = context.store.stored_settings(before.site) or StoredSettings(base_url=None)
    new = {name: value for name, value in change.values.items() if name not in before.fixed}
    if address := new.get("base_url"):
        new["base_url"] = read_address(address).base_url
    saved = StoredSettings(new.get("base_url", stored.base_url), new.get("station", stored.station))
    dropped: list[Finding] = []
    if "token" not in before.fixed:
        in_force = before.base_url if "base_url" in before.fixed else saved.base_url
        # Before the address: a token that cannot be kept must leave the address as it was.
        dropped = _save_token(change, usable_origin(in_force), credentials, context.clock)
    if saved != stored:
        context.store.save_settings(before.site, saved)
    return dropped


def _save_token(
    change: SettingsChange, origin: str | None, credentials: KeyringOrFile, clock: Clock
) -> list[Finding]:
    """Keep a new token for the address's origin; drop one that was deleted, or entered for another origin."""
    site, given, kept = change.site, change.values.get("token"), credentials.token(change.site)
    if given is not None:
        if origin is None:
            raise RuleBroken(Reason("not_configured", "settings.token_without_address"))
        if kept is None or (kept.value, kept.origin) != (given, origin):
            credentials.keep_token(site, StoredToken(value=given, origin=origin, since=clock.now()))
    elif kept is not None and "token" in change.values:
        credentials.forget_token(site)
    elif kept is not None and "base_url" in change.values and kept.origin != origin:
        with suppress(Failed):  # where it cannot be dropped it stays unused: it is bound to its origin
            credentials.forget_token(site)
        return [_TOKEN_DROPPED]
    return []
