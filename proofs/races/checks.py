"""Compare what Carloop has after a race with the servers' answers and the records."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from proofs.history import Made, moments_of, more_than_one, torn

Document = dict[str, Any]

LOCKED = frozenset({"busy", "storage_failed"})
ACTIVE = frozenset({"reserved", "picked_up"})


@dataclass
class Results:
    """What is wrong, a sentence each."""

    overlaps: list[str] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.texts

    @property
    def texts(self) -> list[str]:
        """Return every sentence."""
        return [text for texts in asdict(self).values() for text in texts]

    def line(self) -> str:
        """Return the figures."""
        counts = {name: len(texts) for name, texts in asdict(self).items()}
        names = {"moments": "moments with two or none"}
        return ", ".join(f"{count} {names.get(name, name)}" for name, count in counts.items())


def overlaps(rentals: list[Document]) -> list[str]:
    """Return each pair of active rentals of one vehicle at one time."""
    held: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for rental in rentals:
        if rental["status"] in ACTIVE:
            start, end = (datetime.fromisoformat(rental[edge]) for edge in ("start", "end"))
            held.setdefault(rental["vehicle"]["id"], []).append((start, end, rental["id"]))
    return [
        f"{vehicle}: {first[2]} and {second[2]}"
        for vehicle, spans in held.items()
        for first, second in pairwise(sorted(spans))
        if second[0] < first[1]
    ]


def moments(asked: Document, rentals: list[Document], history: list[Document]) -> list[str]:
    """Return each appointment that had two rentals at a moment, or none while it was rebooked."""
    after = moments_of(history)
    made = [
        Made(appointment, asked[change]["action"] == "rebook", rental["status"] in ACTIVE)
        for rental in rentals
        for appointment, change in [reference_of(rental)]
    ]
    return [*more_than_one(after), *torn(after, made)]


def lost(
    asked: Document, answers: Document, rentals: list[Document], states: dict[str, Document]
) -> list[str]:
    """Return each change whose outcome is not what Carloop has, and each rental the records do not link.

    :param asked: the changes, by their ids. :param answers: the last answer to each.
    :param states: each appointment's state in the records.
    """
    made = Counter(reference_of(rental)[1] for rental in rentals)
    by_id = {rental["id"]: rental for rental in rentals}
    found = []
    for change_id, change in asked.items():
        outcome = answers[change_id]
        there = made[change_id]
        if change["action"] in ("book", "rebook") and there != (outcome["status"] == "done"):
            found.append(f"{change_id}: {outcome['status']} {outcome['code']}, at Carloop {there}")
        if change["action"] in ("cancel", "rebook") and outcome["status"] == "done":
            status = by_id[change["rental_id"]]["status"]
            found += [f"{change_id}: {change['action']} done, at Carloop {status}"] * (status != "cancelled")
    active = [(reference_of(rental)[0], rental["id"]) for rental in rentals if rental["status"] in ACTIVE]
    found += [f"{each}: two rentals" for each, count in Counter(a for a, _ in active).items() if count > 1]
    linked = {(each, state.get("rental", {}).get("id")) for each, state in states.items()}
    return found + [
        f"{each}: {rental} is not linked" for each, rental in active if (each, rental) not in linked
    ]


def reference_of(rental: Document) -> tuple[str, str]:
    """Return the appointment and the change a rental of ours was made for."""
    _, _, appointment, change = map(unquote, rental["external_reference"].split("/"))
    return appointment, change
