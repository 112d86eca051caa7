"""Appointments for a planner that has none, from last week to four weeks ahead.

The same on every machine but for the date; customers are those of the example DMS.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from typing import Final

from planner_host.appointments.appointment import Appointment, Visit
from planner_host.planner import Planner

FIRST_CUSTOMER: Final = 10_001
CUSTOMERS: Final = 300
DAYS: Final = (-7, 35)
A_DAY: Final = (4, 4, 4, 4, 4, 1, 0)
"""How many come, from Monday on."""

OPENING: Final = time(7, 30)
WORK: Final = {
    "Inspektion mit Ölwechsel": 8,
    "Hauptuntersuchung": 6,
    "Bremsen vorn erneuern": 9,
    "Räderwechsel": 2,
    "Klimaservice": 4,
    "Steuerkette erneuern": 34,
    "Unfallschaden instand setzen": 82,
    "Zahnriemen erneuern": 10,
    "Fehlerspeicher auslesen, Motor ruckelt": 9,
}
"""The work, and how many hours the car stays."""


def seed(planner: Planner, *, number: int = 1) -> None:
    """Put appointments into empty records; records that hold any stay as they are."""
    if planner.records.count_appointments():
        return
    chance = random.Random(number)  # noqa: S311  # made-up visits, no secrets
    # Each customer comes once.
    numbers = iter(chance.sample(range(FIRST_CUSTOMER, FIRST_CUSTOMER + CUSTOMERS), CUSTOMERS))
    today = planner.now().astimezone(planner.zone).date()
    monday = today - timedelta(days=today.weekday())
    for day in (monday + timedelta(days=offset) for offset in range(*DAYS)):
        for _ in range(A_DAY[day.weekday()]):
            # All is drawn before anybody is looked up: an imported DMS without this customer changes no other visit.
            work, hours = chance.choice(list(WORK.items()))
            start = datetime.combine(day, OPENING, planner.zone) + timedelta(
                minutes=30 * chance.randrange(12)
            )
            appointment_id, customer = (
                f"T-{chance.getrandbits(48):012x}",
                planner.dms.customer(str(next(numbers))),
            )
            if customer is None:
                continue
            period = start.astimezone(UTC), _ready(start, hours).astimezone(UTC)
            car = customer.cars[0].document() if customer.cars else {}
            visit = Visit(*period, customer.document(), car, work)
            where = planner.site, planner.time_zone
            planner.records.save(Appointment(appointment_id, 0, *where, visit, "advisor", planner.now()))


def _ready(start: datetime, hours: int) -> datetime:
    """Return when the car can be picked up: on a working day, before seven in the evening."""
    ready = start + timedelta(hours=hours)
    if ready.hour >= 19 or ready.date() > start.date():
        ready = datetime.combine(ready.date(), time(16, 30), start.tzinfo)
        if ready <= start:
            ready += timedelta(days=1)
    while ready.weekday() > 5:
        ready += timedelta(days=1)
    return ready
