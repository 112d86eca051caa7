"""The story's appointments, all counted from one day, so that both processes mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment, Customer, Period

SITE = "main"
TIME_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Appointments:
    """The appointments of a story that begins on a day."""

    day: date

    @property
    def main(self) -> Appointment:
        """Return the appointment the story is about, its customer from the DMS."""
        return _appointment(1, self.period(3), _dms_customer())

    @property
    def other(self) -> Appointment:
        """Return a second one, for what is refused."""
        return _appointment(2, self.period(5), _dms_customer())

    @property
    def manual(self) -> Appointment:
        """Return a third one, its customer typed by hand, for the answer that is lost."""
        return _appointment(3, self.period(10), _manual_customer())

    @property
    def running(self) -> Appointment:
        """Return a fourth one, which began yesterday and ends tomorrow, for the rental that is running."""
        period: Period = {"start": self.period(-1)["start"], "end": self.period(0)["end"]}
        return _appointment(4, period, _manual_customer())

    def period(self, days: int) -> Period:
        """Return the period from 08:30 so many days after the story's day to 17:00 of the day after that."""
        zone = ZoneInfo(TIME_ZONE)
        first, last = (self.day + timedelta(days=each) for each in (days, days + 1))
        start = datetime(first.year, first.month, first.day, 8, 30, tzinfo=zone)
        end = datetime(last.year, last.month, last.day, 17, tzinfo=zone)
        return {"start": start.isoformat(), "end": end.isoformat()}


def today() -> date:
    """Return the day in the workshop's zone."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


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


def _dms_customer() -> Customer:
    return {
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


def _manual_customer() -> Customer:
    return {"source": "manual", "kind": "company", "company": "Beispiel & Söhne GmbH", "city": "Ettlingen"}
