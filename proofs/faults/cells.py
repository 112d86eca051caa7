"""The cells of the matrix, and what is drawn for each by its seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from proofs.faults.catalogue import FAULTS, Fault
from tests.support.wire_faults import Effect, Position

OPERATIONS = ("search", "book", "change_end", "cancel")
MANY = 99


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cell's seed draws.

    at             where in the message the strike meets it
    times          how many requests it meets: with one or two, a retry gets through
    any_request    whether it meets every request of the operation, the reads before and after included
    release        when what is held goes on: `soon`, `before` the recovery, or `after` it
    impatient      whether the advisor asks for the same change again while the fault lasts
    fresh          whether the session is new, its retries unspent and its connections to be made
    """

    at: float
    times: int
    any_request: bool
    release: str
    impatient: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one position of one operation, under one seed."""

    fault: Fault
    position: Position
    operation: str
    seed: int

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.operation} × {self.fault.name} × {self.position}, seed {self.seed}"

    def plan(self) -> Plan:
        """Draw its plan; the same cell always has the same."""
        chance = Random(self.name)
        return Plan(
            at=chance.choice((0.0, 1.0, chance.random(), chance.random())),
            times=chance.choice((1, 2, MANY)),
            any_request=chance.random() < 0.3,
            release=chance.choice(("soon", "before", "after")),
            impatient=chance.random() < 0.3,
            fresh=chance.random() < 0.7,
        )


def can_be(fault: Fault, operation: str, position: Position) -> bool:
    """Tell whether a fault can meet an operation there."""
    # a search is a request without a body: there is nothing of it that could pass for a shorter whole
    no_body = fault.effect is Effect.TRUNCATE and position is Position.BEFORE and operation == "search"
    fits = not fault.operations or operation in fault.operations
    return position in fault.positions and fits and not no_body


def all_cells(seeds: Iterable[int], *, daily: bool = False) -> Iterator[Cell]:
    """Return every cell, a seed after the other; `daily` leaves out what only the long run plays."""
    for seed in seeds:
        for fault in (each for each in FAULTS if each.daily or not daily):
            for position in fault.positions:
                for operation in OPERATIONS:
                    if can_be(fault, operation, position):
                        yield Cell(fault, position, operation, seed)
