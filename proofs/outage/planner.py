"""A planner process: a host of its own with the real plugin, and advisors who work all the time."""

from __future__ import annotations

import os
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path
from random import Random

from carloop_plugin import plugin
from carloop_plugin.api.call import Call, RawAnswer, Request
from carloop_plugin.api.transport import Transport
from mobility_hookspecs import MobilityHost
from proofs.documents import Document, new_appointment, new_booking, new_change, new_search
from proofs.faults.testbed import CUSTOMER, HostLog
from proofs.outage.journal import Bug, ChangeAnswer, Journal, PageState, SearchResult, Sent, now

FIRST_DAY = 30
MAX_UNKNOWN = 4
"""Unknown changes of an advisor after which they only ask for their outcome."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the planners do: how many advisors each has, how long they pause, how long they wait for an answer."""

    advisors: int
    pause: float
    timeout: float
    reconcile_every: float
    vehicles: tuple[str, ...]
    seed: int


@dataclass
class AppointmentState:
    """An appointment, its rental as last answered, and its change with an unknown outcome."""

    document: Document
    rental: Document | None = None
    open_change: Document | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of a planner: it works, stop working, stop reconciling too."""

    works: Semaphore
    stop: Event
    finish: Event


def run_planner(number: int, load: Load, folder: Path, environment: dict[str, str], signals: Signals) -> None:
    """Work until `stop` is set, reconcile until `finish` is set."""
    os.environ |= environment
    journal = Journal(folder / f"planner-{number}.jsonl")
    host_log = HostLog().attach()
    _note_requests(journal)
    with MobilityHost.of(plugin) as host:
        host.keep_reconciling(every=load.reconcile_every)
        advisors = [Advisor(number, each, load, host, journal) for each in range(load.advisors)]
        threads = [threading.Thread(target=advisor.work, args=(signals.stop,)) for advisor in advisors]
        for thread in threads:
            thread.start()
        signals.works.release()
        for thread in threads:
            thread.join()
        signals.finish.wait()
    for text in host_log.take()[0]:
        journal.note(Bug(text))
    journal.close()


def _note_requests(journal: Journal) -> None:
    """Record each request in the client: a proxy cannot count one that nobody receives."""
    original = Transport.exchange

    def exchange(self: Transport, request: Request, call: Call) -> RawAnswer:
        key = dict(request.headers).get("Idempotency-Key", "")
        journal.note(Sent(now(), request.method, call.attempt, key))
        return original(self, request, call)

    Transport.exchange = exchange  # type: ignore[method-assign]


@dataclass
class Advisor:
    """One advisor with appointments and a pace of their own."""

    planner: int
    number: int
    load: Load
    host: MobilityHost
    journal: Journal
    appointments: list[AppointmentState] = field(default_factory=list)
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(f"{self.load.seed}/{self.planner}/{self.number}")

    def work(self, stop: Event) -> None:
        """Do one thing after the other until `stop` is set."""
        while not stop.wait(self.load.pause * self.rng.uniform(0.5, 1.5)):
            self.do_something()

    def do_something(self) -> None:
        """Book, extend, cancel, search, ask again, or look at a page."""
        unknown = [each for each in self.appointments if each.open_change]
        settled = [each for each in self.appointments if not each.open_change]
        booked = [each for each in settled if each.rental and not each.is_over]
        draw = self.rng.random()
        if unknown and (draw < 0.3 or len(unknown) >= MAX_UNKNOWN):
            appointment = self.rng.choice(unknown)
            self.change(appointment, appointment.open_change or {})
        elif booked and draw < 0.5:
            self.extend(self.rng.choice(booked))
        elif booked and draw < 0.6:
            self.cancel(self.rng.choice(booked))
        elif draw < 0.7:
            self.search()
        else:
            self.book()
        if self.appointments:
            self.record_page(self.rng.choice(self.appointments))

    def book(self) -> None:
        """Save an appointment and book a car for it."""
        appointment = AppointmentState(self._appointment())
        self.appointments.append(appointment)
        self.host.appointment_saved(appointment.document, timeout=self.load.timeout)  # type: ignore[arg-type]
        self.change(appointment, new_booking(appointment.document, self.rng.choice(self.load.vehicles)))

    def extend(self, appointment: AppointmentState) -> None:
        """Extend the rental by some minutes."""
        assert appointment.rental is not None
        end = datetime.fromisoformat(appointment.rental["period"]["end"]) + timedelta(minutes=5)
        change = new_change("change_end", rental_id=appointment.rental["id"], end=end.isoformat())
        self.change(appointment, change)

    def cancel(self, appointment: AppointmentState) -> None:
        """Cancel the rental."""
        assert appointment.rental is not None
        self.change(appointment, new_change("cancel", rental_id=appointment.rental["id"]))

    def search(self) -> None:
        """Search the free vehicles."""
        request = new_search(self._appointment()["period"])
        gathered = self.host.mobility_options(request, timeout=self.load.timeout)  # type: ignore[arg-type]
        failed = [failure.problem["code"] for failure in gathered.failures]
        self.journal.note(SearchResult(now(), str(failed[0]) if failed else "found"))

    def change(self, appointment: AppointmentState, change: Document) -> None:
        """Send a change, for the first time or again, and record the answer and the page."""
        began, ticks = now(), time.monotonic()
        outcome = self.host.change_rental(change, timeout=self.load.timeout)  # type: ignore[arg-type]
        overrun = time.monotonic() - ticks - self.load.timeout
        code = str(outcome["problem"]["code"]) if "problem" in outcome else ""
        status = outcome["status"]
        self.journal.note(
            ChangeAnswer(began, now(), _without_customer(change, appointment), status, code, overrun)
        )
        appointment.open_change = change if status == "unknown" else None
        if status == "done":
            appointment.rental = dict(outcome.get("rental") or {}) or appointment.rental
            appointment.is_over = change["action"] == "cancel"
        self.record_page(appointment)

    def record_page(self, appointment: AppointmentState) -> None:
        """Record the state that the page shows for an appointment."""
        began = now()
        gathered = self.host.mobility_states([appointment.document["id"]], timeout=self.load.timeout)
        for states in gathered.answers.values():
            self.journal.note(PageState(began, now(), appointment.document["id"], states[0]["state"]))

    def _appointment(self) -> Document:
        # each has hours of its own, so that no vehicle is taken
        slot = self.rng.randrange(600 * 24)
        start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(
            days=FIRST_DAY, hours=slot
        )
        name = f"P{self.planner}-{self.number}-{uuid.uuid4().hex[:12]}"
        return new_appointment(name, start, CUSTOMER, hours=1 / 6)


def _without_customer(change: Document, appointment: AppointmentState) -> Document:
    kept = {name: value for name, value in change.items() if name != "customer"}
    return kept | {"appointment_id": appointment.document["id"]}
