"""A day's work at one glance: what goes out and comes back, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from planner_host.appointments.appointment import Appointment
from planner_host.mobility.states import Standing, States, states_of
from planner_host.planner import Planner
from planner_host.providers.open_changes import OpenChange
from planner_host.storage.audit import AuditEntry

if TYPE_CHECKING:
    from mobility_hookspecs import Failure
    from mobility_schemas import documents as contract

# A car that is still out so long after the visit is nothing that a list of the day reminds of.
LOOK_BACK: Final = timedelta(days=92)
_A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Movement:
    """A car that is handed out at a time, or comes back; `other` is the other end of its rental."""

    appointment: Appointment
    rental: contract.Rental
    at: datetime
    other: datetime
    is_late: bool

    @property
    def other_word(self) -> str:
        """Return which text says when the other end is or was."""
        if self.other > self.at:
            return "today.until"
        return "today.from" if self.rental["status"] == "reserved" else "today.since"


@dataclass(frozen=True, slots=True)
class Check:
    """What somebody must look at: how an appointment stands with a provider, or an outcome that nobody has seen."""

    appointment: Appointment
    standing: Standing | None = None
    outcome: AuditEntry | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What there is to do on a day; on the present one also what is overdue, and what to look at of all weeks.

    :ivar visits: the appointments that begin on the day and are not cancelled.
    :ivar undecided: those of them for which nobody knows yet whether a car is needed; `carless` need none.
    """

    hand_overs: Sequence[Movement]
    returns: Sequence[Movement]
    checks: Sequence[Check]
    unknowns: Sequence[tuple[Appointment, OpenChange]]
    visits: Sequence[Appointment]
    undecided: Sequence[Appointment]
    carless: Sequence[Appointment]
    words: Mapping[str, str]
    failures: tuple[Failure, ...]


def look_at(day: date, planner: Planner, *, locale: str) -> Day:
    """Return what there is to do on a day; the providers are asked once."""
    start, end = (_midnight(each, planner) for each in (day, day + timedelta(days=1)))
    now = planner.now() if start <= planner.now() < end else None
    ids = planner.records.ids_from(start - LOOK_BACK)
    states = states_of(ids, planner, locale=locale, also_urgent=True)
    moves = sorted(_movements(states, start, end, now=now), key=lambda move: move[2])
    urgent = {each for each, word in states.words.items() if now and word in ("attention", "unknown")}
    needed = urgent.union(rental["appointment_id"] for _, rental, *_ in moves)
    known = {each.id: each for each in planner.records.appointments_of(needed, start=start, end=end)}
    visits = [each for each in known.values() if start <= each.visit.start < end and not each.is_cancelled]
    undecided = [each for each in visits if states.words.get(each.id) in (None, "none", "silent")]
    carless = planner.records.needing_no_car(each.id for each in undecided)
    of_urgent = [each for each in known.values() if each.id in urgent]
    found: dict[bool, list[Movement]] = {True: [], False: []}
    for goes_out, rental, at, other, is_late in moves:
        found[goes_out].append(Movement(known[rental["appointment_id"]], rental, at, other, is_late))
    return Day(
        hand_overs=found[True],
        returns=found[False],
        checks=[check for each in of_urgent for check in _checks(each, states)],
        unknowns=[(each, change) for each in of_urgent for change in _unknowns(each, states)],
        visits=visits,
        undecided=[each for each in undecided if each.id not in carless],
        carless=[each for each in undecided if each.id in carless],
        words=states.words,
        failures=states.failures,
    )


def _midnight(day: date, planner: Planner) -> datetime:
    return datetime.combine(day, time(), planner.zone).astimezone(UTC)


def _movements(
    states: States, start: datetime, end: datetime, *, now: datetime | None
) -> Iterator[tuple[bool, contract.Rental, datetime, datetime, bool]]:
    """Yield what begins or ends in `[start, end)`, and before it what is overdue `now`.

    Of each: whether the car goes out, its rental, when, the rental's other end, and whether it is overdue.
    """
    for standing in (each for standings in states.standings.values() for each in standings):
        rental = standing.rental
        if rental is None or rental["status"] not in ("reserved", "picked_up", "returned"):
            continue
        first, last = (datetime.fromisoformat(rental["period"][side]) for side in ("start", "end"))
        for goes_out, at, other in ((True, first, last), (False, last, first)):
            waits = rental["status"] == ("reserved" if goes_out else "picked_up")
            is_late = now is not None and waits and now - at >= _A_MINUTE
            if start <= at < end or is_late:
                yield goes_out, rental, at, other, is_late


def _checks(appointment: Appointment, states: States) -> Iterator[Check]:
    for standing in states.standings.get(appointment.id, ()):
        if standing.word == "attention":
            yield Check(appointment, standing)
    for outcome in states.unseen.get(appointment.id, ()):
        yield Check(appointment, outcome=outcome)


def _unknowns(appointment: Appointment, states: States) -> list[OpenChange]:
    """Return the changes that are open here or pending at a provider, each once."""
    found = {each.change_id: each for each in states.open_changes.get(appointment.id, ())}
    for standing in states.standings.get(appointment.id, ()):
        if pending := standing.pending:
            change_id, since = pending["change_id"], pending["since"]
            bare = OpenChange(change_id, standing.provider, pending["action"])
            found[change_id] = replace(found.get(change_id, bare), since=since)
    return list(found.values())
