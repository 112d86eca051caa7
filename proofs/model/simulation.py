"""The simulation of a run: two planners, their store, a Carloop and clocks."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from carloop_plugin import plugin
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.judgement import LONGEST_FLIGHT
from mobility_hookspecs import CallContext, MobilityProblem
from mobility_schemas import validate
from proofs.model.call_faults import (
    DELAYED,
    NO_FAULTS,
    CallFaults,
    Crash,
    Interleaved,
    NetworkFault,
    Overlapped,
    ProcessDied,
    Trace,
    Violation,
)
from proofs.model.carloop import running_carloop
from proofs.model.planner_state import (
    Appointment,
    ChangeRequest,
    Document,
    change_id,
    display,
    is_final,
    summarize,
)
from proofs.model.process import EFFECTS, OverlappingCall, Process, ProcessSettings

P = ParamSpec("P")
T = TypeVar("T")

PLANNERS = ("A", "B")
SECONDS = 30.0
QUOTES = 1_000_000
"""The numbers of changes that a price is asked for begin here."""
# seven seconds past, so that no two instants a rule compares are ever equal; the clocks are set back five hours later
START = datetime(2027, 10, 30, 20, 0, 7, tzinfo=UTC)


@dataclass(frozen=True)
class DelayedWrite:
    """A write on its way to Carloop."""

    request: Intent
    sent_at: datetime


class PlannersClock:
    """The planners' clock, which may be wrong."""

    def __init__(self) -> None:
        self.true = START
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time on this clock."""
        return self.true + self.ahead


Method = Callable[Concatenate["Simulation", P], T]


def finish_overlapping_call(method: Method[P, T]) -> Method[P, T]:
    """End the other planner's overlapping call when the answer was recorded, and not before."""

    @wraps(method)
    def around(self: Simulation, /, *args: P.args, **named: P.kwargs) -> T:
        try:
            return method(self, *args, **named)
        finally:
            interruption = getattr(named.get("faults"), "interruption", None)
            if self.overlapping and isinstance(interruption, Overlapped):
                overlapping, self.overlapping = self.overlapping, None
                overlapping.end()

    return around


PlannerAction = Callable[["Simulation", str, Appointment, ChangeRequest | None], object]
"""What the other planner may do during a call, with its appointment and change."""


class Simulation:
    """Everything in one run. `close` ends it."""

    def __init__(self, actions: Mapping[str, PlannerAction]) -> None:
        self._actions = actions
        self._open = ExitStack()
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="carloop-model-")))
        self.clock = PlannersClock()
        self.carloops_clock_ahead = timedelta()
        self.trace = Trace()
        self.carloop = self._open.enter_context(running_carloop(folder / "carloop"))
        self.settings = ProcessSettings(
            store=folder / "planners.sqlite3",
            url=self.carloop.url,
            token=self.carloop.token,
            clock=self.clock,
            database_time=lambda: self.clock.true.timestamp(),
        )
        self._started = count(1)
        self.processes = {planner: self._start(planner) for planner in (*PLANNERS, "observer")}
        self.vehicles = self.carloop.vehicles()
        self.appointments: list[Appointment] = []
        self.requests: dict[str, ChangeRequest] = {}
        self.delayed_writes: list[DelayedWrite] = []
        self.late: set[str] = set()
        self.ever_late: set[str] = set()
        self.shown: dict[str, int] = {}
        self.ends: dict[str, set[datetime]] = {}
        self.tally: Counter[str] = Counter()
        self.overlapping: OverlappingCall | None = None
        self.carloop.set_clock(START)

    def close(self) -> None:
        """End every process, and Carloop."""
        for process in self.processes.values():
            process.end()
        self._open.close()

    def call(
        self,
        planner: str,
        action: str,
        hook: Callable[[CallContext], Document],
        *,
        schema: str,
        faults: CallFaults,
        appointment: Appointment,
        request: ChangeRequest | None = None,
    ) -> Document | None:
        """Call a hook as a planner; return its answer, None if the process died or raised a problem.

        What happens during the call is about the appointment and the change.
        """
        self.trace.add(f"planner {planner} {action}" + (f"; {faults.network}" if faults.network else ""))
        begun = len(self.trace.lines) - 1
        process = self.processes[planner]
        self._prepare(process, faults, self._interleaving(planner, faults, appointment, request))
        try:
            with process.running():
                answer = hook(CallContext.within(SECONDS, locale="en"))
            if isinstance(faults.interruption, Crash):
                raise ProcessDied("it can answer")
        except ProcessDied as died:
            self.tally["a process died"] += 1
            self._restart(planner)
            self.trace.add_result(begun, f"dies before {died}")
            return None
        except MobilityProblem as raised:
            self.trace.add_result(begun, f"problem ({raised.problem['code']})")
            return None
        finally:
            self._after_call(process, faults.network)
        self.trace.add_result(begun, summarize(answer))
        validate(answer, schema)
        return answer

    def _prepare(self, process: Process, faults: CallFaults, interrupt: Callable[[str], None]) -> None:
        network, interruption = faults.network, faults.interruption
        if network:
            self.tally["trouble on the wire"] += 1
            self.carloop.arm_faults(network)
        counter = process.counter
        counter.steps, counter.at = 0, interruption.step if interruption else 0
        counter.interrupt = _die if isinstance(interruption, Crash) else interrupt
        counter.counts = EFFECTS.__contains__ if isinstance(interruption, Crash) else bool
        counter.delays_writes = network is not None and network.kind == DELAYED
        if self.overlapping and not self.overlapping.process:
            self.overlapping.process = process
            counter.at, counter.interrupt = self.overlapping.step, self.overlapping.pause

    def _after_call(self, process: Process, network: NetworkFault | None) -> None:
        if network:
            self.carloop.clear_faults()
        self.delayed_writes += [DelayedWrite(each, self.clock.true) for each in process.counter.delayed]
        process.counter.delayed.clear()

    def _start(self, planner: str) -> Process:
        # as leases name a process: its computer, its number there, a suffix
        return Process(f"computer-{planner}/1/{next(self._started)}", self.settings)

    def _restart(self, planner: str) -> None:
        self.processes[planner].end()
        self.processes[planner] = self._start(planner)

    def _interleaving(
        self, planner: str, faults: CallFaults, appointment: Appointment, request: ChangeRequest | None
    ) -> Callable[[str], None]:
        other = next(each for each in PLANNERS if each != planner)

        def interrupt(where: str) -> None:
            interruption = faults.interruption
            if isinstance(interruption, Interleaved):
                self.tally[f"meanwhile: {interruption.action}"] += 1
                with self.trace.meanwhile(where):
                    self._actions[interruption.action](self, other, appointment, request)
            if isinstance(interruption, Overlapped):
                self.tally[f"overlapping: {interruption.action}"] += 1
                self.overlapping = OverlappingCall(
                    lambda: self._actions[interruption.action](self, other, appointment, request),
                    step=interruption.pause,
                    trace=self.trace,
                )
                self.overlapping.begin(where)

        return interrupt

    @finish_overlapping_call
    def save(
        self,
        planner: str,
        appointment: Appointment,
        action: str,
        *,
        document: Document | None = None,
        faults: CallFaults = NO_FAULTS,
    ) -> None:
        """Save an appointment, or the older revision in `document`."""
        self.tally["appointment saved"] += 1
        appointment.is_erased = False
        sent = document or appointment.document
        step = self.call(
            planner,
            action,
            lambda context: plugin.on_appointment_saved(sent, context),  # type: ignore[arg-type,return-value]
            schema="mobility_step",
            faults=faults,
            appointment=appointment,
        )
        if step:
            appointment.answered_revisions.add(sent["revision"])
            self.record_shown(step.get("rental"))

    @finish_overlapping_call
    def erase(self, planner: str, appointment: Appointment, *, faults: CallFaults) -> None:
        """Ask for the appointment's customer to be erased."""
        self.tally["erase"] += 1
        # whatever saves it meanwhile may do so after the erasure
        appointment.was_erased = appointment.is_erased = True
        subjects = {"customer_numbers": [], "appointment_ids": [appointment.id]}
        report = self.call(
            planner,
            f"erases {appointment.id}",
            lambda context: plugin.on_personal_data_erased(subjects, context),  # type: ignore[arg-type,return-value]
            schema="erasure_report",
            faults=faults,
            appointment=appointment,
        )
        appointment.is_erased = appointment.is_erased and report is not None

    @finish_overlapping_call
    def ask(
        self, planner: str, request: ChangeRequest, *, again: bool = False, faults: CallFaults = NO_FAULTS
    ) -> Document | None:
        """Request a change, for the first time or again, and compare the answer with earlier ones."""
        self.requests[request.id] = request
        self.tally[f"{request.kind}, again" if again else request.kind] += 1
        outcome = self.call(
            planner,
            f"asks again for {request.name}" if again else f"{request.description} [{request.name}]",
            lambda context: plugin.on_rental_change(request.document, context),  # type: ignore[arg-type,return-value]
            schema="rental_outcome",
            faults=faults,
            appointment=request.appointment,
            request=request,
        )
        if outcome:
            self.record_outcome(outcome)
        return outcome

    @finish_overlapping_call
    def quote(self, planner: str, request: ChangeRequest, *, faults: CallFaults = NO_FAULTS) -> None:
        """Ask what a change would cost, under an id of its own: the records keep nothing of it, and Carloop no key."""
        self.tally["price asked for"] += 1
        document = request.document | {"change_id": change_id(QUOTES + self.tally["price asked for"])}
        self.call(
            planner,
            f"asks for the price of what {request.description}",
            lambda context: plugin.quote_rental_change(document, context),  # type: ignore[arg-type,return-value]
            schema="rental_quote",
            faults=faults,
            appointment=request.appointment,
            request=request,
        )
        with self.processes["observer"].store(deadline=CallContext.within(SECONDS).deadline) as store:
            if store.intent(document["change_id"]):
                raise Violation("a change that a price was asked for is in the records")

    @finish_overlapping_call
    def reconcile(self, planner: str, *, faults: CallFaults = NO_FAULTS) -> Document | None:
        """Reconcile once."""
        self.tally["reconcile"] += 1
        step = faults.interruption.step if faults.interruption else 0
        some = self.appointments[step % len(self.appointments)]
        report = self.call(
            planner,
            "reconciles",
            lambda context: dict(plugin.reconcile_rentals(context)),
            schema="reconcile_report",
            faults=faults,
            appointment=some,
        )
        for outcome in report["settled"] if report else ():
            self.record_outcome(outcome)
        for rental in report["changed"] if report else ():
            self.record_shown(rental)
        if report and not faults.network:
            # what arrived late has been read now
            self.late.clear()
        return report

    def record_outcome(self, outcome: Document) -> None:
        """Record an outcome, and check that it does not contradict a final one."""
        request = self.requests[outcome["change_id"]]
        if request.final and outcome != request.final:
            raise Violation(f"{request.name} was {summarize(request.final)} and is now {summarize(outcome)}")
        if is_final(outcome):
            request.final = outcome
        self.tally[f"answered {outcome['status']}"] += 1
        request.was_unknown |= outcome["status"] == "unknown"
        self.record_shown(outcome.get("rental"))

    def record_shown(self, rental: Document | None) -> None:
        """Record the revision of a rental that was shown."""
        if rental:
            self.shown[rental["id"]] = max(rental["revision"], self.shown.get(rental["id"], 0))

    def pass_time(self, minutes: int) -> None:
        """Let time pass; writes delayed for too long are lost, except those given up, which may still arrive."""
        self.tally["time passed"] += 1
        self.clock.true += timedelta(minutes=minutes)
        self.carloop.set_clock(self.clock.true + self.carloops_clock_ahead)
        self.trace.add(f"{minutes} minutes pass: it is {display(self.clock.true)}")
        self.delayed_writes = [
            each for each in self.delayed_writes if self.is_in_time(each) or self.is_given_up(each)
        ]

    def put_clock(self, whose: str, minutes: int) -> None:
        """Set a clock wrong, or right again with 0. Delayed writes are dropped, since their age would be undefined."""
        self.tally["a clock put wrong"] += 1
        if whose == "Carloop":
            self.carloops_clock_ahead = timedelta(minutes=minutes)
            self.carloop.set_clock(self.clock.true + self.carloops_clock_ahead)
        else:
            self.clock.ahead = timedelta(minutes=minutes)
        self.trace.add(f"the clock of {whose} is {minutes} minutes ahead of the truth")
        self.delayed_writes.clear()

    def arrive(self, which: int) -> None:
        """Send a delayed write to Carloop."""
        self.tally["a request arrived late"] += 1
        delayed_write = self.delayed_writes.pop(which % len(self.delayed_writes))
        name = self.requests[delayed_write.request.change_id].name
        self.trace.add(f"the request of {name} arrives late")
        if not self.is_in_time(delayed_write):
            self.late.add(delayed_write.request.change_id)
            self.ever_late.add(delayed_write.request.change_id)
        self.processes["observer"].send(delayed_write.request, deadline=CallContext.within(SECONDS).deadline)

    def is_in_time(self, delayed_write: DelayedWrite) -> bool:
        """Return whether a write may still arrive."""
        return self.clock.true - delayed_write.sent_at <= LONGEST_FLIGHT

    def is_given_up(self, delayed_write: DelayedWrite) -> bool:
        """Return whether a write is of a booking that was given up."""
        key = delayed_write.request.change_id
        return any(each.document.get("book_change_id") == key for each in self.requests.values())


def _die(where: str) -> None:
    raise ProcessDied(where)
