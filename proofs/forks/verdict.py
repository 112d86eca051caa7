"""Compare what the processes were told with what they asked, and with what Carloop has."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.forks.advisor import CALLS, THREADS, VISITS, Plan

Document = dict[str, Any]


_LATE = (
    "reconcile_rentals of provider carloop did not answer within",
    "closing returned connection: ",
    "discarding closed connection: ",
)
"""What is logged of a background round that is cut off at its 10 s, on a machine with much else to do."""


@dataclass
class Verdict:
    """What was not as it should be, each with a sentence; and how often what was."""

    lost: list[str] = field(default_factory=list)
    swapped: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    children: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.lost or self.swapped or self.raised)


def judge(folder: Path, plan: Plan, rentals: list[Document]) -> Verdict:
    """Read every diary. A call that is in none was never answered."""
    verdict = Verdict()
    active = active_rentals(rentals)
    for number in range(plan.rounds):
        children = random.Random(f"{plan.seed}/{number}").randint(2, 8)
        verdict.children += children
        for process in range(children + 1):
            for thread in range(THREADS):
                name = f"round-{number}-{process}-{thread}"
                check(name, _entries(folder / f"{name}.jsonl"), active, verdict)
    for log in sorted(folder.glob("*.log")):
        words = [line for line in log.read_text(errors="replace").splitlines() if not line.startswith(_LATE)]
        if words:
            verdict.raised.append(f"{log.name}: " + "\n".join(words))
    return verdict


def active_rentals(rentals: list[Document]) -> Counter[str]:
    """Count the rentals of each appointment that are not cancelled."""
    return Counter(
        each["external_reference"].split("/")[2] for each in rentals if each["status"] != "cancelled"
    )


def _entries(path: Path) -> list[Document]:
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def check(name: str, entries: list[Document], active: Counter[str], verdict: Verdict) -> None:
    """Compare what one thread was told with what it asked, and with what Carloop has."""
    missing = VISITS * CALLS - len(entries)
    verdict.lost += [f"{name}: {missing} calls were not answered"] * missing
    expected: dict[str, int] = {}
    for entry in entries:
        if entry["verdict"] == "right":
            verdict.calls[entry["call"]] += 1
            if entry["rental"]:
                expected[entry["id"]] = entry["rental"]["status"] != "cancelled"
        else:
            getattr(verdict, entry["verdict"]).append(f"{name}: {entry['call']} {entry['detail']}")
    for appointment_id, count in expected.items():
        if active[appointment_id] != count:
            verdict.lost.append(f"{name}: {appointment_id} has {active[appointment_id]} rentals, not {count}")
