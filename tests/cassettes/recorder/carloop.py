"""Carloop as a scenario talks to it: live while it is recorded, from its cassette when it is replayed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import time_machine

from carloop_sandbox.interface.contract import BASE_PATH
from tests.cassettes.recorder.controls import Controls

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
"""When every scenario begins: a Monday, 08:00 in Karlsruhe."""

START, END = "2027-03-04T07:00:00Z", "2027-03-04T16:00:00Z"
"""The default period of scenarios."""

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
"""The one customer of all scenarios: the person on Germany's specimen identity cards."""

REASON = "Termin verschoben"
INSTALLATION = "0123456789abcdef"
OWN = object()


def key(number):
    """Return the change id of a number, the same in every recording."""
    return f"00000000-0000-4000-8000-{number:012d}"


def reference(number):
    """Return the external reference of a booking of that number."""
    return f"{INSTALLATION}/main/A-{number}/{key(number)}"


def booking(number=1, **fields):
    """Return the body of a booking under a number's reference, with fields replaced."""
    whole = {"external_reference": reference(number), "vehicle_id": "V1001", "start": START, "end": END}
    return whole | {"customer": CUSTOMER} | fields


@dataclass(frozen=True, slots=True)
class Carloop:
    """What a scenario gets.

    `clock` is stopped for the sandbox, the plugin and the scenario; `folder` is empty and the scenario's own.
    """

    base_url: str
    clock: time_machine.Traveller
    controls: Controls
    folder: Path
    http: httpx.Client = field(repr=False)
    token: str = field(repr=False)

    def ask(self, method, path, *, token=OWN, headers=None, **more):
        """Send a request of the interface; without a token where that is None."""
        sent = {"Accept": "application/json"}
        if token is not None:
            sent["Authorization"] = f"Bearer {self.token if token is OWN else token}"
        return self.http.request(method, f"{BASE_PATH}{path}", headers=sent | (headers or {}), **more)

    def book(self, number=1, *, change=None, **fields):
        """Book a vehicle under a number's key and reference, with fields of the body replaced."""
        headers = {"Idempotency-Key": change or key(number)}
        return self.ask("POST", "/rentals", json=booking(number, **fields), headers=headers)

    def booked(self, number=1, **fields):
        """Book a vehicle, which must work, and return the rental."""
        answer = self.book(number, **fields)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def change_end(self, rental, end, *, number=2, **body):
        """Change the end of a rental whose revision is known."""
        headers = {"Idempotency-Key": key(number), "If-Match": f'"{rental["revision"]}"'}
        return self.ask("PATCH", f"/rentals/{rental['id']}", json={"end": end} | body, headers=headers)

    def cancel(self, rental, *, number=2, **body):
        """Cancel a rental."""
        headers = {"Idempotency-Key": key(number)}
        return self.ask("POST", f"/rentals/{rental['id']}/cancellation", json=body, headers=headers)
