"""The cells of the matrix, and what is drawn for each by its seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from proofs.faults.catalogue import FAULTS, Fault
from tests.support.wire_faults import Effect, Position

OPERATIONS = ("search", "quote", "book", "change_end", "cancel", "rebook")
REQUESTS = {"rebook": "book", "quote": "read"}
"""What the interface calls an operation: a rebooking is a booking that replaces a rental."""
MANY = 99


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cell's seed draws.

    at             where in the message the fault happens
    times          how many requests it affects: with one or two, a retry succeeds
    any_request    whether it affects every request of the operation, including the reads before and after
    release        when a held message is sent: `soon`, `before` the recovery, or `after` it
    asks_twice     whether the advisor requests the same change again while the fault lasts
    fresh          whether the session is new, with all its retries and no connections
    """

    at: float
    times: int
    any_request: bool
    release: str
    asks_twice: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one position of one operation, under one seed."""

    fault: Fault
    position: Position
    operation: str
    seed: int

    @property
    def request(self) -> str:
        """Return what the interface calls the operation."""
        return REQUESTS.get(self.operation, self.operation)

    @property
    def name(self) -> str:
        """Return its name in reports."""
        return f"{self.operation} × {self.fault.name} × {self.position}, seed {self.seed}"

    def plan(self) -> Plan:
        """Draw its plan, the same in every run."""
        rng = Random(self.name)
        return Plan(
            at=rng.choice((0.0, 1.0, rng.random(), rng.random())),
            times=rng.choice((1, 2, MANY)),
            any_request=rng.random() < 0.3,
            release=rng.choice(("soon", "before", "after")),
            asks_twice=rng.random() < 0.3,
            fresh=rng.random() < 0.7,
        )


def can_be(fault: Fault, operation: str, position: Position) -> bool:
    """Return whether a fault can affect an operation at a position."""
    # a read has no body, so a truncated one cannot look like a complete request
    is_read = operation in ("search", "quote")
    no_body = fault.effect is Effect.TRUNCATE and position is Position.BEFORE and is_read
    fits = not fault.operations or operation in fault.operations
    return position in fault.positions and fits and not no_body


def all_cells(seeds: Iterable[int], *, daily: bool = False) -> Iterator[Cell]:
    """Return every cell, a seed after the other; `daily` leaves out what is only in the long run."""
    for seed in seeds:
        for fault in (each for each in FAULTS if each.daily or not daily):
            for position in fault.positions:
                for operation in OPERATIONS:
                    if can_be(fault, operation, position):
                        yield Cell(fault, position, operation, seed)
