"""Times as a person types and reads them, in the nights too in which the clocks change."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import click

from carloop_plugin.cli.invocation import UsageMistake
from carloop_plugin.cli.texts import Texts

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_GERMAN = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")


def read_time(text: str, zone: tzinfo | None, *, option: str) -> str:
    """Parse a time and return it as RFC 3339 with offset.

    `2026-03-02T08:30:00+01:00` is taken as it is; `02.03.2026 08:30` and `2026-03-02 08:30` are local times of
    `zone`. Raise `UsageMistake` for what is no time, for a local time whose zone is not known or that does not exist,
    and for one that exists twice, with the two ways to write it.
    """
    words, given = text.strip(), _parse(text)
    if given is None:
        raise UsageMistake("time.none", option=option, time=words)
    if given.tzinfo is not None:
        return given.isoformat()
    if zone is None:
        raise UsageMistake("time.no_zone", option=option, time=words, example=f"{given.isoformat()}+02:00")
    first, second = (_at(given.replace(fold=fold), zone) for fold in (0, 1))
    if first == second:
        return first.isoformat()
    if first.replace(tzinfo=None) != given:
        raise UsageMistake("time.never", option=option, time=words)
    raise UsageMistake(
        "time.twice", option=option, time=words, first=first.isoformat(), second=second.isoformat()
    )


def show_time(text: object, texts: Texts, zone: tzinfo | None = None) -> str:
    """Return an RFC 3339 time as a person reads it, in a zone or in this computer's."""
    if not isinstance(text, str):
        return "–"
    return datetime.fromisoformat(text).astimezone(zone).strftime(texts("time.format"))


def zone_name(zone: tzinfo | None, texts: Texts) -> str:
    """Return a zone's name for a person: `Europe/Berlin`, or that it is this computer's, with its present offset."""
    if isinstance(zone, ZoneInfo):
        return zone.key
    offset = f"UTC{datetime.now().astimezone(zone):%z}"
    return texts("time.zone_here", offset=f"{offset[:-2]}:{offset[-2:]}")


def is_local(text: str) -> bool:
    """Return whether a text is a time without offset, which takes a zone to know what is meant."""
    given = _parse(text)
    return given is not None and given.tzinfo is None


def print_zone(zone: tzinfo | None, texts: Texts) -> None:
    """Print on standard error in which zone times without offset are taken, where that is known."""
    if zone is not None:
        click.echo(texts("time.assumed", zone=zone_name(zone, texts)), err=True)


def _parse(text: str) -> datetime | None:
    """Parse a time, naive where it has no offset; None for what is no time."""
    # RFC 3339 allows small letters; the comma is how German writes a date and a time.
    words = " ".join(text.upper().replace(",", " ").split())
    for form in _GERMAN:
        with suppress(ValueError):
            return datetime.strptime(words, form)  # noqa: DTZ007 - the zone comes next
    with suppress(ValueError):
        return datetime.fromisoformat(words) if _ISO.fullmatch(words) else None
    return None


def _at(local: datetime, zone: tzinfo) -> datetime:
    """Return the instant of a local time. Its offset is fixed: two of one zone are compared by the wall clock."""
    instant = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return instant.astimezone(timezone(instant.utcoffset() or timedelta()))
