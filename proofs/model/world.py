"""The world of a run: two planners, their store, a Carloop, clocks; and how a planner is made to do something."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Concatenate, ParamSpec, TypeVar

from carloop_plugin import plugin
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.judgement import LONGEST_FLIGHT
from mobility_hookspecs import CallContext, MobilityProblem
from mobility_schemas import validate
from proofs.model.carloop import running_carloop
from proofs.model.process import EFFECTS, Place, Process
from proofs.model.records import Asked, Document, Visit, in_short, is_final, said
from proofs.model.story import Contradiction, Story
from proofs.model.trouble import FAIR, HELD, Death, Died, Meanwhile, Overlap, Trouble, Weather

P = ParamSpec("P")
T = TypeVar("T")

PLANNERS = ("A", "B")
SECONDS = 30.0
# seven seconds past, so that no two instants a rule compares are ever equal; the clocks are set back five hours later
START = datetime(2027, 10, 30, 20, 0, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Straggler:
    """A write on its way to Carloop."""

    request: Intent
    sent_at: datetime


class PlannersClock:
    """What the planners believe the time is."""

    def __init__(self) -> None:
        self.true = START
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time, or what is believed to be it."""
        return self.true + self.ahead


class Overlapping:
    """What the other planner began in the middle of a call, and ends after it: two calls, one running at a time."""

    def __init__(self, work: Callable[[], None], *, step: int, story: Story) -> None:
        self.step = step
        self.process: Process | None = None
        self._work = work
        self._story = story
        self._stopped, self._may_go_on = Event(), Event()
        self._thread = Thread(target=self._run)
        self._failure: BaseException | None = None

    def begin(self, where: str) -> None:
        """Run until the pause, or to the end where that comes first."""
        with self._story.meanwhile(where):
            self._thread.start()
            self._stopped.wait()

    def pause(self, where: str) -> None:
        """Stop in the middle of the call, and let the other process run."""
        if self.process is None:
            raise AssertionError("a call pauses in its process")
        with self.process.paused():
            self._stopped.set()
            self._may_go_on.wait()
        self._story.tell(f"goes on with {where}")

    def end(self) -> None:
        """Run to the end."""
        with self._story.meanwhile("its own end") if self._thread.is_alive() else nullcontext():
            self._may_go_on.set()
            self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as failure:  # noqa: BLE001 - it is raised again where the story is told
            self._failure = failure
        finally:
            self._stopped.set()


Method = Callable[Concatenate["World", P], T]


def ends_before_what_overlaps(method: Method[P, T]) -> Method[P, T]:
    """Let what the other planner began in the middle of a call end when the answer was heard, and not before."""

    @wraps(method)
    def around(self: World, /, *args: P.args, **named: P.kwargs) -> T:
        try:
            return method(self, *args, **named)
        finally:
            if self.overlapping and isinstance(getattr(named.get("trouble"), "fate", None), Overlap):
                overlapping, self.overlapping = self.overlapping, None
                overlapping.end()

    return around


Deed = Callable[["World", str, Visit, Asked | None], None]
"""What may happen in the middle of a call, done by the other planner, to the appointment and change it is about."""


class World:
    """Everything there is in one run. `close` ends it."""

    def __init__(self, deeds: Mapping[str, Deed]) -> None:
        self._deeds = deeds
        self._open = ExitStack()
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="carloop-model-")))
        self.clock = PlannersClock()
        self.carloops_clock_ahead = timedelta()
        self.story = Story()
        self.carloop = self._open.enter_context(running_carloop(folder / "carloop"))
        self.place = Place(
            store=folder / "planners.sqlite3",
            url=self.carloop.url,
            token=self.carloop.token,
            clock=self.clock,
            database_time=lambda: self.clock.true.timestamp(),
        )
        self._started = count(1)
        self.processes = {planner: self._start(planner) for planner in (*PLANNERS, "observer")}
        self.vehicles = self.carloop.vehicles()
        self.visits: list[Visit] = []
        self.asked: dict[str, Asked] = {}
        self.stragglers: list[Straggler] = []
        self.late: set[str] = set()
        self.shown: dict[str, int] = {}
        self.ends: dict[str, set[datetime]] = {}
        self.tally: Counter[str] = Counter()
        self.overlapping: Overlapping | None = None
        self.carloop.set_clock(START)

    def close(self) -> None:
        """End every process, and Carloop."""
        for process in self.processes.values():
            process.end()
        self._open.close()

    # a planner does something

    def call(
        self,
        planner: str,
        deed: str,
        hook: Callable[[CallContext], Document],
        *,
        schema: str,
        trouble: Trouble,
        strike: Callable[[str], None],
    ) -> Document | None:
        """Let a planner call a hook; give its answer, None where it died or raised a problem.

        `strike` is what happens in the middle of it, where something does.
        """
        self.story.tell(f"planner {planner} {deed}" + (f"; {trouble.weather}" if trouble.weather else ""))
        begun = len(self.story.lines) - 1
        process = self.processes[planner]
        self._prepare(process, trouble, strike)
        try:
            with process.running():
                answer = hook(CallContext.within(SECONDS, locale="en"))
            if isinstance(trouble.fate, Death):
                raise Died("it can answer")
        except Died as died:
            self.tally["a process died"] += 1
            self._restart(planner)
            self.story.end(begun, f"dies before {died}")
            return None
        except MobilityProblem as raised:
            self.story.end(begun, f"problem ({raised.problem['code']})")
            return None
        finally:
            self._afterwards(process, trouble.weather)
        self.story.end(begun, in_short(answer))
        validate(answer, schema)
        return answer

    def _prepare(self, process: Process, trouble: Trouble, strike: Callable[[str], None]) -> None:
        weather, fate = trouble.weather, trouble.fate
        if weather:
            self.tally["trouble on the wire"] += 1
            self.carloop.expect(weather)
        watch = process.watch
        watch.steps, watch.at = 0, fate.step if fate else 0
        watch.strike = _die if isinstance(fate, Death) else strike
        watch.counts = EFFECTS.__contains__ if isinstance(fate, Death) else bool
        watch.holds = weather is not None and weather.kind == HELD
        if self.overlapping and not self.overlapping.process:
            self.overlapping.process = process
            watch.at, watch.strike = self.overlapping.step, self.overlapping.pause

    def _afterwards(self, process: Process, weather: Weather | None) -> None:
        if weather:
            self.carloop.calm()
        self.stragglers += [Straggler(each, self.clock.true) for each in process.watch.held]
        process.watch.held.clear()

    def _start(self, planner: str) -> Process:
        # as leases name a process: its computer, its number there, a mark
        return Process(f"computer-{planner}/1/{next(self._started)}", self.place)

    def _restart(self, planner: str) -> None:
        self.processes[planner].end()
        self.processes[planner] = self._start(planner)

    def _meanwhile(
        self, planner: str, trouble: Trouble, visit: Visit, asked: Asked | None = None
    ) -> Callable[[str], None]:
        other = next(each for each in PLANNERS if each != planner)

        def strike(where: str) -> None:
            fate = trouble.fate
            if isinstance(fate, Meanwhile):
                self.tally[f"meanwhile: {fate.deed}"] += 1
                with self.story.meanwhile(where):
                    self._deeds[fate.deed](self, other, visit, asked)
            if isinstance(fate, Overlap):
                self.tally[f"overlapping: {fate.deed}"] += 1
                self.overlapping = Overlapping(
                    lambda: self._deeds[fate.deed](self, other, visit, asked),
                    step=fate.pause,
                    story=self.story,
                )
                self.overlapping.begin(where)

        return strike

    @ends_before_what_overlaps
    def save(
        self,
        planner: str,
        visit: Visit,
        deed: str,
        *,
        document: Document | None = None,
        trouble: Trouble = FAIR,
    ) -> None:
        """Save an appointment; an older revision where a document is given."""
        self.tally["appointment saved"] += 1
        visit.is_erased = False
        sent = document or visit.document
        step = self.call(
            planner,
            deed,
            lambda context: plugin.on_appointment_saved(sent, context),  # type: ignore[arg-type,return-value]
            schema="mobility_step",
            trouble=trouble,
            strike=self._meanwhile(planner, trouble, visit),
        )
        if step:
            visit.heard.add(sent["revision"])
            self.see(step.get("rental"))

    @ends_before_what_overlaps
    def erase(self, planner: str, visit: Visit, *, trouble: Trouble) -> None:
        """Ask for the appointment's customer to be forgotten."""
        self.tally["erase"] += 1
        visit.was_erased = True
        subjects = {"customer_numbers": [], "appointment_ids": [visit.id]}
        report = self.call(
            planner,
            f"erases {visit.id}",
            lambda context: plugin.on_personal_data_erased(subjects, context),  # type: ignore[arg-type,return-value]
            schema="erasure_report",
            trouble=trouble,
            strike=self._meanwhile(planner, trouble, visit),
        )
        visit.is_erased = report is not None and not isinstance(trouble.fate, Meanwhile)

    @ends_before_what_overlaps
    def ask(
        self, planner: str, asked: Asked, *, again: bool = False, trouble: Trouble = FAIR
    ) -> Document | None:
        """Ask for a change, for the first time or again, and hold the answer against those before."""
        self.asked[asked.id] = asked
        self.tally[f"{asked.kind}, again" if again else asked.kind] += 1
        outcome = self.call(
            planner,
            f"asks again for {asked.name}" if again else f"{asked.told} [{asked.name}]",
            lambda context: plugin.on_rental_change(asked.change, context),  # type: ignore[arg-type,return-value]
            schema="rental_outcome",
            trouble=trouble,
            strike=self._meanwhile(planner, trouble, asked.visit, asked),
        )
        if outcome:
            self.hear(outcome)
        return outcome

    @ends_before_what_overlaps
    def reconcile(self, planner: str, *, trouble: Trouble = FAIR) -> Document | None:
        """Reconcile once."""
        self.tally["reconcile"] += 1
        some = self.visits[(trouble.fate.step if trouble.fate else 0) % len(self.visits)]
        report = self.call(
            planner,
            "reconciles",
            lambda context: dict(plugin.reconcile_rentals(context)),
            schema="reconcile_report",
            trouble=trouble,
            strike=self._meanwhile(planner, trouble, some),
        )
        for outcome in report["settled"] if report else ():
            self.hear(outcome)
        for rental in report["changed"] if report else ():
            self.see(rental)
        if report and not trouble.weather:
            # what turned up late has been looked at now
            self.late.clear()
        return report

    # what planners are told

    def hear(self, outcome: Document) -> None:
        """Hold an outcome against what was said of the change before: what is final holds for ever."""
        asked = self.asked[outcome["change_id"]]
        if asked.final and outcome != asked.final:
            raise Contradiction(f"{asked.name} was {in_short(asked.final)} and is now {in_short(outcome)}")
        if is_final(outcome):
            asked.final = outcome
        self.tally[f"told {outcome['status']}"] += 1
        asked.was_unknown |= outcome["status"] == "unknown"
        self.see(outcome.get("rental"))

    def see(self, rental: Document | None) -> None:
        """Remember how new a rental is that was shown."""
        if rental:
            self.shown[rental["id"]] = max(rental["revision"], self.shown.get(rental["id"], 0))

    # the world goes on by itself

    def pass_time(self, minutes: int) -> None:
        """Let time pass; what was under way for too long is lost, save for what was given up and may turn up yet."""
        self.tally["time passed"] += 1
        self.clock.true += timedelta(minutes=minutes)
        self.carloop.set_clock(self.clock.true + self.carloops_clock_ahead)
        self.story.tell(f"{minutes} minutes pass: it is {said(self.clock.true)}")
        self.stragglers = [
            each for each in self.stragglers if self.is_in_time(each) or self.is_given_up(each)
        ]

    def put_clock(self, whose: str, minutes: int) -> None:
        """Put a clock wrong, or right again with 0. Nothing stays under way over that: how long, nobody could tell."""
        self.tally["a clock put wrong"] += 1
        if whose == "Carloop":
            self.carloops_clock_ahead = timedelta(minutes=minutes)
            self.carloop.set_clock(self.clock.true + self.carloops_clock_ahead)
        else:
            self.clock.ahead = timedelta(minutes=minutes)
        self.story.tell(f"the clock of {whose} is {minutes} minutes ahead of the truth")
        self.stragglers.clear()

    def arrive(self, which: int) -> None:
        """Let a write that was held up arrive at Carloop."""
        self.tally["a request arrived late"] += 1
        straggler = self.stragglers.pop(which % len(self.stragglers))
        name = self.asked[straggler.request.change_id].name
        self.story.tell(f"the request of {name} arrives late")
        if not self.is_in_time(straggler):
            self.late.add(straggler.request.change_id)
        self.processes["observer"].send(straggler.request, deadline=CallContext.within(SECONDS).deadline)

    def is_in_time(self, straggler: Straggler) -> bool:
        """Tell whether a write may still arrive."""
        return self.clock.true - straggler.sent_at <= LONGEST_FLIGHT

    def is_given_up(self, straggler: Straggler) -> bool:
        """Tell whether a write is of a booking that somebody gave up."""
        key = straggler.request.change_id
        return any(each.change.get("book_change_id") == key for each in self.asked.values())


def _die(where: str) -> None:
    raise Died(where)
