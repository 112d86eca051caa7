"""A planner that talks to a sandbox over the interface: bookings, changes and the desk as short calls."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from carloop_sandbox.running import Sandbox
from tests.support.carloop import Document

CUSTOMER = {"source": "manual", "last_name": "Beispiel", "city": "Köln"}

_numbers = itertools.count(1)


@dataclass
class InterfaceClient:
    """A planner that talks to a sandbox over HTTP."""

    http: httpx.Client
    today: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    )

    def at(self, days: float, hours: float = 0) -> str:
        """Return the time so many days after today's midnight, as the sandbox writes it."""
        return (self.today + timedelta(days=days, hours=hours)).isoformat().replace("+00:00", "Z")

    def get(self, path: str, headers: dict[str, str] | None = None, **parameters: Any) -> httpx.Response:
        """Send a GET request to the interface."""
        return self.http.get(f"/api/planner/v1{path}", params=parameters, headers=headers)

    def search(self, start: str, end: str, **parameters: Any) -> Document:
        """Search, and expect it to work."""
        answer = self.get("/vehicles", start=start, end=end, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def free(self, start: str, end: str) -> list[str]:
        """Return the ids of the vehicles that are free."""
        return [each["id"] for each in self.search(start, end)["items"]]

    def try_book(
        self,
        vehicle_id: str,
        start: str,
        end: str,
        /,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """Book, whatever comes of it; key and reference are new unless given."""
        number = next(_numbers)
        document: Document = {"external_reference": f"i/main/A-{number}/c", "vehicle_id": vehicle_id}
        document |= {"start": start, "end": end, "customer": CUSTOMER, **body}
        headers = {"Idempotency-Key": key or f"key-{number}", **(headers or {})}
        return self.http.post("/api/planner/v1/rentals", json=document, headers=headers)

    def book(self, vehicle_id: str, start: str, end: str, /, **more: Any) -> Document:
        """Book, and expect it to work."""
        answer = self.try_book(vehicle_id, start, end, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def change_end(
        self, rental: Document, end: str, *, key: str | None = None, if_match: str | None = "own", **body: Any
    ) -> httpx.Response:
        """Change the end of a rental as it was last seen."""
        headers = {"Idempotency-Key": key or f"key-{next(_numbers)}"}
        if if_match is not None:
            headers["If-Match"] = f'"{rental["revision"]}"' if if_match == "own" else if_match
        return self.http.patch(
            f"/api/planner/v1/rentals/{rental['id']}", json={"end": end, **body}, headers=headers
        )

    def cancel(self, rental: Document, *, key: str | None = None, **headers: str) -> httpx.Response:
        """Cancel a rental."""
        headers = {"Idempotency-Key": key or f"key-{next(_numbers)}", **headers}
        return self.http.post(
            f"/api/planner/v1/rentals/{rental['id']}/cancellation", json={}, headers=headers
        )

    def read(self, rental: Document) -> Document:
        """Read a rental again."""
        return self.get(f"/rentals/{rental['id']}").json()

    def desk(self, rental: Document, action: str, **more: Any) -> httpx.Response:
        """Act at the desk."""
        return self.http.post("/sandbox/desk", json={"rental_id": rental["id"], "action": action, **more})

    def clock(self, now: str | None, **more: Any) -> Document:
        """Set the clock."""
        answer = self.http.post("/sandbox/clock", json={"now": now, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def arm(self, operation: str, fault: str, **more: Any) -> None:
        """Arm a fault."""
        answer = self.http.post("/sandbox/faults", json={"operation": operation, "fault": fault, **more})
        assert answer.status_code == 201, answer.text


@contextmanager
def planner_of(sandbox: Sandbox) -> Iterator[InterfaceClient]:
    """Connect a planner to a sandbox."""
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=10, trust_env=False) as http:
        yield InterfaceClient(http)
