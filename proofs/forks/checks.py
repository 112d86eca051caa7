"""Compare the answers with the calls, and with what Carloop has."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.forks.advisor import APPOINTMENTS, CALLS, THREADS, Plan

Document = dict[str, Any]


_LATE = (
    "reconcile_rentals of provider carloop did not answer within",
    "closing returned connection: ",
    "discarding closed connection: ",
)
"""Log lines of a background round that is cut off after 10 s on a busy machine."""


@dataclass
class Results:
    """What is wrong, a sentence each, and how many right answers each call had."""

    lost: list[str] = field(default_factory=list)
    swapped: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    children: int = 0

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is wrong."""
        return not (self.lost or self.swapped or self.raised)


def check_all(folder: Path, plan: Plan, rentals: list[Document]) -> Results:
    """Check the entries of every thread. A call without an entry was never answered."""
    results = Results()
    active = active_rentals(rentals)
    for number in range(plan.rounds):
        children = random.Random(f"{plan.seed}/{number}").randint(2, 8)
        results.children += children
        for process in range(children + 1):
            for thread in range(THREADS):
                name = f"round-{number}-{process}-{thread}"
                check(name, _entries(folder / f"{name}.jsonl"), active, results)
    for log in sorted(folder.glob("*.log")):
        lines = [line for line in log.read_text(errors="replace").splitlines() if not line.startswith(_LATE)]
        if lines:
            results.raised.append(f"{log.name}: " + "\n".join(lines))
    return results


def active_rentals(rentals: list[Document]) -> Counter[str]:
    """Count the rentals of each appointment that are not cancelled."""
    return Counter(
        each["external_reference"].split("/")[2] for each in rentals if each["status"] != "cancelled"
    )


def _entries(path: Path) -> list[Document]:
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def check(name: str, entries: list[Document], active: Counter[str], results: Results) -> None:
    """Compare the answers of one thread with its calls, and with what Carloop has."""
    missing = APPOINTMENTS * CALLS - len(entries)
    results.lost += [f"{name}: {missing} calls were not answered"] * missing
    expected: dict[str, int] = {}
    for entry in entries:
        if entry["result"] == "right":
            results.calls[entry["call"]] += 1
            if entry["rental"]:
                expected[entry["id"]] = entry["rental"]["status"] != "cancelled"
        else:
            getattr(results, entry["result"]).append(f"{name}: {entry['call']} {entry['detail']}")
    for appointment_id, count in expected.items():
        if active[appointment_id] != count:
            results.lost.append(f"{name}: {appointment_id} has {active[appointment_id]} rentals, not {count}")
