"""A planner's process: the plugin's hooks with connections and locks that end with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any, cast

from carloop_plugin import bootstrap
from carloop_plugin.api.session import CarloopSession
from carloop_plugin.bootstrap import Services
from carloop_plugin.domain.accounts import SiteSettings
from carloop_plugin.domain.changes import Answer, Intent, Unknown
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.values import Site
from carloop_plugin.ports import Carloop, Clock, Store, UseCaseContext
from carloop_plugin.settings.environment import Environment
from carloop_plugin.store import intents
from carloop_plugin.store.sqlite.database import SqliteDatabase
from carloop_plugin.store.sqlite.file import SqliteFile
from carloop_plugin.usecases import recover
from proofs.model.call_faults import Trace

INSTALLATION = "inst"


EFFECTS = frozenset(
    {
        "save_appointment",
        "record",
        "lease",
        "forget_appointments",
        "forget_payloads",
        "forget_former_customers",
        "finish_erasures",
        "record_settled",
        "claim",
        "mark_unknown",
        "await_outcome",
        "settle",
        "forget_intent",
        "keep_rental",
        "note_contact",
        "note_unreadable",
        "forget_unreadable",
        "known_account",
        "read_account",
        "read_rental",
        "find_rental",
        "quote_vehicle",
        "quote_end",
        "send",
        "rentals_changed_since",
    }
)
"""The calls that change something or leave the process; between two of them it does not matter where it dies."""


@dataclass
class StepCounter:
    """Counts the steps of a call, each a call of a port, and runs `interrupt` before one of them."""

    at: int = 0
    interrupt: Callable[[str], None] | None = None
    counts: Callable[[str], bool] = bool
    delays_writes: bool = False
    delayed: list[Intent] = field(default_factory=list)
    steps: int = 0

    def step(self, name: str) -> None:
        """Count a call of a port, before it."""
        self.steps += self.counts(name)
        if self.interrupt is not None and self.steps == self.at:
            interrupt, self.interrupt = self.interrupt, None
            interrupt(f"step {self.steps}, {name}")


class CountedPort:
    """A port whose calls are counted."""

    def __init__(self, port: object, counter: StepCounter) -> None:
        self._port = port
        self._counter = counter

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute

        def call(*args: object, **named: object) -> object:
            self._counter.step(name)
            return attribute(*args, **named)

        return call


class CountedCarloop(CountedPort):
    """The port to Carloop, whose writes may be delayed: sent, not answered, and not arrived yet."""

    def send(self, request: Intent, *, deadline: float) -> Answer:
        """Send a write, or delay it."""
        self._counter.step("send")
        if self._counter.delays_writes:
            self._counter.delayed.append(request)
            return Unknown(Reason("unreachable", "api.answer_lost"))
        return cast("Carloop", self._port).send(request, deadline=deadline)


@dataclass(frozen=True)
class ProcessSettings:
    """The settings of a process: the store's file, Carloop, and the clocks."""

    store: Path
    url: str
    token: str
    clock: Clock
    database_time: Callable[[], float]


_running: list[Process] = []
"""The processes whose calls have begun and not ended; the last one is running."""

_OUTSIDE = tuple(
    (where, name, where.__dict__[name])
    for where, name in (
        (bootstrap, "opened"),
        (recover, "_locks"),
        (intents, "PROCESS"),
        (SqliteDatabase, "NOW"),
    )
)
"""The plugin's state that belongs to a process, as it is outside of the model."""


class Process:
    """A process of a planner, on a computer of its own.

    It does not wait between attempts, and draws the same numbers in each run.
    """

    def __init__(self, name: str, settings: ProcessSettings) -> None:
        self.counter = StepCounter()
        self._clock = settings.clock
        self._file = SqliteFile(settings.store, installation=INSTALLATION)
        self._session = CarloopSession(
            settings.url, settings.token, random=Random(1), sleep=lambda _: None, now=settings.clock.now
        )
        self._carloop = cast("Carloop", CountedCarloop(self._session, self.counter))
        # the plugin's state that belongs to a process
        self._own: tuple[tuple[Any, str, object], ...] = (
            (bootstrap, "opened", self._opened),
            (recover, "_locks", {}),
            (intents, "PROCESS", name),
            (SqliteDatabase, "NOW", property(lambda _: str(settings.database_time()))),
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the hooks called in the block in this process."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Run the block in the process that this one interrupted."""
        self._leave()
        try:
            yield
        finally:
            self._enter()

    def _enter(self) -> None:
        _running.append(self)
        self._switch(self._own)

    def _leave(self) -> None:
        _running.remove(self)
        self._switch(_running[-1]._own if _running else _OUTSIDE)

    def _switch(self, own: tuple[tuple[Any, str, object], ...]) -> None:
        for where, name, value in own:
            setattr(where, name, value)

    @contextmanager
    def store(self, *, deadline: float) -> Iterator[Store]:
        """Open the records."""
        with self._file.open(deadline=deadline) as store:
            yield store

    def send(self, request: Intent, *, deadline: float) -> None:
        """Send a delayed write to Carloop and ignore the answer."""
        self._session.send(request, deadline=deadline)

    def end(self) -> None:
        """End, with everything but the store's file."""
        self._session.close()
        self._file.close()

    @contextmanager
    def _opened(self, deadline: float) -> Iterator[Services]:
        with self._file.open(deadline=deadline) as store:
            counted = cast("Store", CountedPort(store, self.counter))
            context = UseCaseContext(counted, self._connect, SiteSettings, self._clock, deadline)
            # none of the model's hooks reads settings or secrets
            yield Services(context, Environment(), SiteSettings)

    def _connect(self, site: Site) -> Carloop:
        return self._carloop


class OverlappingCall:
    """A call of the other planner, begun during a call and ended after it; one of the two runs at a time."""

    def __init__(self, work: Callable[[], object], *, step: int, trace: Trace) -> None:
        self.step = step
        self.process: Process | None = None
        self._work = work
        self._trace = trace
        self._stopped, self._may_go_on = Event(), Event()
        self._thread = Thread(target=self._run)
        self._failure: BaseException | None = None

    def begin(self, where: str) -> None:
        """Run until the pause, or to the end if that comes first."""
        with self._trace.meanwhile(where):
            self._thread.start()
            self._stopped.wait()

    def pause(self, where: str) -> None:
        """Pause this call, and let the other process run."""
        if self.process is None:
            raise AssertionError("a call pauses in its process")
        with self.process.paused():
            self._stopped.set()
            self._may_go_on.wait()
        self._trace.add(f"goes on with {where}")

    def end(self) -> None:
        """Run to the end."""
        with self._trace.meanwhile("its own end") if self._thread.is_alive() else nullcontext():
            self._may_go_on.set()
            self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as failure:  # noqa: BLE001 - it is raised again by `end`
            self._failure = failure
        finally:
            self._stopped.set()
