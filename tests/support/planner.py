"""The plugin with records of its own, and a workshop planner that uses it: an advisor's actions as short calls."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carloop_sandbox.running import Sandbox
from mobility_hookspecs import Gathered, MobilityHost
from tests.support.carloop import Control, Document, instant
from tests.support.contract_documents import ContractDocuments

_days = itertools.count(10)


@pytest.fixture
def plugin_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Records of the test's own, no settings, and retries that do not wait; returns the store's path."""
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
    """A workshop planner with one appointment: an advisor's actions as short calls."""

    host: MobilityHost
    control: Control
    store: Path
    appointment: Document

    @property
    def id(self) -> str:
        """The appointment's id."""
        return str(self.appointment["id"])

    def save(self, **changes: Any) -> Document:
        """Save the appointment and return what step 4 shows."""
        self.appointment = self.appointment | changes
        return answer_of(self.host.appointment_saved(self.appointment))

    def search(self, **more: Any) -> Document:
        """Search the free cars of the appointment's period."""
        request = ContractDocuments().request(**{"period": self.appointment["period"]} | more)
        return answer_of(self.host.mobility_options(request))

    def booking(self, **more: Any) -> Document:
        """Write the change that books the first free car."""
        known: Document = {"action": "book", "appointment_id": self.id, "site": "main"}
        known |= {name: self.appointment[name] for name in ("period", "customer")}
        change = self._change(**known | more)
        if "option_id" not in change:
            change["option_id"] = self.car_free_for_days()
        return change

    def car_free_for_days(self) -> str:
        """Find a car that is also free for some days after the appointment."""
        later = instant(self.end() + timedelta(days=4))
        period = self.appointment["period"] | {"end": later}
        return str(self.search(period=period)["options"][0]["id"])

    def rebooking(self, rental: Document, **more: Any) -> Document:
        """Write the change that books a rental anew: the same car for the appointment as it is now."""
        known = {"rental_id": rental["id"], "site": "main", "option_id": rental["vehicle"]["id"]}
        known |= {name: self.appointment[name] for name in ("period", "customer")}
        return self._change("rebook", **known | more)

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
        return answer_of(self.host.mobility_states([self.id]))[0]

    def reconcile(self) -> Document:
        """Have the provider reconcile once."""
        return answer_of(self.host.reconcile())

    def let_requests_age(self, seconds: float = 180) -> None:
        """Make every sending so much older, as the database's clock sees it: three minutes, and none can arrive."""
        from carloop_plugin import bootstrap

        with bootstrap.opened(deadline=time.monotonic() + 10) as services:
            db = services.context.store.database  # type: ignore[attr-defined]
            db.transact(lambda: db.query("UPDATE intents SET sent_at = sent_at - ?", [seconds]))

    def damage(self, index: str = "rentals_by_id") -> bytes:
        """Damage a page of the records, the rest of which can still be read; return the file's content."""
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

    def times(self) -> dict[str, datetime]:
        """When the appointment begins and ends."""
        return {"start": self.start(), "end": self.end()}


def answer_of(gathered: Gathered[Any]) -> Document:
    """Return Carloop's answer; no provider may have failed."""
    assert gathered.failures == ()
    return gathered.answers["carloop"]


def appointment_on(start: datetime) -> Document:
    """Write an appointment of a day's length with a customer from the DMS."""
    period = {"start": instant(start), "end": instant(start + timedelta(hours=9))}
    who = {"source": "dms", "number": "4711", "first_name": "Jörg", "last_name": "Canary-Müller"}
    return ContractDocuments().appointment(id=f"A-{uuid.uuid4().hex[:12]}", period=period, customer=who)


@pytest.fixture
def configured(plugin_environment: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plugin set up for the sandbox by its environment; returns the store's path."""
    monkeypatch.setenv("CARLOOP_BASE_URL", sandbox.url)
    monkeypatch.setenv("CARLOOP_TOKEN", sandbox.token)
    return plugin_environment


@pytest.fixture
def planner(configured: Path, control: Control) -> Iterator[Planner]:
    """A planner host with Carloop set up, and an appointment on a day of its own."""
    from carloop_plugin import plugin

    start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=next(_days))
    with MobilityHost.of(plugin) as host:
        yield Planner(host, control, configured, appointment_on(start))
