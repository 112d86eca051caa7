"""The state of Carloop, whatever the planner's pages show, and its faults, clock and rental desk."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from carloop_sandbox.remote import Controls

Document = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """A period on the workshop's wall clock."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, rental: Document) -> Period:
        """Return a rental's period."""
        return cls(datetime.fromisoformat(rental["start"]), datetime.fromisoformat(rental["end"]))

    def extended(self, **by: float) -> Period:
        """Return the period with a later end."""
        return Period(self.start, self.end + timedelta(**by))


@dataclass
class CarloopState:
    """A running Carloop as another client sees it, and its faults, clock and rental desk."""

    http: httpx.Client = field(repr=False)
    controls: Controls
    handed_out: list[str] = field(default_factory=list)

    def request(self, method: str, path: str, **more: Any) -> Any:
        """Send a request to its interface, and return the answer's document."""
        answer = self.http.request(method, f"/api/planner/v1{path}", **more)
        assert answer.is_success, answer.text
        return answer.json()

    def rentals(self, appointment: str) -> list[Document]:
        """Return an appointment's rentals, the oldest first."""
        found: list[Document] = []
        cursor = None
        while True:
            params = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
            page = self.request("GET", "/rentals", params=params)
            found += [
                each for each in page["items"] if f"/{appointment}/" in (each["external_reference"] or "")
            ]
            cursor = page["next_cursor"]
            if not cursor:
                return sorted(found, key=lambda each: str(each["created_at"]))

    def statuses(self, appointment: str) -> list[str]:
        """Return the status of each of an appointment's rentals, the oldest first."""
        return [each["status"] for each in self.rentals(appointment)]

    def periods(self, appointment: str) -> list[Period]:
        """Return the period of each of an appointment's rentals, the oldest first."""
        return [Period.of(each) for each in self.rentals(appointment)]

    def free_vehicles(self, period: Period, **filters: Any) -> list[Document]:
        """Return the free vehicles, in Carloop's order."""
        params = {"start": period.start.isoformat(), "end": period.end.isoformat(), "limit": 1000, **filters}
        return list(self.request("GET", "/vehicles", params=params)["items"])

    def names(self, kind: str, language: str = "de") -> dict[str, str]:
        """Return the names of the `vehicle-classes` or `vehicle-features` in a language, by their ids."""
        found = self.request("GET", f"/{kind}", headers={"Accept-Language": language})["items"]
        return {each["id"]: each["name"] for each in found}

    def rent(self, vehicle_id: str, period: Period) -> Document:
        """Rent a vehicle to another customer."""
        body: Document = {
            "external_reference": f"another/main/X/{os.urandom(6).hex()}",
            "vehicle_id": vehicle_id,
        }
        body |= {"start": period.start.isoformat(), "end": period.end.isoformat()}
        body |= {"customer": {"source": "manual", "last_name": "Another"}}
        return dict(
            self.request("POST", "/rentals", json=body, headers={"Idempotency-Key": os.urandom(16).hex()})
        )

    def desk(self, rental_id: str, action: str, *, vehicle_id: str | None = None) -> None:
        """Do `hand_out`, `take_back`, `swap` or `cancel` at the rental desk."""
        self.controls.desk(rental_id, action, vehicle_id=vehicle_id)
        if action == "hand_out":
            self.handed_out.append(rental_id)

    def fault(self, operation: str, fault: str, *, value: object = None) -> None:
        """Let all requests of an operation meet a fault, until `reset_faults`."""
        self.controls.arm(operation, fault, times=100_000, value=value)

    def reset_faults(self) -> None:
        """Answer all requests as usual again."""
        self.controls.disarm()

    def set_clock(self, now: datetime) -> None:
        """Stop the clock at a time."""
        self.controls.set_clock(now.isoformat(timespec="seconds"))

    def reset(self) -> None:
        """Undo faults and the clock, and take back what was handed out, since another test needs the vehicles."""
        self.reset_faults()
        self.controls.set_clock(None)
        for rental_id in self.handed_out:
            if self.request("GET", f"/rentals/{rental_id}")["status"] == "picked_up":
                self.controls.desk(rental_id, "take_back")
