"""The calls of one thread, and whether each answer belongs to its call."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mobility_hookspecs import MobilityHost
from proofs.documents import Document, new_appointment, new_booking, new_change, new_search

CUSTOMER = {"source": "manual", "last_name": "Canary"}
CALL_SECONDS = 60.0
"""Seconds for a call; times are not measured here."""

APPOINTMENTS = 2
"""Appointments for each thread."""

CALLS = 4
"""Calls for each appointment: save, search, book, and one change."""

MAX_TRIES = 20
"""Attempts of a call while the records are busy."""

THREADS = 2
"""Threads of each process, the parent's included."""

MOST_PROCESSES = 9
"""The parent and eight children."""


@dataclass(frozen=True)
class Plan:
    """What all servers know. Every appointment has its own car and day, so every booking must succeed."""

    seed: int
    rounds: int
    vehicles: tuple[str, ...]
    first_day: str

    @classmethod
    def read(cls, folder: Path) -> Plan:
        """Read a folder's plan."""
        read = json.loads((folder / "plan.json").read_text())
        return cls(**read | {"vehicles": tuple(read["vehicles"])})

    def write(self, folder: Path) -> None:
        """Write the plan to a folder."""
        (folder / "plan.json").write_text(json.dumps(asdict(self)))


@dataclass(frozen=True)
class ClientThread:
    """One thread of one process in one round; process 0 is the parent."""

    round: int
    process: int
    thread: int

    def appointment(self, plan: Plan, number: int) -> tuple[Document, str]:
        """Return an appointment of this thread's own, and its car."""
        worker = (self.round * MOST_PROCESSES + self.process) * THREADS + self.thread
        slot = worker * APPOINTMENTS + number
        day, car = divmod(slot, len(plan.vehicles))
        start = datetime.fromisoformat(plan.first_day) + timedelta(days=day)
        appointment = new_appointment(f"A-{slot}", start, CUSTOMER)
        return appointment, plan.vehicles[car]


def make_calls(host: MobilityHost, plan: Plan, worker: ClientThread, path: Path) -> None:
    """Make all calls of a thread, and write the result of each to a file."""
    with path.open("a", encoding="utf-8") as file:
        for number in range(APPOINTMENTS):
            appointment, car = worker.appointment(plan, number)
            for said in call_all(host, appointment, car, number):
                file.write(json.dumps(said) + "\n")
                file.flush()


def call_all(host: MobilityHost, appointment: Document, car: str, number: int) -> list[Document]:
    """Make the calls for one appointment, and return the result of each."""
    entries: list[Document] = []

    def record(call: str, result: str, detail: object = "", **more: object) -> None:
        entries.append(
            {"call": call, "id": appointment["id"], "result": result, "detail": str(detail)} | more
        )

    rental: Document | None = None
    steps = (_save, _search, _book, _cancel if number == APPOINTMENTS - 1 else _change_end)
    for step in steps:
        name = step.__name__.strip("_")
        try:
            rental = step(host, appointment, car, rental)
            record(name, "right", rental=rental)
        except _WrongAnswer as error:
            record(name, error.result, error)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is counted
            record(name, "raised", f"{type(error).__name__}: {error}")
    return entries


class _WrongAnswer(Exception):
    def __init__(self, result: str, detail: object) -> None:
        super().__init__(str(detail))
        self.result = result


def _gathered(ask: Callable[[], Any]) -> Any:
    answer = _asked(ask, lambda gathered: [each.problem for each in gathered.failures])
    if "carloop" not in answer.answers:
        raise _WrongAnswer("lost", answer.failures)
    return answer.answers["carloop"]


def _asked(ask: Callable[[], Any], problems: Callable[[Any], list[Any]]) -> Any:
    """Call, and again while the records are busy, as a host does.

    One file that nine processes write may be busy for the five seconds that a transaction waits. The records' `busy`
    has a detail, the host kit's has none: that one is not repeated, since it would mean a missing thread.
    """
    for _ in range(MAX_TRIES):
        answer = ask()
        if not any(each["code"] == "busy" and "detail" in each for each in problems(answer)):
            break
    return answer


def _save(host: MobilityHost, appointment: Any, car: str, rental: Document | None) -> None:
    step = _gathered(lambda: host.appointment_saved(appointment, timeout=CALL_SECONDS))
    if step["appointment_id"] != appointment["id"] or step["period"] != appointment["period"]:
        raise _WrongAnswer("swapped", step)


def _search(host: MobilityHost, appointment: Any, car: str, rental: Document | None) -> None:
    request: Any = new_search(appointment["period"])
    offer = _gathered(lambda: host.mobility_options(request, timeout=CALL_SECONDS))
    # Each car is booked by one thread on its day: the answer for another day lacks it, or has another period.
    if all(option["id"] != car for option in offer["options"]):
        raise _WrongAnswer("swapped", f"{car} is not among {len(offer['options'])}")


def _book(host: MobilityHost, appointment: Any, car: str, rental: Document | None) -> Document:
    change = new_booking(appointment, car)
    return _change(host, change, appointment, appointment["period"]["end"])


def _change_end(host: MobilityHost, appointment: Any, car: str, rental: Document | None) -> Document:
    end = (datetime.fromisoformat(appointment["period"]["end"]) - timedelta(hours=1)).isoformat()
    return _change(host, new_change("change_end", rental_id=_id_of(rental), end=end), appointment, end)


def _cancel(host: MobilityHost, appointment: Any, car: str, rental: Document | None) -> Document:
    change = new_change("cancel", rental_id=_id_of(rental))
    return _change(host, change, appointment, appointment["period"]["end"])


def _id_of(rental: Document | None) -> str:
    if rental is None:
        raise _WrongAnswer("lost", "there is no rental to change")
    return str(rental["id"])


def _change(host: MobilityHost, change: Any, appointment: Any, end: str) -> Document:
    outcome = _asked(
        lambda: host.change_rental(change, timeout=CALL_SECONDS),
        lambda outcome: [outcome["problem"]] if "problem" in outcome else [],
    )
    if outcome["status"] != "done" or "rental" not in outcome:
        raise _WrongAnswer("lost", outcome)
    rental = outcome["rental"]
    ours = (change["change_id"], appointment["id"], datetime.fromisoformat(end))
    theirs = (outcome["change_id"], rental["appointment_id"], datetime.fromisoformat(rental["period"]["end"]))
    if ours != theirs or rental["id"] != change.get("rental_id", rental["id"]):
        raise _WrongAnswer("swapped", outcome)
    return {"id": rental["id"], "status": rental["status"]}
