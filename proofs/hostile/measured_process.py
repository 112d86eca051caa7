"""A new process with the real plugin, which makes calls, gets hostile answers, and measures itself."""

from __future__ import annotations

import gc
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from carloop_plugin import bootstrap, plugin
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.appointments import Customer
from carloop_plugin.domain.changes import Action, Intent
from carloop_plugin.domain.failures import CallFailed
from carloop_plugin.domain.values import ChangeId, Period, Site, VehicleId
from carloop_plugin.domain.vehicles import VehicleQuery
from mobility_hookspecs import MobilityHost
from proofs.documents import Document, new_appointment, new_booking, new_search
from proofs.faults.testbed import CUSTOMER, HostLog
from proofs.hostile import memory

MANY = 10_000
_TICK = 0.002
_CALL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One call with one hostile answer: what it returned, and what it cost.

    `overrun` are the seconds past the deadline, negative before it; `grown` the most bytes held above those held
    before; `stalled` the longest time another thread did not run; `late` what the host kit logs of a provider that does
    not keep its own deadline.
    """

    call: str
    answer: str
    overrun: float
    grown: int
    stalled: float
    raw: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


def measure_calls(environment: Mapping[str, str], seconds: float, parent: Connection) -> None:
    """Warm up with good answers, then measure each call when the parent asks for it, and send the figures."""
    os.environ |= environment
    host_log = HostLog().attach()
    with MobilityHost.of(plugin) as host:
        session = CarloopSession(environment["CARLOOP_BASE_URL"], environment["CARLOOP_TOKEN"])
        process = _Caller(host, session, seconds)
        process.warm_up()
        host_log.take()
        parent.send("ready")
        for name, call in process.calls().items():
            parent.recv()
            parent.send(_measured(name, call, seconds, host_log))
        session.close()
    bootstrap.close()
    parent.close()


def _measured(name: str, call: Callable[[float], str], seconds: float, host_log: HostLog) -> Measured:
    gc.collect()
    before = memory.current_memory()
    memory.reset_peak()
    with _stall_timer() as longest:
        deadline = time.monotonic() + seconds
        answer = call(deadline)
        overrun = time.monotonic() - deadline
    raw, late = host_log.take()
    return Measured(name, answer, overrun, memory.peak_memory() - before, longest(), raw, late)


@contextmanager
def _stall_timer() -> Iterator[Callable[[], float]]:
    """Measure the longest time that another thread does not run."""
    over = threading.Event()
    worst = 0.0

    def watch() -> None:
        nonlocal worst
        last = time.monotonic()
        while not over.wait(_TICK):
            worst, last = max(worst, time.monotonic() - last), time.monotonic()
        worst = max(worst, time.monotonic() - last)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: worst
    finally:
        over.set()
        watcher.join()


class _Caller:
    """Makes the same four calls, first to Carloop, then with hostile answers."""

    def __init__(self, host: MobilityHost, session: CarloopSession, seconds: float) -> None:
        self._host = host
        self._session = session
        self._seconds = seconds
        self._vehicle = VehicleId("")
        self._booking: Document = {}

    def warm_up(self) -> None:
        """Make every call once with good answers, so that imports and pools are not measured."""
        deadline = time.monotonic() + _CALL_SECONDS
        found = self._session.search(VehicleQuery(_period(400), limit=MANY), deadline=deadline)
        self._vehicle = found.vehicles[0].id
        assert self._client_booking(deadline) == "Done"
        assert self._search(_CALL_SECONDS).startswith("found")
        self._booking = self._prepared()
        assert self._book(_CALL_SECONDS) == "done"
        self._booking = self._prepared()

    def calls(self) -> Mapping[str, Callable[[float], str]]:
        """Return the calls to measure: the client's own, then the host kit's."""
        return {
            "client, search": self._client_search,
            "client, booking": self._client_booking,
            "host kit, search": lambda _: self._search(self._seconds),
            "host kit, booking": lambda _: self._book(self._seconds),
        }

    def _client_search(self, deadline: float) -> str:
        try:
            found = self._session.search(VehicleQuery(_period(400), limit=MANY), deadline=deadline)
        except CallFailed as failure:
            return failure.reason.code
        return f"found {len(found.vehicles)}"

    def _client_booking(self, deadline: float) -> str:
        reference = f"hostile/main/A/{uuid.uuid4()}"
        body = self._session.booking_body(
            external_reference=reference,
            vehicle_id=self._vehicle,
            period=_period(400),
            customer=Customer("dms", CUSTOMER),
        )
        key, now = ChangeId(str(uuid.uuid4())), datetime.now(UTC)
        intent = Intent(key, Action.BOOK, Site("main"), None, "digest", now, body=body)
        return type(self._session.send(intent, deadline=deadline)).__name__

    def _search(self, seconds: float) -> str:
        request = new_search(_period_document(_period(400)), limit=MANY)
        gathered = self._host.mobility_options(request, timeout=seconds)  # type: ignore[arg-type]
        if gathered.failures:
            return str(gathered.failures[0].problem["code"])
        return f"found {len(gathered.answers['carloop']['options'])}"

    def _book(self, seconds: float) -> str:
        return str(self._host.change_rental(self._booking, timeout=seconds)["status"])  # type: ignore[arg-type]

    def _prepared(self) -> Document:
        appointment = new_appointment(f"A-{uuid.uuid4().hex[:12]}", _period(500).start, CUSTOMER)
        self._host.appointment_saved(appointment, timeout=_CALL_SECONDS)  # type: ignore[arg-type]
        return new_booking(appointment, self._vehicle)


def _period(days: int) -> Period:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return Period(start, start + timedelta(hours=9))


def _period_document(period: Period) -> Document:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
