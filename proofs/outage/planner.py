"""A planner process: a host of its own with the real plugin, and advisors who go on working whatever happens."""

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
from typing import Any

from carloop_plugin import plugin
from carloop_plugin.api.call import Call, RawAnswer, Request
from carloop_plugin.api.transport import Transport
from mobility_hookspecs import MobilityHost
from proofs.faults.bench import CUSTOMER, Listening
from proofs.outage.journal import Bug, Found, Journal, Page, Sent, Told, now

Document = dict[str, Any]
FIRST_DAY = 30
MOST_UNKNOWN = 4
"""So many open questions an advisor takes; then they only ask after them."""


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
class Visit:
    """An appointment: its rental as last told, and the change that was not answered."""

    appointment: Document
    rental: Document | None = None
    open_change: Document | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Signals:
    """What a planner says and is told: it works, stop working, stop reconciling too."""

    works: Semaphore
    stop: Event
    finish: Event


def run_planner(number: int, load: Load, folder: Path, environment: dict[str, str], signals: Signals) -> None:
    """Work until told to stop, reconcile until told to finish."""
    os.environ |= environment
    journal = Journal(folder / f"planner-{number}.jsonl")
    heard = Listening().listen()
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
    for said in heard.take()[0]:
        journal.note(Bug(said))
    journal.close()


def _note_requests(journal: Journal) -> None:
    """Note each request where it leaves the client: where nobody listens, no proxy could count it."""
    really = Transport.exchange

    def exchange(self: Transport, request: Request, call: Call) -> RawAnswer:
        key = dict(request.headers).get("Idempotency-Key", "")
        journal.note(Sent(now(), request.method, call.attempt, key))
        return really(self, request, call)

    Transport.exchange = exchange  # type: ignore[method-assign]


@dataclass
class Advisor:
    """One advisor with appointments nobody else touches, at a pace of their own."""

    planner: int
    number: int
    load: Load
    host: MobilityHost
    journal: Journal
    visits: list[Visit] = field(default_factory=list)
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.load.seed}/{self.planner}/{self.number}")

    def work(self, stop: Event) -> None:
        """Do one thing after the other until told to stop."""
        while not stop.wait(self.load.pause * self.chance.uniform(0.5, 1.5)):
            self.do_something()

    def do_something(self) -> None:
        """Book, extend, cancel, search, ask again, or look at a page."""
        unknown = [visit for visit in self.visits if visit.open_change]
        booked = [
            visit for visit in self.visits if visit.rental and not visit.open_change and not visit.is_over
        ]
        draw = self.chance.random()
        if unknown and (draw < 0.3 or len(unknown) >= MOST_UNKNOWN):
            visit = self.chance.choice(unknown)
            self.change(visit, visit.open_change or {})
        elif booked and draw < 0.5:
            self.extend(self.chance.choice(booked))
        elif booked and draw < 0.6:
            self.cancel(self.chance.choice(booked))
        elif draw < 0.7:
            self.search()
        else:
            self.book()
        if self.visits:
            self.look_at(self.chance.choice(self.visits))

    def book(self) -> None:
        """Save an appointment and book a car for it."""
        visit = Visit(self._appointment())
        self.visits.append(visit)
        self.host.appointment_saved(visit.appointment, timeout=self.load.timeout)  # type: ignore[arg-type]
        booking = {
            "action": "book",
            "appointment_id": visit.appointment["id"],
            "option_id": self.chance.choice(self.load.vehicles),
            "period": visit.appointment["period"],
            "customer": CUSTOMER,
        }
        self.change(visit, self._new(booking))

    def extend(self, visit: Visit) -> None:
        """Let the customer keep the car a little longer."""
        assert visit.rental is not None
        end = datetime.fromisoformat(visit.rental["period"]["end"]) + timedelta(minutes=5)
        change = {"action": "change_end", "rental_id": visit.rental["id"], "end": end.isoformat()}
        self.change(visit, self._new(change))

    def cancel(self, visit: Visit) -> None:
        """Cancel the rental."""
        assert visit.rental is not None
        self.change(visit, self._new({"action": "cancel", "rental_id": visit.rental["id"]}))

    def search(self) -> None:
        """Look what is free."""
        filters: Document = {"vehicle_classes": [], "features": []}
        request = {"site": "main", "period": self._appointment()["period"], "filters": filters}
        gathered = self.host.mobility_options(request, timeout=self.load.timeout)  # type: ignore[arg-type]
        failed = [failure.problem["code"] for failure in gathered.failures]
        self.journal.note(Found(now(), str(failed[0]) if failed else "found"))

    def change(self, visit: Visit, change: Document) -> None:
        """Send a change, also again, note what is told, and look at the page."""
        began, ticks = now(), time.monotonic()
        outcome = self.host.change_rental(change, timeout=self.load.timeout)  # type: ignore[arg-type]
        overrun = time.monotonic() - ticks - self.load.timeout
        code = str(outcome["problem"]["code"]) if "problem" in outcome else ""
        status = outcome["status"]
        self.journal.note(Told(began, now(), _without_customer(change, visit), status, code, overrun))
        visit.open_change = change if status == "unknown" else None
        if status == "done":
            visit.rental = dict(outcome.get("rental") or {}) or visit.rental
            visit.is_over = change["action"] == "cancel"
        self.look_at(visit)

    def look_at(self, visit: Visit) -> None:
        """Note what the page says of an appointment."""
        began = now()
        gathered = self.host.mobility_states([visit.appointment["id"]], timeout=self.load.timeout)
        for states in gathered.answers.values():
            self.journal.note(Page(began, now(), visit.appointment["id"], states[0]["state"]))

    def _appointment(self) -> Document:
        # each has hours of its own: a car that is taken would be no news of the outage
        slot = self.chance.randrange(600 * 24)
        start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(
            days=FIRST_DAY, hours=slot
        )
        return {
            "id": f"P{self.planner}-{self.number}-{uuid.uuid4().hex[:12]}",
            "revision": 1,
            "status": "scheduled",
            "site": "main",
            "period": {"start": start.isoformat(), "end": (start + timedelta(minutes=10)).isoformat()},
            "time_zone": "Europe/Berlin",
            "customer": CUSTOMER,
        }

    def _new(self, change: Document) -> Document:
        return {"change_id": str(uuid.uuid4()), "provider": "carloop", "site": "main"} | change


def _without_customer(change: Document, visit: Visit) -> Document:
    kept = {name: value for name, value in change.items() if name != "customer"}
    return kept | {"appointment_id": visit.appointment["id"]}
