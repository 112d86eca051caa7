"""The story's appointments, all counted from one day, so that both processes mean the same."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment, Customer, Period

SITE = "main"
TIME_ZONE = "Europe/Berlin"
_ZONE = ZoneInfo(TIME_ZONE)

_FROM_DMS: Customer = {
    "source": "dms",
    "number": "K-10023",
    "kind": "person",
    "salutation": "Frau",
    "first_name": "Erika",
    "last_name": "Beispiel",
    "street": "Musterstraße 12",
    "postal_code": "76131",
    "city": "Karlsruhe",
    "country": "DE",
}
_TYPED: Customer = {
    "source": "manual",
    "kind": "company",
    "company": "Beispiel & Söhne GmbH",
    "city": "Ettlingen",
}


class Appointments:
    """The appointments of a story that begins on a day.

    :ivar main: the one the story is about, its customer from the DMS.
    :ivar other: a second one, for what is refused.
    :ivar manual: its customer typed by hand, for the answer that is lost.
    :ivar running: began yesterday and ends tomorrow, for the rental that is running.
    """

    def __init__(self, day: date) -> None:
        self._day = day
        self.main = _appointment(1, self.period(3), _FROM_DMS)
        self.other = _appointment(2, self.period(5), _FROM_DMS)
        self.manual = _appointment(3, self.period(10), _TYPED)
        self.running = _appointment(4, {**self.period(-1), "end": self.period(0)["end"]}, _TYPED)

    def period(self, days: int) -> Period:
        """Return the period from 08:30 so many days after the story's day to 17:00 of the day after that."""
        first = self._day + timedelta(days=days)
        # Put together on the wall clock, so that a change of the clocks in between moves nothing.
        start = datetime.combine(first, time(8, 30), _ZONE)
        end = datetime.combine(first + timedelta(days=1), time(17), _ZONE)
        return {"start": start.isoformat(), "end": end.isoformat()}


def today() -> date:
    """Return the day in the workshop's zone."""
    return datetime.now(_ZONE).date()


def later(text: str, **span: float) -> str:
    """Return an RFC 3339 time that is later by a span, as `timedelta` takes it."""
    return (datetime.fromisoformat(text) + timedelta(**span)).isoformat()


def _appointment(number: int, period: Period, customer: Customer) -> Appointment:
    return {
        "id": f"A-2026-{number:04d}",
        "revision": 1,
        "status": "scheduled",
        "site": SITE,
        "period": period,
        "time_zone": TIME_ZONE,
        "customer": customer,
    }
