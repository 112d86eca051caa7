"""Carloop itself: what it really holds, whatever a planner believes, and what happens at its desk."""

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
from proofs.model.call_faults import NetworkFault
from proofs.model.process import INSTALLATION

VEHICLES = 2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OTHERS = "somebody-else-"
"""How the keys of planners that are none of ours begin."""
ACTIVE = ("reserved", "picked_up")


@dataclass(frozen=True, slots=True)
class RentalState:
    """A rental as Carloop holds it."""

    id: str
    reference: str
    vehicle: str
    start: datetime
    end: datetime
    status: str
    revision: int

    @property
    def is_active(self) -> bool:
        """Tell whether it holds its vehicle."""
        return self.status in ACTIVE

    @property
    def is_ours(self) -> bool:
        """Tell whether one of our planners made it."""
        return self.reference.startswith(f"{INSTALLATION}/")

    @property
    def appointment_id(self) -> str:
        """The appointment it was made for."""
        return self.reference.split("/")[2]

    @property
    def change_id(self) -> str:
        """The change it was made by."""
        return self.reference.split("/")[3]


@dataclass(frozen=True, slots=True)
class CarloopState:
    """All rentals, and the keys Carloop remembers.

    `executed` are those it answered with success, with the revision it showed; `idle` are those of them that changed
    nothing, because the rental was as they wanted it already: one that is cancelled is cancelled again.
    """

    rentals: tuple[RentalState, ...]
    executed: Mapping[str, int]
    idle: frozenset[str]
    keys: frozenset[str]

    def made_by(self, change_id: str) -> tuple[RentalState, ...]:
        """Return the rentals a booking brought."""
        return tuple(each for each in self.rentals if each.is_ours and each.change_id == change_id)

    def named(self, rental_id: str) -> RentalState | None:
        """Return a rental by its id."""
        return next((each for each in self.rentals if each.id == rental_id), None)


class Carloop:
    """A sandbox of the model's own, its clock held."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.url, self.token = sandbox.url, sandbox.token
        self._sandbox = sandbox
        self._http = http
        self._others = 0
        self._at_the_desk: set[tuple[str, object]] = set()

    def set_clock(self, now: datetime) -> None:
        """Hold Carloop's clock at an instant."""
        self._sandbox.controls.set_clock(now.isoformat())

    def arm_faults(self, network: NetworkFault) -> None:
        """Arm what the weather brings."""
        # no request is under way, so the list is nobody else's just now
        for fault in network.faults():
            self._sandbox.service.faults.arm(fault)

    def clear_faults(self) -> None:
        """Take back what is still armed."""
        self._sandbox.service.faults.clear()

    def read_state(self) -> CarloopState:
        """Read what there is. The sandbox's worker is idle between the model's calls."""
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

    def vehicles(self) -> list[str]:
        """Name the cars there are."""
        return [row["id"] for row in self._sandbox.store.database.all("SELECT id FROM vehicles ORDER BY id")]

    def desk(self, rental_id: str, action: str, *, vehicle_id: str | None = None) -> bool:
        """Do something at the desk; tell whether it could be done."""
        try:
            rental = self._sandbox.controls.desk(rental_id, action, vehicle_id=vehicle_id)
        except ControlRefused:
            return False
        self._at_the_desk.add((rental_id, rental["revision"]))
        return True

    def book_for_another(self, vehicle: str, start: datetime, end: datetime) -> bool:
        """Let a planner that is none of ours book a car; tell whether it was told that it got it.

        Every other one of these rentals cannot be read: it is in the news for all, and may cost itself alone.
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
            # in the middle of another's call, its weather is ours
            return False
        if self._others % 2:
            spoil = "UPDATE rentals SET customer = '[]' WHERE external_reference = ?"
            self._sandbox.store.database.run(spoil, reference)
        return is_booked


@contextmanager
def running_carloop(folder: Path) -> Iterator[Carloop]:
    """Run a Carloop with a fleet so small that planners are in each other's way."""
    fleet = Fleet(vehicles=VEHICLES, account="autohaus", rentals=False)
    with (
        run_sandbox(data=folder, token="tok_of_the_model", fleet=fleet) as sandbox,
        httpx.Client(base_url=sandbox.url, timeout=10) as http,
    ):
        yield Carloop(sandbox, http)


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
