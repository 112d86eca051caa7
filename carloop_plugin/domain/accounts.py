"""A site's settings, and the Carloop account that its token belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.values import AccountId, Site

SETTING_NAMES = ("base_url", "token", "station")
LONGEST_TOKEN = 4096
LONGEST_STATION = 200
TOKEN = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_TOKEN}}}")
"""A whole token: visible ASCII without white space."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a station is open on some days, `mon` to `sun`. The times are local, `HH:MM`."""

    days: tuple[str, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Station:
    """A place where cars are handed out."""

    id: str
    name: str
    opening_hours: tuple[OpeningHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """The Carloop account a token belongs to. `skew` is Carloop's clock minus ours when it was read."""

    id: AccountId
    name: str
    time_zone: str
    stations: tuple[Station, ...]
    server_time: datetime
    skew: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Contact:
    """When an account last answered, and how far its clock is from ours.

    `trouble` is the problem code with which reading its rentals ended then; None where all were read.
    """

    account: AccountId
    at: datetime
    skew: timedelta
    trouble: str | None = None


def unknown_station(station: str | None, account: Account) -> Reason | None:
    """Return why a site's station cannot be right: Carloop has none of this id. None where there is no fault."""
    known = {each.id: each.name for each in account.stations}
    if station is None or station in known:
        return None
    names = ", ".join(f"{key} ({name})" for key, name in known.items()) or "–"
    return Reason("not_configured", "check.station_unknown", (("station", station), ("known", names)))


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What the settings page saved for a site."""

    base_url: str | None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token, the one origin it may be sent to, and since when it is kept."""

    value: str = field(repr=False)
    origin: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """New values for some of `SETTING_NAMES`: None deletes a setting, a name that is left out keeps its value."""

    site: Site
    values: Mapping[str, str | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings in force for a site: the environment and the configuration file win over what was saved.

    `fixed` holds the settings (`base_url`, `token`, `station`) the page cannot change. Of a token from the
    settings page `token_since` says when it was entered; of any other `token_place` says where it comes from,
    `environment` or a file's path. `unused_token` says why a token that is provided there is not used.
    """

    site: Site
    base_url: str | None = None
    token: str | None = field(default=None, repr=False)
    station: str | None = None
    ca_file: str | None = None
    token_since: datetime | None = None
    token_place: str | None = None
    unused_token: Reason | None = None
    fixed: frozenset[str] = frozenset()
