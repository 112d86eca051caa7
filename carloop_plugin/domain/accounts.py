"""The Carloop account that a token belongs to, and when it last answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.values import AccountId


@dataclass(frozen=True, slots=True)
class Station:
    """A place where cars are handed out."""

    id: str
    name: str


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
