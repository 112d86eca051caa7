"""Fixtures of the plugin's tests: the records' database, lost answers, another planner's rentals, a paused call."""

import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from carloop_plugin import bootstrap
from carloop_plugin.api.session import CarloopSession
from mobility_hookspecs import CallContext


def pytest_configure(config):
    """Register the mark of the tests that the two databases may answer differently."""
    config.addinivalue_line("markers", "both_databases: runs on SQLite and on PostgreSQL")


def pytest_generate_tests(metafunc):
    """Run the tests that are marked so on both databases."""
    is_marked = metafunc.definition.get_closest_marker("both_databases") is not None
    if is_marked and "plugin_environment" in metafunc.fixturenames:
        metafunc.parametrize("plugin_environment", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def plugin_environment(request, plugin_environment, monkeypatch):
    """Records of the test's own, on the database that the test is run on."""
    if getattr(request, "param", "sqlite") == "postgres":
        monkeypatch.setenv("CARLOOP_STORE", request.getfixturevalue("postgres").new_database())
    return plugin_environment


@pytest.fixture
def records(plugin_environment):
    """Open the records as a hook call does: a function that returns a context manager."""

    @contextmanager
    def opened():
        with bootstrap.opened(deadline=CallContext.within(10).deadline) as services:
            yield services.context.store

    return opened


@pytest.fixture
def booking(planner):
    """Save the appointment; return the change that books the first free car, not sent yet."""
    planner.save()
    return planner.booking()


@pytest.fixture
def rental(planner):
    """Save the appointment and book the first free car; return the rental."""
    planner.save()
    return planner.book()


@pytest.fixture
def lose(planner):
    """Send a change and lose every answer, by default after Carloop has done it; return the unknown outcome."""

    def lose(change, *, operation="book", fault="drop_after", times=3, value=None):
        planner.control.fault(operation, fault, times=times, value=value)
        outcome = planner.do(change)
        assert outcome["status"] == "unknown", outcome
        return outcome

    return lose


@pytest.fixture
def lost_booking(planner, lose):
    """Save the appointment and send a booking whose answer is lost; return the change."""

    def book(**fault):
        planner.save()
        change = planner.booking()
        lose(change, **fault)
        return change

    return book


@pytest.fixture
def rent_directly(planner):
    """Make a rental at Carloop without the plugin, as another planner would; return it."""

    def rent(vehicle_id, start, end, *, reference=None, **more):
        body = {
            "external_reference": reference or f"other/main/A-1/{uuid.uuid4()}",
            "vehicle_id": vehicle_id,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "customer": {"source": "manual", "last_name": "Canary-Other"},
            **more,
        }
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answer = planner.control.api("POST", "/rentals", json=body, headers=key)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return rent


@dataclass
class Paused:
    """A call to Carloop that waits before it begins, until it is resumed."""

    reached: threading.Event = field(default_factory=threading.Event)
    resumed: threading.Event = field(default_factory=threading.Event)

    def wait(self):
        """Wait until the call has come as far as this."""
        assert self.reached.wait(30)

    def resume(self):
        """Let the call go on; later ones do not wait."""
        self.resumed.set()


@pytest.fixture
def pause(monkeypatch):
    """Pause the calls of one method of the session with Carloop."""
    pauses = []

    def pause(name):
        paused, method = Paused(), getattr(CarloopSession, name)

        def call(*arguments, **keywords):
            paused.reached.set()
            assert paused.resumed.wait(30)
            return method(*arguments, **keywords)

        monkeypatch.setattr(CarloopSession, name, call)
        pauses.append(paused)
        return paused

    yield pause
    for each in pauses:
        each.resume()


@pytest.fixture
def begin(planner, pause):
    """Send a change from another thread, pause it before a call to Carloop; return what ends it with its outcome."""

    def begin(change, call):
        paused, outcomes = pause(call), []
        thread = threading.Thread(target=lambda: outcomes.append(planner.do(change)))
        thread.start()
        paused.wait()

        def finish():
            paused.resume()
            thread.join()
            return outcomes[0]

        return finish

    return begin


@pytest.fixture
def columns(plugin_environment):
    """Return every column of the real tables as `table.column`."""

    def look():
        with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
            return _columns(services.context.store.database)

    return look


@pytest.fixture
def columns_with(plugin_environment):
    """Return the columns that contain a word in any row, whatever the column's type."""

    def look(word):
        with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
            db = services.context.store.database
            return {
                where for where in _columns(db) if any(word.encode() in each for each in _values(db, where))
            }

    return look


def _columns(db):
    every = {
        "SQLite": "SELECT t.name AS t, c.name AS c FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND substr(t.name, 1, 7) != 'sqlite_'",
        "PostgreSQL": "SELECT table_name AS t, column_name AS c FROM information_schema.columns"
        " WHERE table_schema = 'carloop'",
    }
    return {f"{row['t']}.{row['c']}" for row in db.query(every[db.engine.split()[0]])}


def _values(db, where):
    table, column = where.split(".")
    for row in db.query(f'SELECT "{column}" AS value FROM {table}'):
        value = row["value"]
        yield value if isinstance(value, bytes) else str(value).encode()
