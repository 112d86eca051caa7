"""A planner server in a process of its own, which reads what to book from standard input.

`python -m benchmarks.planner_process`; each line is `save FIRST COUNT` or `book FIRST COUNT`, answered with `done`.
"""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from benchmarks.carloop import instant
from benchmarks.planner import LONG
from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment, RentalChange

VEHICLES = 20
CUSTOMER = {"source": "manual", "last_name": "Mustermann"}


def appointment(number: int) -> dict[str, object]:
    """Write the appointment of a number, on a day on which its car is free."""
    day = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    start = day + timedelta(days=300 + number // VEHICLES)
    return {
        "id": f"A-{number}",
        "revision": 1,
        "status": "scheduled",
        "site": "main",
        "period": {"start": instant(start), "end": instant(start + timedelta(hours=9))},
        "time_zone": "Europe/Berlin",
        "customer": CUSTOMER,
    }


def save(host: MobilityHost, number: int) -> None:
    """Save an appointment."""
    saved = host.appointment_saved(cast("Appointment", appointment(number)), LONG)
    if saved.failures:
        raise RuntimeError(f"not saved: {saved.failures}")


def book(host: MobilityHost, number: int) -> None:
    """Book the car of an appointment."""
    saved = appointment(number)
    change = {
        "change_id": str(uuid.uuid4()),
        "provider": "carloop",
        "action": "book",
        "appointment_id": saved["id"],
        "option_id": f"V{1001 + number % VEHICLES}",
        "site": "main",
        "period": saved["period"],
        "customer": CUSTOMER,
    }
    outcome = host.change_rental(cast("RentalChange", change), LONG)
    if outcome["status"] != "done":
        raise RuntimeError(f"not booked: {outcome.get('problem')}")


def main() -> None:
    """Do what is asked, line by line."""
    works = {"save": save, "book": book}
    with MobilityHost.of(plugin, strict=True) as host:
        for line in sys.stdin:
            work, first, count = line.split()
            for number in range(int(first), int(first) + int(count)):
                works[work](host, number)
            print("done", flush=True)


if __name__ == "__main__":
    main()
