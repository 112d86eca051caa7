"""A running sandbox, and somebody who talks to it."""

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet

TOKEN = "test-token"
CUSTOMER = {"source": "manual", "last_name": "Beispiel", "city": "Köln"}

_numbers = itertools.count(1)


@dataclass
class Planner:
    """A planner that talks to a sandbox over HTTP."""

    http: httpx.Client
    today: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    )

    def at(self, days, hours=0):
        """Give the time so many days after today's midnight."""
        return (self.today + timedelta(days=days, hours=hours)).isoformat()

    def get(self, path, headers=None, **parameters):
        """Ask the interface."""
        return self.http.get(f"/api/planner/v1{path}", params=parameters, headers=headers)

    def search(self, start, end, **parameters):
        """Search, and expect it to work."""
        answer = self.get("/vehicles", start=start, end=end, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def free_vehicle(self, start, end):
        """Give the id of a vehicle that is free."""
        return self.search(start, end, limit=1)["items"][0]["id"]

    def try_book(self, vehicle_id, start, end, /, *, key=None, **body):
        """Book, whatever comes of it; key and reference are new unless given."""
        number = next(_numbers)
        document = {
            "external_reference": f"i/main/A-{number}/c",
            "vehicle_id": vehicle_id,
            "start": start,
            "end": end,
            "customer": CUSTOMER,
            **body,
        }
        return self.http.post(
            "/api/planner/v1/rentals", json=document, headers={"Idempotency-Key": key or f"key-{number}"}
        )

    def book(self, vehicle_id, start, end, /, **more):
        """Book, and expect it to work."""
        answer = self.try_book(vehicle_id, start, end, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def change_end(self, rental, end, *, key=None, if_match="own", **body):
        """Change the end of a rental as it was last seen."""
        headers = {"Idempotency-Key": key or f"key-{next(_numbers)}"}
        if if_match is not None:
            headers["If-Match"] = f'"{rental["revision"]}"' if if_match == "own" else if_match
        return self.http.patch(
            f"/api/planner/v1/rentals/{rental['id']}", json={"end": end, **body}, headers=headers
        )

    def cancel(self, rental, *, key=None, **headers):
        """Cancel a rental."""
        headers = {"Idempotency-Key": key or f"key-{next(_numbers)}", **headers}
        return self.http.post(
            f"/api/planner/v1/rentals/{rental['id']}/cancellation", json={}, headers=headers
        )

    def read(self, rental):
        """Read a rental again."""
        return self.get(f"/rentals/{rental['id']}").json()

    def desk(self, rental, action, **more):
        """Act at the desk."""
        return self.http.post("/sandbox/desk", json={"rental_id": rental["id"], "action": action, **more})

    def clock(self, now, **more):
        """Set the clock."""
        answer = self.http.post("/sandbox/clock", json={"now": now, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def arm(self, operation, fault, **more):
        """Arm a fault."""
        answer = self.http.post("/sandbox/faults", json={"operation": operation, "fault": fault, **more})
        assert answer.status_code == 201, answer.text


@contextmanager
def planner_of(sandbox):
    """Connect a planner to a sandbox."""
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=10, trust_env=False) as http:
        yield Planner(http)


@pytest.fixture(name="planner_of")
def planner_of_fixture():
    """Give the function that connects a planner to a sandbox."""
    return planner_of


@pytest.fixture
def sandbox():
    """A sandbox with an empty calendar: twelve vehicles, nothing booked."""
    with run_sandbox(
        token=TOKEN, fleet=Fleet(vehicles=12, account="autohaus-test", rentals=False)
    ) as running:
        yield running


@pytest.fixture
def planner(sandbox):
    """A planner connected to the sandbox with the empty calendar."""
    with planner_of(sandbox) as connected:
        yield connected


@pytest.fixture(scope="session")
def busy_sandbox():
    """A seeded sandbox that tests only read from."""
    with run_sandbox(token=TOKEN, allow_faults=False) as running:
        yield running


@pytest.fixture
def reader(busy_sandbox):
    """A planner connected to the seeded sandbox, to read from it."""
    with planner_of(busy_sandbox) as connected:
        yield connected


@pytest.fixture(scope="session")
def open_sandbox():
    """A sandbox with controls and an empty calendar, for tests that leave nothing behind."""
    with run_sandbox(token=TOKEN, fleet=Fleet(vehicles=12, rentals=False)) as running:
        yield running


@pytest.fixture
def visitor(open_sandbox):
    """A planner that leaves nothing behind."""
    with planner_of(open_sandbox) as connected:
        yield connected
