"""What a worker plays its cells on: a sandbox in a process of its own, a proxy before it, a planner host."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from carloop_plugin import bootstrap, plugin
from carloop_sandbox.running import SandboxProcess, run_sandbox_process
from mobility_hookspecs import MobilityHost
from proofs.faults.evidence import Document, Glimpse
from tests.support.proxy import FaultProxy

CALM_SECONDS = 5.0
"""How long anything may take when nothing is in its way."""

_FIRST_DAY = 120
CUSTOMER = {"source": "dms", "number": "4711", "first_name": "Jörg", "last_name": "Canary-Müller"}


class Listening(logging.Handler):
    """Keeps what the host kit logs of a provider, and what threads die of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.raw: list[str] = []
        self.late: list[str] = []

    def listen(self) -> Listening:
        """Begin to listen, in place of the terminal."""
        log = logging.getLogger("mobility_hookspecs")
        log.addHandler(self)
        log.propagate = False
        threading.excepthook = self.died
        return self

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        said = record.getMessage()
        (self.late if "did not answer within" in said else self.raw).append(said)

    def died(self, arguments: threading.ExceptHookArgs) -> None:
        """Keep the name of what ended a thread."""
        self.raw.append(f"a thread died of {arguments.exc_type.__name__}")

    def take(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what was kept since the last time: somebody's bugs, and what came too late."""
        taken = tuple(self.raw), tuple(self.late)
        self.raw.clear()
        self.late.clear()
        return taken


@dataclass
class Bench:
    """A host with the real plugin, a proxy, and the sandbox behind it; `http` goes past the proxy.

    `given_up` counts what earlier cells have left pending for good: each is a finding once.
    """

    sandbox: SandboxProcess
    proxy: FaultProxy
    host: MobilityHost
    http: httpx.Client
    heard: Listening
    vehicle: str = ""
    given_up: int = 0
    days: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_DAY))

    def appointment(self) -> Document:
        """Draw an appointment on a day of its own."""
        start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(
            days=next(self.days)
        )
        return {
            "id": f"A-{uuid.uuid4().hex[:12]}",
            "revision": 1,
            "status": "scheduled",
            "site": "main",
            "period": {"start": start.isoformat(), "end": (start + timedelta(hours=9)).isoformat()},
            "time_zone": "Europe/Berlin",
            "customer": CUSTOMER,
        }

    def glimpse(self, appointment_id: str) -> Glimpse:
        """Look at an appointment from both sides."""
        gathered = self.host.mobility_states([appointment_id], timeout=CALM_SECONDS)
        return Glimpse(gathered.answers["carloop"][0], tuple(self.rentals(appointment_id)))

    def rentals(self, appointment_id: str) -> Iterator[Document]:
        """Ask Carloop itself for an appointment's rentals, those of the last minutes."""
        since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        params = {"limit": "1000", "updated_since": since}
        while True:
            page = self.api("/rentals", **params)
            yield from (
                each for each in page["items"] if f"/{appointment_id}/" in (each["external_reference"] or "")
            )
            if page["next_cursor"] is None:
                return
            params["cursor"] = page["next_cursor"]

    def free(self, period: Document) -> list[Document]:
        """Ask Carloop itself which vehicles are free."""
        return list(self.api("/vehicles", start=period["start"], end=period["end"], limit="1000")["items"])

    def api(self, path: str, **params: Any) -> Document:
        """Read from Carloop as another planner would, past the proxy."""
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}
        answer = self.http.get(f"/api/planner/v1{path}", params=params, headers=headers)
        return dict(answer.raise_for_status().json())

    def calm(self, *, release: bool = True) -> None:
        """Take every fault back."""
        self.proxy.clear(release=release)
        self.sandbox.controls.disarm()

    def recover(self) -> int:
        """Reconcile until nothing new is pending, for some seconds at most; give how much still is."""
        until = time.monotonic() + CALM_SECONDS
        while True:
            report = self.host.reconcile(timeout=CALM_SECONDS).answers.get("carloop")
            pending = int(report["pending"]) - self.given_up if report else 1
            if pending <= 0 or time.monotonic() > until:
                return pending
            time.sleep(0.02)


@contextmanager
def run_bench(folder: Path) -> Iterator[Bench]:
    """Set everything up with records in `folder`; this process's environment is the plugin's."""
    heard = Listening().listen()
    with run_sandbox_process() as sandbox, FaultProxy(sandbox.url) as proxy:
        os.environ |= {
            "CARLOOP_STORE": str(folder / "carloop.sqlite3"),
            "CARLOOP_BASE_URL": proxy.url,
            "CARLOOP_TOKEN": sandbox.token,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        try:
            with (
                MobilityHost.of(plugin) as host,
                httpx.Client(base_url=sandbox.url, timeout=CALM_SECONDS, trust_env=False) as http,
            ):
                bench = Bench(sandbox, proxy, host, http, heard)
                far = datetime.now(UTC) + timedelta(days=3000)
                day = {"start": far.isoformat(), "end": (far + timedelta(days=1)).isoformat()}
                bench.vehicle = str(bench.free(day)[0]["id"])
                yield bench
        finally:
            bootstrap.close()
