"""Times as a person types and reads them, in the nights too in which the clocks change."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import click

from carloop_plugin.cli.invocation import UsageMistake
from carloop_plugin.cli.texts import Texts

_WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")
_LOCAL_FORMATS = ("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")


def read_time(text: str, zone: tzinfo | None, *, option: str) -> str:
    """Parse a time and return it as RFC 3339 with offset.

    `2026-03-02T08:30:00+01:00` is taken as it is; `02.03.2026 08:30` and `2026-03-02 08:30` are local times of
    `zone`. Raise `UsageMistake` for what is no time, for a local time whose zone is not known or that does not exist,
    and for one that exists twice, with the two ways to write it.
    """
    words = text.strip()
    if _WITH_OFFSET.fullmatch(words):
        return _read_instant(words, option).isoformat()
    local = _read_local(words, option)
    if zone is None:
        raise UsageMistake("time.no_zone", option=option, time=words, example=f"{local.isoformat()}+02:00")
    first, second = (_at(local.replace(fold=fold), zone) for fold in (0, 1))
    if first == second:
        return first.isoformat()
    if _wall_clock(first, zone) == local:
        raise UsageMistake(
            "time.twice", option=option, time=words, first=first.isoformat(), second=second.isoformat()
        )
    raise UsageMistake("time.never", option=option, time=words)


def show_time(text: object, texts: Texts, zone: tzinfo | None = None) -> str:
    """Return an RFC 3339 time as a person reads it, in a zone or in this computer's."""
    if not isinstance(text, str):
        return "–"
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return instant.astimezone(zone).strftime(texts("time.format"))


def zone_of(name: str | None) -> tzinfo | None:
    """Return the zone of an IANA name; None where there is none of that name on this computer."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def zone_name(zone: tzinfo | None, texts: Texts) -> str:
    """Return a zone's name for a person: `Europe/Berlin`, or that it is this computer's, with its present offset."""
    if isinstance(zone, ZoneInfo):
        return zone.key
    offset = f"UTC{datetime.now().astimezone(zone):%z}"
    return texts("time.zone_here", offset=f"{offset[:-2]}:{offset[-2:]}")


def is_local(text: str) -> bool:
    """Return whether a text is a time without offset, which takes a zone to know what is meant."""
    words = text.strip()
    return not _WITH_OFFSET.fullmatch(words) and _parse_local(words) is not None


def print_zone(zone: tzinfo | None, texts: Texts) -> None:
    """Print on standard error in which zone times without offset are taken, where that is known."""
    if zone is not None:
        click.echo(texts("time.assumed", zone=zone_name(zone, texts)), err=True)


def _read_instant(words: str, option: str) -> datetime:
    try:
        return datetime.fromisoformat(words.upper())
    except ValueError:
        raise UsageMistake("time.none", option=option, time=words) from None


def _read_local(words: str, option: str) -> datetime:
    local = _parse_local(words)
    if local is None:
        raise UsageMistake("time.none", option=option, time=words)
    return local


def _parse_local(words: str) -> datetime | None:
    plain = " ".join(words.replace(",", " ").replace("T", " ").split())
    for form in _LOCAL_FORMATS:
        try:
            return datetime.strptime(plain, form)  # noqa: DTZ007 - the zone comes next
        except ValueError:
            continue
    return None


def _at(local: datetime, zone: tzinfo) -> datetime:
    """Return the instant of a local time, with its offset."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return instant.astimezone(zone).replace(tzinfo=_fixed(instant, zone))


def _fixed(instant: datetime, zone: tzinfo) -> tzinfo:
    # A fixed offset: two times of one zone would be compared by the wall clock.
    return timezone(instant.astimezone(zone).utcoffset() or timedelta())


def _wall_clock(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
