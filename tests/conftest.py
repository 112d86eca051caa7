"""The real thing for every test: a sandbox on a socket, the plugin with records of its own, and a planner host."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import threading
import time
import traceback
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import settings

from carloop_sandbox.running import Sandbox, run_sandbox
from mobility_hookspecs import MobilityHost

if TYPE_CHECKING:
    from benchmarks.postgres import Postgres
    from benchmarks.postgres_line import PostgresLine

Document = dict[str, Any]

_days = itertools.count(10)


def pytest_configure() -> None:
    """Keep the tester's own keyring out, and back ends that a test defines: each that is defined offers itself.

    Programs that are started can be interrupted, also where the suite runs in the background, which ignores Ctrl-C.
    Examples are the same in every run, and none is late: a busy machine fails no test.
    """
    settings.load_profile("ci")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def instant(when: datetime) -> str:
    """Write an instant as the contract wants it."""
    return when.isoformat(timespec="seconds")


InChild = Callable[[Callable[[], object]], Any]
LONGEST_CHILD = 30.0


@pytest.fixture
def in_child() -> InChild:
    """Fork, and give what a function gives in the child, as JSON. A child that does not answer is killed."""
    return _in_child


@pytest.fixture
def until_forking() -> Iterator[Callable[[], None]]:
    """Wait until a fork waits for what is `undivided`; one that does not wait is over when this returns."""
    from mobility_hookspecs import forking

    over = threading.Event()

    def wait() -> None:
        while forking._gate._forking is None and not over.is_set():
            time.sleep(0)
        over.wait(0.05)

    yield wait
    over.set()


def fork() -> int:
    """Fork; from 3.12 on Python warns whoever does so with threads, and there are some."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process", DeprecationWarning)
        return os.fork()


def _in_child(work: Callable[[], object]) -> Any:
    reading, writing = os.pipe()
    child = fork()
    if child == 0:
        try:
            said = {"answer": work()}
        except BaseException:  # noqa: BLE001 - whatever it is, the parent is to hear of it
            said = {"raised": traceback.format_exc()}
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    if not select.select([reading], [], [], LONGEST_CHILD)[0]:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as file:
        said = json.loads(file.read() or b'{"raised": "the child hangs"}')
    assert "raised" not in said, said["raised"]
    return said["answer"]


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
        """Set Carloop's clock, or let it go free."""
        self.http.post("/sandbox/clock", json={"now": instant(now) if now else None}).raise_for_status()

    def calm(self) -> None:
        """Take back every fault, the clock, and the cars that were handed out."""
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
        control.calm()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL that all tests share; each takes a database of its own."""
    from benchmarks.postgres import run_postgres

    with run_postgres() as running:
        yield running


@pytest.fixture
def line(postgres: Postgres) -> Iterator[PostgresLine]:
    """A line to an empty database, which can fall silent or be cut."""
    from benchmarks.postgres_line import PostgresLine

    with TemporaryDirectory(prefix="carloop-line-") as folder:
        line = PostgresLine(postgres, Path(folder))
        yield line
        line.close()


@pytest.fixture
def plugin_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Records of the test's own, no settings, and retries that do not wait; gives the store's path."""
    from carloop_plugin import bootstrap

    monkeypatch.setattr(bootstrap, "SLEEP", lambda _seconds: None)
    store = tmp_path / "carloop.sqlite3"
    for name in ("CARLOOP_BASE_URL", "CARLOOP_TOKEN", "CARLOOP_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARLOOP_STORE", str(store))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yield store
    bootstrap.close()


@dataclass
class Planner:
    """A workshop planner with one appointment in mind: what an advisor does, as short calls."""

    host: MobilityHost
    control: Control
    store: Path
    appointment: Document

    @property
    def id(self) -> str:
        """The appointment's id."""
        return str(self.appointment["id"])

    def save(self, **changes: Any) -> Document:
        """Save the appointment and give what step 4 shows."""
        self.appointment = self.appointment | changes
        gathered = self.host.appointment_saved(self.appointment)
        assert gathered.failures == ()
        return gathered.answers["carloop"]

    def search(self, **more: Any) -> Document:
        """Search the free cars of the appointment's period."""
        request = {
            "site": "main",
            "period": self.appointment["period"],
            "filters": {"vehicle_classes": [], "features": []},
        } | more
        gathered = self.host.mobility_options(request)
        assert gathered.failures == ()
        return gathered.answers["carloop"]

    def booking(self, **more: Any) -> Document:
        """Write the change that books the first free car."""
        change = {
            "change_id": str(uuid.uuid4()),
            "provider": "carloop",
            "action": "book",
            "appointment_id": self.id,
            "site": "main",
            "period": self.appointment["period"],
            "customer": self.appointment["customer"],
        } | more
        if "option_id" not in change:
            change["option_id"] = self.roomy_car()
        return change

    def roomy_car(self) -> str:
        """Find a car that is also free for some days after the appointment."""
        later = instant(self.end() + timedelta(days=4))
        period = self.appointment["period"] | {"end": later}
        return str(self.search(period=period)["options"][0]["id"])

    def end_change(self, rental: Document, end: datetime | str, **more: Any) -> Document:
        """Write the change of a rental's end."""
        end = end if isinstance(end, str) else instant(end)
        return self._change("change_end", rental_id=rental["id"], end=end, **more)

    def cancellation(self, **more: Any) -> Document:
        """Write a cancellation."""
        return self._change("cancel", **more)

    def _change(self, action: str, **more: Any) -> Document:
        return {"change_id": str(uuid.uuid4()), "provider": "carloop", "action": action} | more

    def do(self, change: Document, *, timeout: float = 15.0) -> Document:
        """Send a change."""
        return dict(self.host.change_rental(change, timeout=timeout))

    def book(self, **more: Any) -> Document:
        """Book the first free car; it must work."""
        outcome = self.do(self.booking(**more))
        assert outcome["status"] == "done", outcome
        return dict(outcome["rental"])

    def state(self) -> Document:
        """Ask for the appointment's state."""
        gathered = self.host.mobility_states([self.id])
        assert gathered.failures == ()
        return gathered.answers["carloop"][0]

    def reconcile(self) -> Document:
        """Let the provider reconcile once."""
        gathered = self.host.reconcile()
        assert gathered.failures == ()
        return gathered.answers["carloop"]

    def let_requests_age(self, seconds: float = 180) -> None:
        """Make every sending so much older, as the database's clock sees it: three minutes, and none can arrive."""
        from carloop_plugin import bootstrap

        with bootstrap.opened(deadline=time.monotonic() + 10) as wired:
            db = wired.call.store.database  # type: ignore[attr-defined]
            db.transact(lambda: db.execute("UPDATE intents SET sent_at = sent_at - ?", [seconds]))

    def damage(self, index: str = "rentals_by_id") -> bytes:
        """Damage a page of the records, all else in which can still be read; give what they are now."""
        from contextlib import closing

        from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

        from carloop_plugin import bootstrap

        bootstrap.close()
        with closing(sqlite3.connect(self.store)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [index]).fetchone()
            (size,) = db.execute("PRAGMA page_size").fetchone()
        with self.store.open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        return self.store.read_bytes()

    def start(self) -> datetime:
        """When the appointment begins."""
        return datetime.fromisoformat(self.appointment["period"]["start"])

    def end(self) -> datetime:
        """When the appointment ends."""
        return datetime.fromisoformat(self.appointment["period"]["end"])


def appointment_on(start: datetime) -> Document:
    """Write an appointment of a day's length with a customer from the DMS."""
    return {
        "id": f"A-{uuid.uuid4().hex[:12]}",
        "revision": 1,
        "status": "scheduled",
        "site": "main",
        "period": {"start": instant(start), "end": instant(start + timedelta(hours=9))},
        "time_zone": "Europe/Berlin",
        "customer": {"source": "dms", "number": "4711", "first_name": "Jörg", "last_name": "Canary-Müller"},
    }


@pytest.fixture
def configured(plugin_environment: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plugin set up for the sandbox by its environment; gives the store's path."""
    monkeypatch.setenv("CARLOOP_BASE_URL", sandbox.url)
    monkeypatch.setenv("CARLOOP_TOKEN", sandbox.token)
    return plugin_environment


@pytest.fixture
def planner(configured: Path, control: Control) -> Iterator[Planner]:
    """A planner host with Carloop set up, and an appointment on a day nobody else uses."""
    from carloop_plugin import plugin

    start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=next(_days))
    with MobilityHost.of(plugin) as host:
        yield Planner(host, control, configured, appointment_on(start))
