"""What a provider proposes, as the change that is sent when somebody accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from planner_host.appointments.appointment import Appointment

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


def change_of(
    proposal: contract.Proposal, appointment: Appointment, *, change_id: str
) -> contract.RentalChange:
    """Return the change exactly as it is proposed; the contract leaves its id and the customer to the host."""
    change: dict[str, object] = {**proposal["change"], "change_id": change_id}
    if proposal["change"]["action"] in ("book", "rebook"):
        change["customer"] = appointment.visit.customer
    return cast("contract.RentalChange", change)
