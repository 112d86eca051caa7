"""Where a scene is played: an address, a token, a clock that stands still, and what happens behind the scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
"""When every scene begins: a Monday, 08:00 in Karlsruhe."""

BASE_PATH = "/api/planner/v1"
START, END = "2027-03-04T07:00:00Z", "2027-03-04T16:00:00Z"
"""The period that scenes ask for unless they say otherwise."""

CUSTOMER = {
    "source": "dms",
    "number": "10472",
    "kind": "person",
    "salutation": "Frau",
    "first_name": "Erika",
    "last_name": "Mustermann",
    "street": "Heidestraße 17",
    "postal_code": "51147",
    "city": "Köln",
    "country": "DE",
}
"""The one customer of all scenes: the person on Germany's specimen identity cards."""

INSTALLATION = "0123456789abcdef"
OWN = "the stage's own token"


def key(number: int) -> str:
    """Give the change id of a number, the same in every recording."""
    return f"00000000-0000-4000-8000-{number:012d}"


def reference(number: int) -> str:
    """Give the external reference of a booking of that number."""
    return f"{INSTALLATION}/main/A-{number}/{key(number)}"


class Clock(Protocol):
    """The machine's clock, which stands still: the sandbox, the plugin and the scene all see this time."""

    def move_to(self, destination: datetime, tick: bool | None = None) -> None:
        """Let another time be now."""


class Backstage(Protocol):
    """What happens at Carloop without the planner: it is never on the tape, and nothing happens on replay."""

    def fault(self, operation: str, fault: str, *, times: int = 1, value: object = None) -> None:
        """Let the sandbox misbehave."""

    def desk(self, rental_id: str, action: str, **more: str) -> None:
        """Do at the rental desk what a person would."""

    def issue_token(self, label: str) -> str:
        """Make another token."""

    def revoke_token(self, label: str) -> None:
        """Revoke a token."""

    def begin_attempt(self, path: str, body: bytes, *, change: str) -> None:
        """Let another request with this key be worked on until `finish_attempt`; nothing is delayed after that."""

    def finish_attempt(self) -> None:
        """Let that request be answered."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene plays with. `folder` is empty and the scene's own."""

    base_url: str
    clock: Clock
    backstage: Backstage
    folder: Path
    http: httpx.Client = field(repr=False)
    token: str = field(repr=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = OWN,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send a request of the bare interface; without a token where that is None."""
        own = {"Accept": "application/json"}
        if token is not None:
            own["Authorization"] = f"Bearer {self.token if token == OWN else token}"
        return self.http.request(method, f"{BASE_PATH}{path}", headers=own | dict(headers or {}), **more)

    def book(self, number: int = 1, *, change: str | None = None, **body: object) -> httpx.Response:
        """Book a vehicle under a number's key and reference; `body` alters what is sent."""
        whole = {
            "external_reference": reference(number),
            "vehicle_id": "V1001",
            "start": START,
            "end": END,
            "customer": CUSTOMER,
        } | body
        return self.ask("POST", "/rentals", json=whole, headers={"Idempotency-Key": change or key(number)})

    def booked(self, number: int = 1, *, change: str | None = None, **body: object) -> dict[str, Any]:
        """Book a vehicle; it must work."""
        answer = self.book(number, change=change, **body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def change_end(
        self, rental: Mapping[str, Any], end: str, *, number: int = 2, **body: object
    ) -> httpx.Response:
        """Change the end of a rental whose revision is known."""
        headers = {"Idempotency-Key": key(number), "If-Match": f'"{rental["revision"]}"'}
        return self.ask("PATCH", f"/rentals/{rental['id']}", json={"end": end} | body, headers=headers)

    def cancel(self, rental: Mapping[str, Any], *, number: int = 2, **body: object) -> httpx.Response:
        """Cancel a rental."""
        headers = {"Idempotency-Key": key(number)}
        return self.ask("POST", f"/rentals/{rental['id']}/cancellation", json=body, headers=headers)
