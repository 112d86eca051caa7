"""Ids, instants, periods and amounts. Every instant is an aware `datetime` in UTC, every amount a `Decimal`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NewType

PROVIDER_ID = "carloop"

AccountId = NewType("AccountId", str)
AppointmentId = NewType("AppointmentId", str)
ChangeId = NewType("ChangeId", str)
RentalId = NewType("RentalId", str)
Site = NewType("Site", str)
VehicleId = NewType("VehicleId", str)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 time with offset as UTC. Raise `ValueError` for a time without one."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time needs an offset")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, `2026-03-02T07:30:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time `[start, end)`, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency (ISO 4217), tax included or not."""

    amount: Decimal
    currency: str
    tax_included: bool
