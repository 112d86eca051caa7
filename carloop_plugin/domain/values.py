"""Ids, instants, periods and amounts. Every instant is an aware `datetime` in UTC, every amount a `Decimal`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NewType

PROVIDER_ID = "carloop"

AccountId = NewType("AccountId", str)
AppointmentId = NewType("AppointmentId", str)
ChangeId = NewType("ChangeId", str)
RentalId = NewType("RentalId", str)
Site = NewType("Site", str)
VehicleId = NewType("VehicleId", str)


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
