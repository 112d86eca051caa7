"""What a worker runs its cells on: a sandbox in a process of its own, a proxy in front of it, a planner host."""

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
from proofs.documents import new_appointment
from proofs.faults.evidence import Document, Observation
from proofs.history import moments_of
from proofs.servers import plugin_environment
from tests.support.proxy import FaultProxy

CALL_SECONDS = 5.0
"""How long a call may take without a fault."""

_FIRST_DAY = 120
CUSTOMER = {"source": "dms", "number": "4711", "first_name": "Jörg", "last_name": "Canary-Müller"}


class HostLog(logging.Handler):
    """Keeps what the host kit logs about a provider, and the exceptions that end threads."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.raw: list[str] = []
        self.late: list[str] = []

    def attach(self) -> HostLog:
        """Attach to the host kit's logger, in place of the terminal."""
        log = logging.getLogger("mobility_hookspecs")
        log.addHandler(self)
        log.propagate = False
        threading.excepthook = self.thread_died
        return self

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        text = record.getMessage()
        (self.late if "did not answer within" in text else self.raw).append(text)

    def thread_died(self, arguments: threading.ExceptHookArgs) -> None:
        """Keep the name of the exception that ended a thread."""
        self.raw.append(f"a thread died of {arguments.exc_type.__name__}")

    def take(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what was kept since the last call: bugs, and late answers."""
        taken = tuple(self.raw), tuple(self.late)
        self.raw.clear()
        self.late.clear()
        return taken


@dataclass
class FaultTestbed:
    """A host with the real plugin, a proxy, and the sandbox behind it; `http` goes past the proxy.

    `left_pending` counts what earlier cells have left pending: each is a finding once.
    """

    sandbox: SandboxProcess
    proxy: FaultProxy
    host: MobilityHost
    http: httpx.Client
    host_log: HostLog
    vehicle: str = ""
    left_pending: int = 0
    days: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_DAY))

    def appointment(self) -> Document:
        """Draw an appointment on a day of its own."""
        start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
        start += timedelta(days=next(self.days))
        return new_appointment(f"A-{uuid.uuid4().hex[:12]}", start, CUSTOMER)

    def observe(self, appointment_id: str) -> Observation:
        """Return an appointment's state and its rentals at Carloop."""
        gathered = self.host.mobility_states([appointment_id], timeout=CALL_SECONDS)
        return Observation(gathered.answers["carloop"][0], tuple(self.rentals(appointment_id)))

    def rentals(self, appointment_id: str) -> Iterator[Document]:
        """Read an appointment's rentals of the last minutes from Carloop."""
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

    def moments(self, appointment_id: str) -> tuple[int, ...]:
        """Return how many rentals an appointment had at Carloop, from one transaction to the next."""
        return tuple(moments_of(self.sandbox.controls.history()).get(appointment_id, ()))

    def free(self, period: Document) -> list[Document]:
        """Read the free vehicles from Carloop."""
        return list(self.api("/vehicles", start=period["start"], end=period["end"], limit="1000")["items"])

    def api(self, path: str, **params: Any) -> Document:
        """Read from Carloop as another planner would, past the proxy."""
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}
        answer = self.http.get(f"/api/planner/v1{path}", params=params, headers=headers)
        return dict(answer.raise_for_status().json())

    def clear_faults(self, *, release: bool = True) -> None:
        """Disarm every fault."""
        self.proxy.clear(release=release)
        self.sandbox.controls.disarm()

    def recover(self) -> int:
        """Reconcile until nothing new is pending, for some seconds at most; return how many changes still are."""
        until = time.monotonic() + CALL_SECONDS
        while True:
            report = self.host.reconcile(timeout=CALL_SECONDS).answers.get("carloop")
            pending = int(report["pending"]) - self.left_pending if report else 1
            if pending <= 0 or time.monotonic() > until:
                return pending
            time.sleep(0.02)


@contextmanager
def run_testbed(folder: Path) -> Iterator[FaultTestbed]:
    """Set everything up with records in `folder`; this process's environment is the plugin's."""
    host_log = HostLog().attach()
    with run_sandbox_process() as sandbox, FaultProxy(sandbox.url) as proxy:
        os.environ |= plugin_environment(folder, str(folder / "carloop.sqlite3"), proxy.url, sandbox.token)
        try:
            with (
                MobilityHost.of(plugin) as host,
                httpx.Client(base_url=sandbox.url, timeout=CALL_SECONDS, trust_env=False) as http,
            ):
                testbed = FaultTestbed(sandbox, proxy, host, http, host_log)
                far = datetime.now(UTC) + timedelta(days=3000)
                day = {"start": far.isoformat(), "end": (far + timedelta(days=1)).isoformat()}
                testbed.vehicle = str(testbed.free(day)[0]["id"])
                yield testbed
        finally:
            bootstrap.close()
