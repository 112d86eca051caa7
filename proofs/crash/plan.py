"""Which rounds are played: every step of everything in turn, and between them what chance brings."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from proofs.crash.processes import AfterSeconds, AtCall, AtStep, Kill
from proofs.crash.tap import POINTS

Document = dict[str, Any]

ANYWHERE = "anywhere"
PHASES = ("change", "recovery")
DAMAGES = ("garbage", "half", "header")
RIVALS = ("sound", "damaged", "IMMEDIATE", "EXCLUSIVE")
LOCKS = ("before IMMEDIATE", "before EXCLUSIVE", "sending IMMEDIATE", "sending EXCLUSIVE")
PAGES = 12
"""A booking needs fewer pages of the disk than this, so every number below leaves it full at another moment."""

ONE_IN_TURN = 4
"""Of so many rounds one is chance's, the others are the next step's."""


class Operation(StrEnum):
    """What an advisor asks for. Giving up is a cancellation, of a booking nobody knows the outcome of."""

    BOOK = "book"
    CHANGE_END = "change_end"
    CANCEL = "cancel"
    GIVE_UP = "give_up"


class Scene(StrEnum):
    """What is killed, or stands in the way."""

    PLUGIN = "the plugin's process, during a change"
    WIRE = "the plugin's process, at a point of the sending"
    RECOVERY = "the plugin's process, during recovery"
    SANDBOX = "Carloop's process"
    BOTH = "both processes, at the same change"
    MIGRATION = "the plugin's process, during the migration of its records"
    FULL = "a full disk"
    LOCKED = "records locked by another process"
    DAMAGED = "damaged records, and the plugin's process during the rebuild"
    BESIDE = "a rebuild beside a planner, of sound, damaged and locked records"


CHANGES = (Operation.BOOK, Operation.CHANGE_END, Operation.CANCEL)

_CUT = (
    (Scene.WIRE, ("",), POINTS),
    (Scene.SANDBOX, PHASES, POINTS[1:]),
)

_IN_THE_WAY = {
    Scene.FULL: [f"{pages} pages left" for pages in range(PAGES)],
    Scene.LOCKED: LOCKS,
    Scene.DAMAGED: DAMAGES,
    Scene.BESIDE: RIVALS,
}


@dataclass(frozen=True, slots=True)
class Round:
    """One round. `kill` is where the plugin dies, `point` where a sending is cut, `detail` a scene's own choice."""

    number: int
    scene: Scene
    operation: Operation = Operation.BOOK
    kill: Kill | None = None
    point: str = ""
    detail: str = ""
    step: str = ""

    @property
    def told(self) -> str:
        """Say in a line what the round is."""
        where = self.step if self.kill is None or self.step != ANYWHERE else f"{self.kill}"
        return ", ".join(filter(None, (self.scene.name, self.operation, self.detail, self.point, where)))

    @property
    def appointment_id(self) -> str:
        """Name the round's appointment."""
        return f"A-{self.number}"

    @property
    def appointment(self) -> Document:
        """Write the appointment, on a day of its own."""
        start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
        start += timedelta(days=10 + 2 * (self.number % 1000))
        end = start + timedelta(hours=9)
        return {
            "id": self.appointment_id,
            "revision": 1,
            "status": "scheduled",
            "site": "main",
            "period": {"start": start.isoformat(), "end": end.isoformat()},
            "time_zone": "Europe/Berlin",
            "customer": {"source": "manual", "last_name": "Canary"},
        }

    @property
    def booking(self) -> Document:
        """Write the booking; its vehicle is added by who knows one."""
        appointment = self.appointment
        return {
            "change_id": self.change_id(Operation.BOOK),
            "provider": "carloop",
            "action": "book",
            "appointment_id": self.appointment_id,
            "site": "main",
            "period": appointment["period"],
            "customer": appointment["customer"],
        }

    @property
    def new_end(self) -> str:
        """Return the end that a change of the end asks for."""
        end = datetime.fromisoformat(self.appointment["period"]["end"])
        return (end + timedelta(hours=3)).isoformat()

    def change(self, *, vehicle: str, rental_id: str | None) -> Document:
        """Write the change the round is about."""
        if self.operation is Operation.BOOK:
            return self.booking | {"option_id": vehicle}
        change = {"change_id": self.change_id(self.operation), "provider": "carloop"}
        match self.operation:
            case Operation.CHANGE_END:
                return change | {"action": "change_end", "rental_id": rental_id, "end": self.new_end}
            case Operation.CANCEL:
                return change | {"action": "cancel", "rental_id": rental_id, "reason": "Canary"}
            case Operation.GIVE_UP:
                return change | {"action": "cancel", "book_change_id": self.change_id(Operation.BOOK)}

    def change_id(self, operation: Operation) -> str:
        """Name a change: the same in every process of the round."""
        drawn = random.Random(f"{self.number} {operation}").getrandbits(128)
        return str(uuid.UUID(int=drawn, version=4))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a piece of work does when nobody kills it."""

    steps: tuple[str, ...]
    calls: int
    seconds: float


Measures = Mapping[tuple[Scene, Operation, str], Measured]
"""By scene, operation and detail: of what has steps of its own."""


def in_turn(measures: Measures, *, scenes: Sequence[Scene]) -> list[Round]:
    """Return a round for every step of every scene, without numbers yet."""
    return [each for each in _every_step(measures) if each.scene in scenes]


def _every_step(measures: Measures) -> Iterator[Round]:
    for (scene, operation, detail), measured in measures.items():
        for number, step in enumerate(measured.steps, 1):
            yield Round(0, scene, operation, AtStep(number), detail=detail, step=f"{number} {step}")
    for operation in CHANGES:
        for scene, details, points in _CUT:
            yield from (
                Round(0, scene, operation, point=point, detail=detail, step=f"{detail} {point}")
                for detail in details
                for point in points
            )
        for scene, ways in _IN_THE_WAY.items():
            yield from (Round(0, scene, operation, detail=way, step=way) for way in ways)


def draw(measures: Measures, chance: random.Random, *, scenes: Sequence[Scene]) -> Round:
    """Draw a round: any of the scenes, dying anywhere."""
    scene = chance.choice(scenes)
    keys = [key for key in measures if key[0] is scene]
    key = chance.choice(keys) if keys else (Scene.PLUGIN, chance.choice(CHANGES), "")
    _, operation, detail = key
    if scene in _IN_THE_WAY:
        detail = chance.choice(_IN_THE_WAY[scene])
    if scene in (Scene.SANDBOX, Scene.BOTH):
        detail = chance.choice(PHASES)
    if scene not in (Scene.PLUGIN, Scene.RECOVERY):
        operation = chance.choice(CHANGES)
    kill = _anywhere(measures[key], chance)
    return Round(0, scene, operation, kill, chance.choice(POINTS[1:]), detail, step=ANYWHERE)


def schedule(rounds: int, measures: Measures, *, seed: int, scenes: Sequence[Scene]) -> list[Round]:
    """Return so many rounds: three of four the next of all steps, in an order that chance decides, over and over."""
    chance = random.Random(seed)
    turns: list[Round] = []
    planned = []
    for number in range(rounds):
        if number % ONE_IN_TURN == 0:
            drawn = draw(measures, chance, scenes=scenes)
        else:
            if not turns:
                turns = in_turn(measures, scenes=scenes)
                chance.shuffle(turns)
            drawn = turns.pop()
        planned.append(replace(drawn, number=number + 1))
    return planned


def _anywhere(measured: Measured, chance: random.Random) -> Kill:
    if chance.random() < 0.5:
        return AtCall(chance.randint(1, measured.calls))
    return AfterSeconds(chance.random() * measured.seconds)
