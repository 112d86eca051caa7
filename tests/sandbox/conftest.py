"""Two sandboxes that a worker's tests share, and planners that talk to them over HTTP."""

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet

TOKEN = "test-token"
PASSWORD = "open-sesame"
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
        """Return the time so many days after today's midnight, as the sandbox writes it."""
        return (self.today + timedelta(days=days, hours=hours)).isoformat().replace("+00:00", "Z")

    def get(self, path, headers=None, **parameters):
        """Send a GET request to the interface."""
        return self.http.get(f"/api/planner/v1{path}", params=parameters, headers=headers)

    def search(self, start, end, **parameters):
        """Search, and expect it to work."""
        answer = self.get("/vehicles", start=start, end=end, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def free(self, start, end):
        """Return the ids of the vehicles that are free."""
        return [each["id"] for each in self.search(start, end)["items"]]

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


@pytest.fixture(name="planner_of", scope="session")
def planner_of_fixture():
    """The function that connects a planner to a sandbox."""
    return planner_of


@pytest.fixture(scope="session")
def password():
    """The password of `admin`, who signs in to the pages of every sandbox here."""
    return PASSWORD


@pytest.fixture(scope="session")
def empty_sandbox():
    """A sandbox with twelve vehicles; use it as `sandbox`, which empties it first."""
    fleet = Fleet(vehicles=12, account="autohaus-test", rentals=False)
    with run_sandbox(token=TOKEN, fleet=fleet, password=PASSWORD) as running:
        yield running


@pytest.fixture
def sandbox(empty_sandbox):
    """A sandbox with twelve vehicles, nothing booked, no faults, the machine's clock, and one token."""
    store = empty_sandbox.store
    empty_sandbox.service.faults.clear()
    with store.database.writing():
        for table in ("rentals", "idempotency"):
            store.database.run(f"DELETE FROM {table}")
        store.clock.free()
        for label in store.tokens.labels:
            store.tokens.revoke(label)
        store.start_token(TOKEN)
    return empty_sandbox


@pytest.fixture
def own_sandbox():
    """A sandbox with one vehicle that a test may damage."""
    with run_sandbox(fleet=Fleet(vehicles=1, rentals=False)) as running:
        yield running


@pytest.fixture(scope="session")
def _planner(empty_sandbox):
    with planner_of(empty_sandbox) as connected:
        yield connected


@pytest.fixture
def planner(sandbox, _planner):
    """A planner connected to the empty sandbox."""
    return _planner


@pytest.fixture
def rental(planner):
    """A reserved rental of V1001 from day 3 to day 5."""
    return planner.book("V1001", planner.at(3), planner.at(5))


@pytest.fixture(scope="session")
def busy_sandbox():
    """A sandbox with forty vehicles and their rentals, without controls; tests only read from it."""
    with run_sandbox(token=TOKEN, allow_faults=False, password=PASSWORD) as running:
        yield running


@pytest.fixture(scope="session")
def reader(busy_sandbox):
    """A planner connected to the busy sandbox."""
    with planner_of(busy_sandbox) as connected:
        yield connected
