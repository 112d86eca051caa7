"""A sandbox of these tests' own, since they stop its clock, and a clerk who is signed in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from carloop_sandbox.remote import Controls
from tests.support.browser.programs import TOKEN, carloop_program, session_of

CUSTOMER = {"source": "manual", "first_name": "Jörg", "last_name": "Möller-Weiß", "city": "Köln"}


@dataclass
class Office:
    """The running sandbox, and what happens in it elsewhere than on its pages."""

    url: str
    http: httpx.Client = field(repr=False)
    booked: int = 0

    def book(self, start=3, end=5):
        """Book a vehicle between two numbers of days from now; it is free now, so that it can be handed out."""
        now = datetime.fromisoformat(self.http.get("/api/planner/v1/account").json()["server_time"])
        times = {"start": _write(now + timedelta(days=start)), "end": _write(now + timedelta(days=end))}
        search = {"start": _write(now + timedelta(minutes=5)), "end": times["end"], "limit": 1}
        free = self.http.get("/api/planner/v1/vehicles", params=search).json()["items"][0]["id"]
        self.booked += 1
        reference = f"i/main/A-{self.booked}/c"
        body = {"external_reference": reference, "vehicle_id": free, "customer": CUSTOMER, **times}
        answer = self.http.post("/api/planner/v1/rentals", json=body, headers={"Idempotency-Key": reference})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def read(self, rental):
        """Read a rental again."""
        return self.http.get(f"/api/planner/v1/rentals/{rental['id']}").json()

    def desk(self, rental, *actions):
        """Do several things at the desk, one after the other."""
        for action in actions:
            Controls(self.url).desk(rental["id"], action)
        return rental

    def clock(self, now):
        """Stop the clock, or let it run again."""
        Controls(self.url).set_clock(now and _write(now))

    def admits(self, token):
        """Return whether the interface takes a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.get("/api/planner/v1/account", headers=headers).status_code == 200


def _write(when):
    return when.astimezone(UTC).replace(microsecond=0).isoformat()


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """Run the sandbox."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        carloop_program(tmp_path_factory.mktemp("office")) as program,
        httpx.Client(base_url=program.url, headers=headers, trust_env=False) as http,
    ):
        yield Office(program.url, http)


@pytest.fixture(scope="session")
def session(office):
    """Sign in once, and return what a browser stores of it."""
    return session_of(office.url, "admin")


@pytest.fixture
def clerk(open_page, session):
    """Return what opens a page as somebody who is signed in: `clerk(language="en", width=400)`."""
    return lambda **how: open_page(storage_state=session, **how)
