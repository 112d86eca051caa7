"""A durable booking, its intent on disk before a byte leaves, against the bare POST of the same rental."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from benchmarks import planner as kit
from benchmarks.carloop import free_period, sandbox
from benchmarks.measuring import WARM_UP_ROUNDS, alternate
from benchmarks.peers.bare import Bare, bare
from benchmarks.row import ProgressDisplay, Row, Scale
from mobility_hookspecs import MobilityHost

if TYPE_CHECKING:
    from mobility_schemas.documents import Appointment, RentalChange

CUSTOMER = {
    "source": "dms",
    "number": "4711",
    "first_name": "Erika",
    "last_name": "Mustermann",
    "city": "Köln",
}
VEHICLES = ("V1001", "V1002")


def book(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure `change_rental` through the host kit; the appointments are saved beforehand."""
    rounds = scale.rounds(150)
    progress.preparing(f"{rounds} saved appointments")
    with sandbox() as carloop, kit.planner(carloop) as host, bare(carloop) as peer:
        ours, theirs = alternate(
            _bookings(host, rounds + WARM_UP_ROUNDS),
            _posts(peer),
            rounds=progress.rounds("durable booking against the bare POST", rounds),
        )
    yield Row(
        "book through the host kit: durable intent, 2 commits",
        "the bare POST, kept client: client.post(…).json()",
        1.5, ours, theirs,
    )  # fmt: skip


def _bookings(host: MobilityHost, most: int) -> Callable[[], object]:
    changes = iter([_saved(host, day) for day in range(most)])

    def one() -> object:
        outcome = host.change_rental(cast("RentalChange", next(changes)))
        if outcome["status"] != "done":
            raise RuntimeError(f"not booked: {outcome.get('problem')}")
        return outcome

    return one


def _saved(host: MobilityHost, day: int) -> dict[str, object]:
    period = free_period(hours=9, days_ahead=300 + day)
    appointment = {
        "id": f"A-{day}",
        "revision": 1,
        "status": "scheduled",
        "site": "main",
        "period": period,
        "time_zone": "Europe/Berlin",
        "customer": CUSTOMER,
    }
    saved = host.appointment_saved(cast("Appointment", appointment))
    if saved.failures:
        raise RuntimeError(f"not saved: {saved.failures}")
    return {
        "change_id": str(uuid4()),
        "provider": "carloop",
        "action": "book",
        "appointment_id": appointment["id"],
        "option_id": VEHICLES[0],
        "site": "main",
        "period": period,
        "customer": CUSTOMER,
    }


def _posts(peer: Bare) -> Callable[[], object]:
    days = count(300)

    def one() -> object:
        period = free_period(hours=9, days_ahead=next(days))
        reference = f"bench/main/A/{uuid4()}"
        rental = {"external_reference": reference, "vehicle_id": VEHICLES[1], **period, "customer": CUSTOMER}
        return peer.book(rental)

    return one
