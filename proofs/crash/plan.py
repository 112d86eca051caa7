"""Which rounds are run: every step of everything in turn, and random ones between them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from proofs.crash.processes import AfterSeconds, AtCall, AtStep, Kill
from proofs.crash.recording_proxy import POINTS
from proofs.documents import Document, new_appointment, new_booking

ANYWHERE = "anywhere"
PHASES = ("change", "recovery")
DAMAGES = ("garbage", "half", "header")
RECORDS_DURING_REBUILD = ("sound", "damaged", "IMMEDIATE", "EXCLUSIVE")
LOCKS = ("before IMMEDIATE", "before EXCLUSIVE", "sending IMMEDIATE", "sending EXCLUSIVE")
PAGES = 12
"""A booking needs fewer pages of the disk than this, so each smaller number fills it at another moment."""

RANDOM_EVERY = 4
"""One round of so many is random."""


class Operation(StrEnum):
    """What an advisor asks for. Giving up cancels a booking whose outcome is unknown."""

    BOOK = "book"
    CHANGE_END = "change_end"
    CANCEL = "cancel"
    REBOOK = "rebook"
    GIVE_UP = "give_up"


class Disruption(StrEnum):
    """What is killed, or disturbs the plugin."""

    PLUGIN = "the plugin's process, during a change"
    WIRE = "the plugin's process, at a point of the sending"
    RECOVERY = "the plugin's process, during recovery"
    SANDBOX = "Carloop's process"
    BOTH = "both processes, at the same change"
    MIGRATION = "the plugin's process, during the migration of its records"
    FULL = "a full disk"
    LOCKED = "records locked by another process"
    DAMAGED = "damaged records, and the plugin's process during the rebuild"
    CONCURRENT_REBUILD = "a rebuild beside a planner, of sound, damaged and locked records"


CHANGES = (Operation.BOOK, Operation.CHANGE_END, Operation.CANCEL, Operation.REBOOK)
OF_A_RENTAL = CHANGES[1:]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rounds are run."""

    disruptions: tuple[Disruption, ...] = tuple(Disruption)
    operations: tuple[Operation, ...] = tuple(Operation)

    @property
    def arguments(self) -> list[str]:
        """Return the arguments that select these rounds and not all."""
        chosen = {"--disruption": self.disruptions, "--operation": self.operations}
        return [f"{option} {each[0].name}" for option, each in chosen.items() if len(each) == 1]

    @property
    def changes(self) -> list[Operation]:
        """Return the operations of disruptions that are not measured for each of them."""
        return [each for each in CHANGES if each in self.operations]


MEASURED = (Disruption.PLUGIN, Disruption.RECOVERY)
"""The disruptions whose steps are measured for each operation."""

_INTERRUPTED = ((Disruption.WIRE, ("",), POINTS), (Disruption.SANDBOX, PHASES, POINTS[1:]))

_DETAILS = {
    Disruption.FULL: [f"{pages} pages left" for pages in range(PAGES)],
    Disruption.LOCKED: LOCKS,
    Disruption.DAMAGED: DAMAGES,
    Disruption.CONCURRENT_REBUILD: RECORDS_DURING_REBUILD,
}


@dataclass(frozen=True, slots=True)
class Round:
    """One round: `kill` says when the plugin dies, `point` where a sending ends; `detail` is the disruption's own."""

    number: int
    disruption: Disruption
    operation: Operation = Operation.BOOK
    kill: Kill | None = None
    point: str = ""
    detail: str = ""
    step: str = ""

    @property
    def description(self) -> str:
        """Describe the round in a line."""
        where = self.step if self.kill is None or self.step != ANYWHERE else f"{self.kill}"
        return ", ".join(filter(None, (self.disruption.name, self.operation, self.detail, self.point, where)))

    @property
    def appointment_id(self) -> str:
        """Return the id of the round's appointment."""
        return f"A-{self.number}"

    @property
    def appointment(self) -> Document:
        """Return the appointment, on a day of its own."""
        start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
        start += timedelta(days=10 + 2 * (self.number % 1000))
        return new_appointment(self.appointment_id, start, {"source": "manual", "last_name": "Canary"})

    @property
    def booking(self) -> Document:
        """Return the booking without its vehicle."""
        return new_booking(self.appointment, "", change_id=self.change_id(Operation.BOOK))

    @property
    def new_end(self) -> str:
        """Return the end that a change of the end asks for."""
        end = datetime.fromisoformat(self.appointment["period"]["end"])
        return (end + timedelta(hours=3)).isoformat()

    def change(self, *, vehicle: str, rental_id: str | None, other_vehicle: str) -> Document:
        """Return the round's change; a rebooking takes the other vehicle, and ends later."""
        if self.operation is Operation.BOOK:
            return self.booking | {"option_id": vehicle}
        change = {"change_id": self.change_id(self.operation), "provider": "carloop"}
        match self.operation:
            case Operation.CHANGE_END:
                return change | {"action": "change_end", "rental_id": rental_id, "end": self.new_end}
            case Operation.CANCEL:
                return change | {"action": "cancel", "rental_id": rental_id, "reason": "Canary"}
            case Operation.REBOOK:
                period = self.booking["period"] | {"end": self.new_end}
                wanted = {"option_id": other_vehicle, "period": period, "customer": self.booking["customer"]}
                return change | {"action": "rebook", "rental_id": rental_id} | wanted
            case Operation.GIVE_UP:
                return change | {"action": "cancel", "book_change_id": self.change_id(Operation.BOOK)}

    def change_id(self, operation: Operation) -> str:
        """Return a change's id, the same in every process of the round."""
        drawn = random.Random(f"{self.number} {operation}").getrandbits(128)
        return str(uuid.UUID(int=drawn, version=4))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a piece of work does when it is not killed."""

    steps: tuple[str, ...]
    calls: int
    seconds: float


Measures = Mapping[tuple[Disruption, Operation, str], Measured]
"""By disruption, operation and detail."""


def rounds_of_every_step(measures: Measures, selection: Selection) -> list[Round]:
    """Return a round for every step of every disruption, without numbers yet."""
    every = _every_step(measures, selection.changes)
    return [each for each in every if each.disruption in selection.disruptions]


def _every_step(measures: Measures, changes: Sequence[Operation]) -> Iterator[Round]:
    for (disruption, operation, detail), measured in measures.items():
        for number, step in enumerate(measured.steps, 1):
            own = operation if disruption in MEASURED else changes[number % len(changes)]
            yield Round(0, disruption, own, AtStep(number), detail=detail, step=f"{number} {step}")
    for operation in changes:
        for disruption, details, points in _INTERRUPTED:
            yield from (
                Round(0, disruption, operation, point=point, detail=detail, step=f"{detail} {point}")
                for detail in details
                for point in points
            )
        for disruption, ways in _DETAILS.items():
            yield from (Round(0, disruption, operation, detail=way, step=way) for way in ways)


def draw(measures: Measures, rng: random.Random, selection: Selection) -> Round:
    """Draw a round: any of the disruptions, at any moment."""
    disruption = rng.choice(selection.disruptions)
    keys = [key for key in measures if key[0] is disruption]
    key = rng.choice(keys) if keys else (Disruption.PLUGIN, rng.choice(selection.changes), "")
    _, operation, detail = key
    if disruption in _DETAILS:
        detail = rng.choice(_DETAILS[disruption])
    if disruption in (Disruption.SANDBOX, Disruption.BOTH):
        detail = rng.choice(PHASES)
    if disruption not in MEASURED:
        operation = rng.choice(selection.changes)
    kill = _random_kill(measures[key], rng)
    return Round(0, disruption, operation, kill, rng.choice(POINTS[1:]), detail, step=ANYWHERE)


def plan_rounds(rounds: int, measures: Measures, selection: Selection, *, seed: int) -> list[Round]:
    """Return so many rounds: three of four take the next of all steps, in random order; the others are random."""
    rng = random.Random(seed)
    turns: list[Round] = []
    planned = []
    for number in range(rounds):
        if number % RANDOM_EVERY == 0:
            drawn = draw(measures, rng, selection)
        else:
            if not turns:
                turns = rounds_of_every_step(measures, selection)
                rng.shuffle(turns)
            drawn = turns.pop()
        planned.append(replace(drawn, number=number + 1))
    return planned


def _random_kill(measured: Measured, rng: random.Random) -> Kill:
    if rng.random() < 0.5:
        return AtCall(rng.randint(1, measured.calls))
    return AfterSeconds(rng.random() * measured.seconds)
