"""Write the contract's documents of rentals and of what became of changes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from carloop_plugin.contract.boundary import problem_document
from carloop_plugin.domain.changes import Outcome, Reconciled
from carloop_plugin.domain.figures import Backlog
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import PROVIDER_ID, Money, Period
from carloop_plugin.domain.vehicles import Vehicle
from carloop_plugin.instants import format_instant

if TYPE_CHECKING:
    from carloop_plugin.usecases.quote import Quoted
    from mobility_schemas import documents as contract

KIND: Final = "rental_car"
_CENTS = Decimal("0.00")

_ALLOWED_CHANGES = {
    RentalStatus.RESERVED: ["change_end", "cancel", "rebook"],
    RentalStatus.PICKED_UP: ["change_end"],
}
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
        "price": money_document(rental.price) if rental.price else None,
        "web_url": rental.web_url,
    }
    return cast("contract.Rental", {name: value for name, value in document.items() if value is not None})


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
        "rental": rental_document(outcome.rental) if outcome.rental else None,
        "problem": problem_document(outcome.reason, locale) if outcome.reason else None,
        "alternatives": outcome.alternatives and alternative_documents(outcome.alternatives),
    }
    return cast("contract.RentalOutcome", {name: value for name, value in document.items() if value})


def quote_document(quoted: Quoted, *, change_id: str, locale: str) -> contract.RentalQuote:
    """Return what a change would cost; what is not known is left out."""
    until, price, difference = quoted.free_until, quoted.price, quoted.difference
    document: dict[str, object] = {
        "change_id": change_id,
        "provider": PROVIDER_ID,
        "possible": quoted.reason is None,
        "problem": quoted.reason and problem_document(quoted.reason, locale),
        "price": price and money_document(price),
        "difference": difference and money_document(difference),
        "free_until": until and format_instant(until),
    }
    return cast(
        "contract.RentalQuote", {name: value for name, value in document.items() if value is not None}
    )


def reconcile_document(report: Reconciled, backlog: Backlog, *, locale: str) -> contract.ReconcileReport:
    """Return what a round of reconciling brought, and what is pending after it."""
    document: contract.ReconcileReport = {
        "provider": PROVIDER_ID,
        "settled": [outcome_document(outcome, locale=locale) for outcome in report.settled],
        "changed": [rental_document(rental) for rental in report.changed],
        "pending": backlog.pending,
    }
    if backlog.oldest_pending:
        document["oldest_pending"] = format_instant(backlog.oldest_pending)
    return document


def title_of(vehicle: Vehicle) -> str:
    """Return a vehicle's name as an advisor would say it."""
    return f"{vehicle.make} {vehicle.model}, {vehicle.licence_plate}"


def period_document(period: Period) -> contract.Period:
    """Return a period in UTC."""
    return {"start": format_instant(period.start), "end": format_instant(period.end)}


def money_document(money: Money) -> contract.Money:
    """Return an amount with two decimals or more, as a string."""
    # the sum has the decimals of the one that has more
    amount = str(money.amount + _CENTS)
    return {"amount": amount, "currency": money.currency, "tax_included": money.tax_included}


def vehicle_document(vehicle: Vehicle) -> contract.Vehicle:
    """Return a vehicle; what Carloop did not say is left out."""
    # unpacked at once: thirteen attribute reads are a tenth of a search's mapping
    id_, plate, make, model, class_, features, seats, fuel, transmission, station, _, image_url, name = (
        vehicle
    )
    document: dict[str, object] = {
        "id": id_,
        "licence_plate": plate,
        "make": make,
        "model": model,
        "vehicle_class": class_,
        "features": list(features),
        "seats": seats,
        "fuel": fuel,
        "transmission": transmission,
        "image_url": image_url,
        "station": station,
        "station_name": name,
    }
    if None in document.values():
        for name in ("seats", "fuel", "transmission", "image_url", "station", "station_name"):
            if document[name] is None:
                del document[name]
    return cast("contract.Vehicle", document)
