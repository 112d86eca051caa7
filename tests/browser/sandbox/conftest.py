"""A sandbox of these tests' own, with a rental in every state, and a clerk who has signed in."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

PASSWORD = "password-of-the-clerk"
TOKEN = "token-of-the-clerk"
CUSTOMER = {"source": "manual", "first_name": "Jörg", "last_name": "Möller-Weiß", "city": "Köln"}


@dataclass
class Office:
    """The running sandbox, and what happens in it elsewhere than on its pages."""

    url: str
    http: httpx.Client = field(repr=False)
    booked: int = 0

    def book(self, start=3, end=5):
        """Book a vehicle from so many days from now to so many; it is here, so that it can be handed out."""
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
        """Act at the desk, one thing after the other."""
        for action in actions:
            body = {"rental_id": rental["id"], "action": action}
            assert self.http.post("/sandbox/desk", json=body).status_code == 200
        return rental

    def clock(self, now):
        """Stop the clock, or set it free."""
        self.http.post("/sandbox/clock", content=json.dumps({"now": now and _write(now)}), headers=JSON)

    def admits(self, token):
        """Say whether the interface takes a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.get("/api/planner/v1/account", headers=headers).status_code == 200


JSON = {"Content-Type": "application/json"}


def _write(when):
    return when.astimezone(UTC).replace(microsecond=0).isoformat()


@pytest.fixture(scope="session")
def office(start):
    """Run the sandbox."""
    options = ("--port", "0", "--allow-faults", "--token", TOKEN)
    program = start("carloop_sandbox", "serve", *options, CARLOOP_SANDBOX_PASSWORD=PASSWORD)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=program.url, headers=headers, trust_env=False) as http:
        yield Office(program.url, http)


@pytest.fixture(scope="session")
def session(office):
    """Sign in once, and give what a browser keeps of it."""
    with httpx.Client(base_url=office.url, headers={"Sec-Fetch-Site": "same-origin"}) as http:
        assert http.post("/sign-in", data={"name": "admin", "password": PASSWORD}).status_code == 303
        cookies = [
            {"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}
            for name, value in http.cookies.items()
        ]
    return {"cookies": cookies, "origins": []}


@pytest.fixture
def clerk(open_page, session):
    """Give what opens a page as somebody who has signed in: `clerk(language="en", width=400)`."""
    return lambda **how: open_page(storage_state=session, **how)
