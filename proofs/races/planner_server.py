"""One planner server of the race: a process that books, changes, rebooks and cancels until it is done, or killed.

    python -m proofs.races.planner_server FOLDER NUMBER

Requests are logged before they are sent, and their answers after it, so that the next process of its number goes on
where this one was killed, and repeats what was not answered: the same change, as a host does.
"""

from __future__ import annotations

import json
import os
import random
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost
from proofs.documents import new_appointment, new_booking, new_change

Document = Any

CUSTOMER = {"source": "manual", "last_name": "Canary"}
AT_ONCE = 4
ACTIONS = ("book",) * 6 + ("change_end", "cancel", "rebook", "rebook")


@dataclass(frozen=True)
class Race:
    """What all servers race for: the same appointments and days, in the same order."""

    seed: int
    attempts: int
    vehicles: tuple[str, ...]
    appointments: int
    days: int
    first_day: str

    @classmethod
    def read(cls, folder: Path) -> Race:
        """Read the race of a folder."""
        read = json.loads((folder / "race.json").read_text())
        return cls(**read | {"vehicles": tuple(read["vehicles"])})

    def number_at(self, attempt: int, rng: random.Random) -> int:
        """Draw the number of an appointment from the few that all servers use at this attempt."""
        return min(
            attempt * self.appointments // self.attempts + rng.randrange(AT_ONCE), self.appointments - 1
        )

    def appointment(self, number: int) -> Document:
        """Return an appointment; neighbours are on the same day."""
        day = number * self.days // self.appointments
        start = datetime.fromisoformat(self.first_day) + timedelta(days=day)
        return new_appointment(f"A-{number}", start, CUSTOMER)


@dataclass
class AttemptLog:
    """The requests and answers of one server, over all its processes."""

    path: Path
    asked: dict[str, Document] = field(default_factory=dict)
    answers: dict[str, Document] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, number: int) -> AttemptLog:
        """Read the log. The last line may be incomplete, since its process was killed."""
        log = cls(folder / f"server-{number}.jsonl")
        for entry in entries(log.path):
            getattr(log, entry["kind"])[entry["change_id"]] = entry["document"]
        return log

    def write(self, kind: str, change_id: str, document: Document) -> None:
        """Append an entry and flush it to the disk."""
        getattr(self, kind)[change_id] = document
        line = json.dumps({"kind": kind, "change_id": change_id, "document": document}) + "\n"
        with self.path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())


def entries(path: Path) -> Iterator[Document]:
    """Yield the complete entries of a log."""
    if path.exists():
        for line in path.read_bytes().split(b"\n"):
            try:
                yield json.loads(line)
            except ValueError:
                continue


def run(folder: Path, number: int) -> None:
    """Make this server's attempts, then go on reconciling until standard input ends."""
    race, log = Race.read(folder), AttemptLog.open(folder, number)
    with MobilityHost.of(plugin, strict=True) as host:
        host.keep_reconciling(every=30.0)
        for change_id in [each for each in log.asked if each not in log.answers]:
            ask(host, log.asked[change_id], log)
        while len(log.asked) < race.attempts:
            attempt(host, race, number, log)
        sys.stdin.read()


def attempt(host: MobilityHost, race: Race, number: int, log: AttemptLog) -> None:
    """Make the next attempt: most are bookings, some change, rebook or cancel what was booked."""
    rng = random.Random(f"{race.seed}/{number}/{len(log.asked)}")
    change_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    # also those of other servers, which have refused a booking here
    booked = [each["rental"] for each in log.answers.values() if "rental" in each]
    action = rng.choice(ACTIONS)
    if action == "book" or not booked:
        appointment = race.appointment(race.number_at(len(log.asked), rng))
        saved = host.appointment_saved(appointment)
        for failure in saved.failures:
            problem = failure.problem
            answer = {"status": "refused", "code": problem["code"], "detail": problem.get("detail")}
            log.write("answers", f"save-{change_id}", answer)
        change = new_booking(appointment, rng.choice(race.vehicles), change_id=change_id)
    else:
        rental = rng.choice(booked[-AT_ONCE:] if action == "rebook" else booked)
        change = new_change(action, change_id=change_id, rental_id=rental["id"])
        end = datetime.fromisoformat(rental["end"]) + timedelta(hours=rng.randrange(-4, 30))
        if action == "change_end":
            change["end"] = end.isoformat()
        elif action == "rebook":
            period = {"start": rental["start"], "end": end.isoformat()}
            change |= {"option_id": rng.choice(race.vehicles), "period": period, "customer": CUSTOMER}
    log.write("asked", change_id, change)
    ask(host, change, log)


def ask(host: MobilityHost, change: Document, log: AttemptLog) -> None:
    """Request a change and log the answer."""
    outcome = host.change_rental(change)
    problem = outcome.get("problem", {})
    answer: Document = {
        "status": outcome["status"],
        "code": problem.get("code"),
        "detail": problem.get("detail"),
    }
    if "rental" in outcome:
        answer["rental"] = {"id": outcome["rental"]["id"], **outcome["rental"]["period"]}
    log.write("answers", change["change_id"], answer)


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
