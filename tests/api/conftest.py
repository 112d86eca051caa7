"""A server on a real socket that does as it is told, and a session that talks to it."""

import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import pytest

from carloop_plugin.api.client import RetryingClient
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.changes import Action, Intent
from tests.support.peer import run_server

TOKEN = "canary-token-7f3a"


@pytest.fixture
def make_server():
    """Return a maker of servers on free ports; all are closed after the test."""
    with ExitStack() as servers:
        yield lambda: servers.enter_context(run_server())


@pytest.fixture
def server(make_server):
    """Return one server."""
    return make_server()


@pytest.fixture
def make_session():
    """Return a maker of sessions that do not wait between attempts; all are closed after the test."""
    sessions = []

    def make(url, token=TOKEN, **options):
        options.setdefault("sleep", lambda _: None)
        options.setdefault("random", Random(1))
        sessions.append(CarloopSession(url, token, **options))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def session(server, make_session):
    """Return a session with `server`."""
    return make_session(server.url)


@pytest.fixture
def make_client():
    """Return a maker of clients that reach nobody, and do not wait between attempts."""

    def make(**options):
        options = {"random": Random(1), "sleep": lambda _: None, "now": lambda: datetime.now(UTC)} | options
        return RetryingClient("http://carloop.example", "http://carloop.example", TOKEN, None, **options)

    return make


@dataclass(frozen=True)
class Documents:
    """Valid documents of Carloop, each changed by keyword."""

    def account(self, **changes):
        return {
            "id": "acc-1",
            "name": "Autohaus Beispiel",
            "time_zone": "Europe/Berlin",
            "stations": [{"id": "karlsruhe", "name": "Karlsruhe"}],
            "server_time": datetime.now(UTC).isoformat(),
            "limits": {
                "max_page": 1000,
                "max_rental_days": 365,
                "max_body_bytes": 65536,
                "turnaround_minutes": 0,
                "idempotency_hours": 24,
            },
        } | changes

    def vehicle(self, **changes):
        return {
            "id": "veh-1",
            "licence_plate": "KA-CL 1001",
            "make": "VW",
            "model": "Golf",
            "vehicle_class": "compact",
            "features": ["automatic", "navigation"],
            "seats": 5,
            "fuel": "petrol",
            "transmission": "automatic",
            "station": "karlsruhe",
            "daily_rate": {"amount": "49.90", "currency": "EUR", "tax_included": True},
        } | changes

    def vehicles(self, *items, **changes):
        return {
            "items": list(items),
            "next_cursor": None,
            "as_of": "2027-02-24T09:12:33Z",
            "matching": len(items),
            "busy": 0,
            "next_free": None,
        } | changes

    def rental(self, **changes):
        return {
            "id": "ren-1",
            "external_reference": "inst/main/A-1/0b2c9a3e",
            "vehicle": self.vehicle(),
            "start": "2027-03-02T07:30:00Z",
            "end": "2027-03-04T16:00:00Z",
            "planned_end": "2027-03-04T16:00:00Z",
            "status": "reserved",
            "customer": {"source": "manual", "last_name": "Canary-Lindqvist"},
            "revision": 3,
            "created_at": "2027-02-24T09:12:33Z",
            "updated_at": "2027-02-24T09:12:33Z",
            "web_url": "https://carloop.example/rentals/ren-1",
        } | changes

    def rentals(self, *items, next_cursor=None):
        return {"items": list(items), "next_cursor": next_cursor}

    def problem(self, status, code, **more):
        return {"code": code, "title": "Title", "status": status, "detail": "Detail."} | more

    def booking(self):
        """Return a booking ready to be sent, its customer a canary."""
        return self.intent(Action.BOOK, b'{"customer":{"last_name":"Canary-Lindqvist"}}')

    def rebooking(self):
        """Return a booking that replaces a rental."""
        return self.intent(Action.REBOOK, b'{"replaces":"ren-1"}', rental_id="ren-1", revision=3)

    def change_of_end(self):
        body = b'{"end":"2027-03-05T16:00:00Z"}'
        return self.intent(Action.CHANGE_END, body, rental_id="ren-1", revision=3)

    def cancellation(self, rental_id="ren-1"):
        return self.intent(Action.CANCEL, None, rental_id=rental_id)

    def intent(self, action, body, **more):
        key = f"0b2c9a3e-5a0e-4c53-9d6f-{action.value:0<12}"
        return Intent(key, action, "main", "A-1", "digest", datetime.now(UTC), body=body, **more)


@pytest.fixture
def silent_port():
    """Listen where nobody accepts, and as many connections wait as may."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for filler in [sockets.enter_context(socket.socket()) for _ in range(4)]:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port():
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def documents():
    """Return valid documents of Carloop."""
    return Documents()


@pytest.fixture
def soon():
    """Return deadlines that many seconds from now."""
    return lambda seconds: time.monotonic() + seconds
