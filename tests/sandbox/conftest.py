"""Two sandboxes that a worker's tests share, and planners that talk to them over HTTP."""

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet
from tests.support.interface import planner_of

TOKEN = "test-token"
PASSWORD = "open-sesame"


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
        for table in ("rentals", "idempotency", "history"):
            store.database.run(f"DELETE FROM {table}")
        store.clock.set(None)
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
