"""Write the contract's documents of rentals and of what became of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from carloop_plugin.contract.boundary import problem_document
from carloop_plugin.domain.changes import Intent, Outcome
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import PROVIDER_ID, Money, Period, format_instant
from carloop_plugin.domain.vehicles import Vehicle

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

KIND: Final = "rental_car"
_CENT = Decimal("0.01")

_ALLOWED_CHANGES = {RentalStatus.RESERVED: ["change_end", "cancel"], RentalStatus.PICKED_UP: ["change_end"]}
"""What may still be asked: of a rental that was handed out its end alone, of a closed one nothing."""


def rental_document(rental: RentalRecord) -> contract.Rental:
    """Return the contract's `rental`."""
    document: dict[str, object] = {
        "provider": PROVIDER_ID,
        "site": rental.site,
        "id": rental.id,
        "appointment_id": rental.appointment_id,
        "kind": KIND,
        "title": title_of(rental.vehicle),
        "status": rental.status.value,
        "period": period_document(rental.period),
        "planned_end": format_instant(rental.planned_end),
        "vehicle": vehicle_document(rental.vehicle),
        "allowed_changes": [*_ALLOWED_CHANGES.get(rental.status, ())],
        "revision": rental.revision,
        "changed_at": format_instant(rental.updated_at),
    }
    if rental.price:
        document["price"] = money_document(rental.price)
    if rental.web_url:
        document["web_url"] = rental.web_url
    return cast("contract.Rental", document)


def outcome_document(
    outcome: Outcome, *, locale: str, change_id: str | None = None
) -> contract.RentalOutcome:
    """Return what became of a change, its problem in the call's language.

    `change_id` is the id as the host wrote it, where it is not our own spelling.
    """
    from carloop_plugin.contract.offers import alternative_documents

    document: dict[str, object] = {
        "change_id": change_id or outcome.change_id,
        "provider": PROVIDER_ID,
        "status": outcome.status.value,
    }
    if outcome.rental is not None:
        document["rental"] = rental_document(outcome.rental)
    if outcome.reason is not None:
        document["problem"] = problem_document(outcome.reason, locale)
    if outcome.alternatives:
        document["alternatives"] = alternative_documents(outcome.alternatives)
    return cast("contract.RentalOutcome", document)


def pending_document(intent: Intent) -> contract.Pending:
    """Return which change is pending, and since when."""
    return {
        "change_id": intent.change_id,
        "action": intent.action.value,
        "since": format_instant(intent.recorded_at),
    }


def reconcile_document(
    settled: Sequence[Outcome],
    changed: Sequence[RentalRecord],
    *,
    pending: int,
    oldest: datetime | None,
    locale: str,
) -> contract.ReconcileReport:
    """Return what a round of reconciling brought, and what is still pending after it."""
    document: dict[str, object] = {
        "provider": PROVIDER_ID,
        "settled": [outcome_document(outcome, locale=locale) for outcome in settled],
        "changed": [rental_document(rental) for rental in changed],
        "pending": pending,
    }
    if oldest:
        document["oldest_pending"] = format_instant(oldest)
    return cast("contract.ReconcileReport", document)


def title_of(vehicle: Vehicle) -> str:
    """Return a vehicle's name as an advisor would say it: `VW Golf, DA-CL 123`."""
    return f"{vehicle.make} {vehicle.model}, {vehicle.licence_plate}"


def period_document(period: Period) -> contract.Period:
    """Return a period in UTC."""
    return {"start": format_instant(period.start), "end": format_instant(period.end)}


def money_document(money: Money) -> contract.Money:
    """Return an amount with two decimals or more, as a string."""
    digits = money.amount.as_tuple().exponent
    is_short = isinstance(digits, int) and digits > -2
    amount = money.amount.quantize(_CENT) if is_short else money.amount
    return {"amount": str(amount), "currency": money.currency, "tax_included": money.tax_included}


def vehicle_document(vehicle: Vehicle) -> contract.Vehicle:
    """Return a vehicle; what Carloop did not say is left out."""
    # unpacked at once: twelve attribute reads are a tenth of a search's mapping
    id_, plate, make, model, class_, features, seats, fuel, transmission, station, _, image_url = vehicle
    document: contract.Vehicle = {
        "id": id_,
        "licence_plate": plate,
        "make": make,
        "model": model,
        "vehicle_class": class_,
        "features": list(features),
    }
    if seats is not None:
        document["seats"] = seats
    if fuel is not None:
        document["fuel"] = fuel
    if transmission is not None:
        document["transmission"] = transmission
    if image_url is not None:
        document["image_url"] = image_url
    if station is not None:
        document["station"] = station
    return document
