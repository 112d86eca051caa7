"""A Carloop sandbox on a socket, and what only a sandbox has: faults, a desk, a clock, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest

from carloop_sandbox.running import Sandbox, run_sandbox

Document = Any
"""A document of Carloop or of the contract, valid or not: a test may replace any part of it."""


def instant(when: datetime) -> str:
    """Write an instant as the contract wants it."""
    return when.isoformat(timespec="seconds")


@dataclass
class Control:
    """What only a sandbox has: faults, a desk, a clock, tokens."""

    url: str
    token: str
    http: httpx.Client = field(repr=False)
    out: list[str] = field(default_factory=list)

    def fault(self, operation: str, fault: str, *, times: int = 1, value: object = None) -> None:
        """Arm a fault for the next requests of an operation."""
        body = {"operation": operation, "fault": fault, "times": times} | (
            {"value": value} if value is not None else {}
        )
        self.http.post("/sandbox/faults", json=body).raise_for_status()

    def desk(self, rental_id: str, action: str, **more: str) -> None:
        """Do at the rental desk what a person would."""
        body = {"rental_id": rental_id, "action": action, **more}
        answer = self.http.post("/sandbox/desk", json=body)
        assert answer.is_success, answer.text
        if action == "hand_out":
            self.out.append(rental_id)

    def clock(self, now: datetime | None) -> None:
        """Set Carloop's clock, or let it run again."""
        self.http.post("/sandbox/clock", json={"now": instant(now) if now else None}).raise_for_status()

    def reset_faults(self) -> None:
        """Clear every fault, let the clock run, and take back the cars that were handed out."""
        self.http.request("DELETE", "/sandbox/faults", json={}).raise_for_status()
        self.clock(None)
        # a car that is out with one test cannot be handed out in another
        for rental_id in self.out:
            self.http.post("/sandbox/desk", json={"rental_id": rental_id, "action": "take_back"})

    def rentals(self, appointment_id: str) -> list[Document]:
        """Ask Carloop itself which rentals an appointment has, whatever the plugin believes."""
        found, cursor = [], None
        while True:
            params = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
            answer = self.api("GET", "/rentals", params=params).json()
            found += [r for r in answer["items"] if f"/{appointment_id}/" in (r["external_reference"] or "")]
            cursor = answer["next_cursor"]
            if not cursor:
                return found

    def api(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call the interface as another planner would."""
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.http.request(method, f"/api/planner/v1{path}", headers=headers, **more)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A Carloop that all tests share; each takes days of its own."""
    with run_sandbox(token="tok_of_the_tests", allow_faults=True) as running:
        yield running


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[Control]:
    """The sandbox's own controls; faults, clock and cars are taken back afterwards."""
    with httpx.Client(base_url=sandbox.url, timeout=10) as http:
        control = Control(sandbox.url, sandbox.token, http)
        yield control
        control.reset_faults()
