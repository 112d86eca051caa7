"""What the records say about their own state, and how long changes take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles

from carloop_plugin.domain.accounts import Contact
from carloop_plugin.domain.changes import Action
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.values import ChangeId

DONE = "done"


@dataclass(frozen=True, slots=True)
class MovedAside:
    """A file of damaged records that a rebuild has moved aside, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SettledChange:
    """How a change ended, and how long after it was recorded. `code` is a refusal's problem code."""

    action: Action
    status: str
    code: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is left to do in the records. An erasure that waits for a change is not counted."""

    pending: int
    oldest_pending: datetime | None
    unfinished_erasures: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the records say about their own state. `pending` includes `unknown` and `set_aside`.

    `engine` is the database with its version, `journal` a file's journal (empty for a server). `settled` are the newest
    settled changes, `unfinished_erasures` counts those of which traces may still be in the database's files.
    `moved_aside` are the files of damaged records that are still there.
    """

    installation: str
    location: str
    journal: str
    rentals: int
    pending: int
    unknown: int
    oldest_pending: datetime | None
    set_aside: tuple[ChangeId, ...]
    contacts: tuple[Contact, ...]
    engine: str = ""
    oldest_unknown: datetime | None = None
    settled: tuple[SettledChange, ...] = ()
    unfinished_erasures: int = 0
    moved_aside: tuple[MovedAside, ...] = ()
    unreadable: tuple[UnreadableRental, ...] = ()


@dataclass(frozen=True, slots=True)
class Durations:
    """How long changes of one kind took, in seconds, from their intent's commit to their outcome's."""

    count: int
    median: float
    p95: float
    longest: float


def durations(settled: Sequence[SettledChange]) -> Mapping[Action, Durations]:
    """Return how long changes took, for each action that was settled at all.

    Only those that were done: a refusal that needs no call takes no time, and would make the rest look fast.
    """
    done = {a: sorted(s.seconds for s in settled if s.action is a and s.status == DONE) for a in Action}
    return {action: _durations(seconds) for action, seconds in done.items() if seconds}


def refusals(settled: Sequence[SettledChange]) -> Mapping[str, int]:
    """Count the refusals by their code, the most frequent first."""
    return dict(Counter(each.code or "" for each in settled if each.status != DONE).most_common())


def _durations(seconds: Sequence[float]) -> Durations:
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 99
    return Durations(len(seconds), round(cuts[49], 3), round(cuts[94], 3), round(seconds[-1], 3))
