"""Fakes of what the settings are tested with: Carloop's account, and the store of what was saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from carloop_plugin.domain.accounts import Account, Station, StoredSettings
from carloop_plugin.domain.failures import CallFailed
from carloop_plugin.domain.values import AccountId, Site

STATIONS = (Station("nord", "Hamburg Nord"), Station("sued", "Hamburg Süd"))


@dataclass
class FakeCarloop:
    """A Carloop that answers with its account, its clock ahead of ours by `skew`, or fails with `failure`."""

    failure: CallFailed | None = None
    skew: timedelta = timedelta()
    connections: int = 0

    def connect(self, site: Site) -> FakeCarloop:
        """Count the connection and return it."""
        self.connections += 1
        return self

    def read_account(self, *, deadline: float) -> Account:
        """Return the account, or fail."""
        if self.failure is not None:
            raise self.failure
        now = datetime.now(UTC)
        return Account(AccountId("a1"), "Autohaus Muster", "Europe/Berlin", STATIONS, now, self.skew)

    known_account = read_account


@dataclass
class FakeSettingsStore:
    """Settings in memory."""

    saved: dict[Site, StoredSettings] = field(default_factory=dict)

    def stored_settings(self, site: Site) -> StoredSettings | None:
        """Return what was saved for a site."""
        return self.saved.get(site)

    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        """Save a site's settings."""
        self.saved[site] = settings
