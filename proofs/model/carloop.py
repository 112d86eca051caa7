"""Carloop: the rentals it has, whatever a planner believes, and its rental desk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from carloop_sandbox.remote import ControlRefused
from carloop_sandbox.running import Sandbox, run_sandbox
from carloop_sandbox.store import Fleet
from proofs.history import moments_of
from proofs.model.call_faults import NetworkFault
from proofs.model.process import INSTALLATION

VEHICLES = 2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OTHERS = "somebody-else-"
"""The prefix of other installations' keys."""
ACTIVE = ("reserved", "picked_up")


@dataclass(frozen=True, slots=True)
class RentalState:
    """A rental as Carloop has it."""

    id: str
    reference: str
    vehicle: str
    start: datetime
    end: datetime
    status: str
    revision: int

    @property
    def is_active(self) -> bool:
        """Return whether it occupies its vehicle."""
        return self.status in ACTIVE

    @property
    def is_ours(self) -> bool:
        """Return whether one of our planners booked it."""
        return self.reference.startswith(f"{INSTALLATION}/")

    @property
    def appointment_id(self) -> str:
        """Return the appointment it was booked for."""
        return self.reference.split("/")[2]

    @property
    def change_id(self) -> str:
        """Return the change that booked it."""
        return self.reference.split("/")[3]


@dataclass(frozen=True, slots=True)
class CarloopState:
    """All rentals, and the idempotency keys Carloop has stored.

    `executed` are the keys answered with success, with the revision answered; `idle` are those of them that changed
    nothing because the rental was already as requested.
    """

    rentals: tuple[RentalState, ...]
    executed: Mapping[str, int]
    idle: frozenset[str]
    keys: frozenset[str]

    def made_by(self, change_id: str) -> tuple[RentalState, ...]:
        """Return the rentals that a booking made."""
        return tuple(each for each in self.rentals if each.is_ours and each.change_id == change_id)

    def named(self, rental_id: str) -> RentalState | None:
        """Return a rental by its id."""
        return next((each for each in self.rentals if each.id == rental_id), None)


class Carloop:
    """A sandbox whose clock is stopped."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.url, self.token = sandbox.url, sandbox.token
        self._sandbox = sandbox
        self._http = http
        self._others = 0
        self._at_the_desk: set[tuple[str, object]] = set()

    def set_clock(self, now: datetime) -> None:
        """Stop Carloop's clock at an instant."""
        self._sandbox.controls.set_clock(now.isoformat())

    def arm_faults(self, network: NetworkFault) -> None:
        """Arm the faults of a call."""
        # no request is in progress, so no other thread uses the list
        for fault in network.faults():
            self._sandbox.service.faults.arm(fault)

    def clear_faults(self) -> None:
        """Disarm every fault."""
        self._sandbox.service.faults.clear()

    def read_state(self) -> CarloopState:
        """Read the database. The sandbox's worker is idle between the model's calls."""
        database = self._sandbox.store.database
        rentals = tuple(
            RentalState(
                id=row["id"],
                reference=row["external_reference"] or "",
                vehicle=row["vehicle_id"],
                start=_instant(row["start_us"]),
                end=_instant(row["end_us"]),
                status=row["status"],
                revision=row["revision"],
            )
            for row in database.all("SELECT * FROM rentals ORDER BY number")
        )
        remembered = database.all("SELECT key, status, body FROM idempotency ORDER BY rowid")
        executed: dict[str, int] = {}
        idle = set()
        seen = set(self._at_the_desk)
        for row in remembered:
            if row["status"] < 300:
                rental = json.loads(row["body"])
                executed[row["key"]] = rental["revision"]
                version = (rental["id"], rental["revision"])
                if version in seen:
                    idle.add(row["key"])
                seen.add(version)
        return CarloopState(rentals, executed, frozenset(idle), frozenset(row["key"] for row in remembered))

    def moments(self) -> dict[str, list[int]]:
        """Return how many rentals each appointment had from one transaction to the next."""
        return moments_of(self._sandbox.controls.history())

    def vehicles(self) -> list[str]:
        """Return the ids of all vehicles."""
        return [row["id"] for row in self._sandbox.store.database.all("SELECT id FROM vehicles ORDER BY id")]

    def desk(self, rental_id: str, action: str, *, vehicle_id: str | None = None) -> bool:
        """Do something at the desk; return whether that was possible."""
        try:
            rental = self._sandbox.controls.desk(rental_id, action, vehicle_id=vehicle_id)
        except ControlRefused:
            return False
        self._at_the_desk.add((rental_id, rental["revision"]))
        return True

    def book_for_another(self, vehicle: str, start: datetime, end: datetime) -> bool:
        """Book a vehicle as a planner of another installation; return whether the answer was a success.

        Every other one of these rentals is made unreadable: the plugin must skip it in the list of changes.
        """
        self._others += 1
        reference = f"other/main/B-{self._others}/{self._others}"
        body = {
            "external_reference": reference,
            "vehicle_id": vehicle,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "customer": {"source": "manual", "last_name": "Anders"},
        }
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"{OTHERS}{self._others}"}
        try:
            is_booked = self._http.post("/api/planner/v1/rentals", json=body, headers=headers).is_success
        except httpx.HTTPError:
            # during another planner's call its faults apply here too
            return False
        if self._others % 2:
            spoil = "UPDATE rentals SET customer = '[]' WHERE external_reference = ?"
            self._sandbox.store.database.run(spoil, reference)
        return is_booked


@contextmanager
def running_carloop(folder: Path) -> Iterator[Carloop]:
    """Run a Carloop with so few vehicles that planners compete for them."""
    fleet = Fleet(vehicles=VEHICLES, account="autohaus", rentals=False)
    with (
        run_sandbox(data=folder, token="tok_of_the_model", fleet=fleet) as sandbox,
        httpx.Client(base_url=sandbox.url, timeout=10) as http,
    ):
        yield Carloop(sandbox, http)


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
