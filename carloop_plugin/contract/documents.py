"""From the model to the contract's documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from carloop_plugin.contract.problems import problem_document
from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.changes import Intent, Outcome
from carloop_plugin.domain.rentals import Reference, Rental, RentalRecord, RentalStatus
from carloop_plugin.domain.values import (
    PROVIDER_ID,
    Document,
    Money,
    Period,
    format_instant,
)
from carloop_plugin.domain.vehicles import (
    Filters,
    FreeVehicles,
    NamedId,
    Vehicle,
    VehicleQuery,
)
from carloop_plugin.messages import text

if TYPE_CHECKING:
    from carloop_plugin.usecases.erase import Erased
    from carloop_plugin.usecases.reconcile import Reconciled
    from mobility_schemas import documents as contract

KIND: Final = "rental_car"
DAY = 24 * 3600
CENT = Decimal("0.01")


def rental_record(
    rental: Rental, *, reference: Reference, account: Account, appointment_period: Period | None
) -> RentalRecord:
    """Turn a rental of ours, as Carloop holds it, into what we keep of it."""
    return RentalRecord(
        site=reference.site,
        id=rental.id,
        account=account.id,
        appointment_id=reference.appointment_id,
        change_id=reference.change_id,
        status=rental.status,
        period=rental.period,
        revision=rental.revision,
        updated_at=rental.updated_at,
        document=rental_document(rental, reference),
        appointment_period=appointment_period,
    )


def rental_document(rental: Rental, reference: Reference) -> Document:
    """Write the contract's `rental`."""
    document: dict[str, object] = {
        "provider": PROVIDER_ID,
        "site": reference.site,
        "id": rental.id,
        "appointment_id": reference.appointment_id,
        "kind": KIND,
        "title": title_of(rental.vehicle),
        "status": rental.status.value,
        "period": period_document(rental.period),
        "planned_end": format_instant(rental.planned_end),
        "vehicle": vehicle_document(rental.vehicle),
        "allowed_changes": list(allowed_changes(rental.status)),
        "revision": rental.revision,
        "changed_at": format_instant(rental.updated_at),
    }
    if rental.price:
        document["price"] = money_document(rental.price)
    if rental.web_url:
        document["web_url"] = rental.web_url
    return document


def allowed_changes(status: RentalStatus) -> tuple[str, ...]:
    """Say what may still be asked: a picked-up rental can only have its end changed, a closed one nothing."""
    if status is RentalStatus.RESERVED:
        return ("change_end", "cancel")
    return ("change_end",) if status is RentalStatus.PICKED_UP else ()


def title_of(vehicle: Vehicle) -> str:
    """Name a car as an advisor would: `VW Golf, DA-CL 123`."""
    return f"{vehicle.make} {vehicle.model}, {vehicle.licence_plate}"


def period_document(period: Period) -> contract.Period:
    """Write a period in UTC."""
    return {"start": format_instant(period.start), "end": format_instant(period.end)}


def money_document(money: Money) -> contract.Money:
    """Write an amount with two decimals or more, as a string."""
    digits = money.amount.as_tuple().exponent
    is_short = isinstance(digits, int) and digits > -2
    amount = money.amount.quantize(CENT) if is_short else money.amount
    return {"amount": str(amount), "currency": money.currency, "tax_included": money.tax_included}


def vehicle_document(vehicle: Vehicle) -> contract.Vehicle:
    """Write a car; what Carloop did not say is left out."""
    # taken apart at once: twelve looks by name are a tenth of a search's mapping
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


def option_documents(
    vehicles: Iterable[Vehicle], *, period: contract.Period, days: int
) -> list[contract.MobilityOption]:
    """Write the cars of an exact match, all for one period; `period` is answered as it was asked."""
    return [_option(vehicle, period, days) for vehicle in vehicles]


def _option(vehicle: Vehicle, period: contract.Period, days: int) -> contract.MobilityOption:
    option: contract.MobilityOption = {
        "provider": PROVIDER_ID,
        "id": vehicle.id,
        "kind": KIND,
        "title": title_of(vehicle),
        "period": period,
        "vehicle": vehicle_document(vehicle),
        "match": "exact",
    }
    rate = vehicle.daily_rate
    if rate is not None:
        option["price"] = _price(rate.amount, rate.currency, rate.tax_included, days).copy()
    return option


def alternative_documents(
    vehicles: Iterable[Vehicle], *, query: VehicleQuery, period: contract.Period, days: int
) -> list[contract.MobilityOption]:
    """Write cars that are not what was asked for, each with what differs."""
    return [
        _option(vehicle, period, days) | {"match": "alternative", "differs": differs(vehicle, query)}
        for vehicle in vehicles
    ]


def differs(vehicle: Vehicle, query: VehicleQuery) -> list[str]:
    """Name what of a search a car does not fulfil."""
    other_class = bool(query.vehicle_classes) and vehicle.vehicle_class not in query.vehicle_classes
    lacking = not set(query.features) <= set(vehicle.features)
    named = [name for name, is_so in (("vehicle_class", other_class), ("features", lacking)) if is_so]
    return named or ["vehicle"]


def days_of(period: Period) -> int:
    """Count the days a rental is charged for: each 24 hours begun."""
    return max(1, -(-int((period.end - period.start).total_seconds()) // DAY))


@lru_cache(maxsize=1_000)  # a fleet has few prices, and decimals are slow
def _price(daily_rate: Decimal, currency: str, tax_included: bool, days: int) -> contract.Money:
    # normalised, so that rates that are equal give one price, whichever of them came first
    return money_document(Money((daily_rate * days).normalize(), currency, tax_included))


def filters_document(filters: Filters) -> contract.MobilityFilters:
    """Write the vehicle classes and features."""
    return {
        "provider": PROVIDER_ID,
        "vehicle_classes": [{"id": each.id, "name": each.name} for each in filters.vehicle_classes],
        "features": [_feature(each) for each in filters.features],
    }


def _feature(named: NamedId) -> contract.VehicleFeature:
    feature: contract.VehicleFeature = {"id": named.id, "name": named.name}
    if named.group is not None:
        feature["group"] = named.group
    return feature


def offer_document(
    found: FreeVehicles,
    options: list[contract.MobilityOption],
    *,
    explanation: contract.OfferExplanation | None,
) -> contract.MobilityOffer:
    """Write a search's answer; `options` are the exact ones first."""
    total = found.matching - found.busy
    offer: contract.MobilityOffer = {
        "provider": PROVIDER_ID,
        "as_of": format_instant(found.as_of),
        "options": options,
        "total": total,
        "truncated": total > len(found.vehicles),
    }
    if explanation:
        offer["explanation"] = explanation
    return offer


def outcome_document(
    outcome: Outcome, *, change_id: str | None = None, locale: str
) -> contract.RentalOutcome:
    """Write what became of a change, its problem in the call's language.

    `change_id` is the id as the host wrote it, where it is not our own spelling.
    """
    document: dict[str, object] = {
        "change_id": change_id or outcome.change_id,
        "provider": PROVIDER_ID,
        "status": outcome.status.value,
    }
    if outcome.rental is not None:
        document["rental"] = outcome.rental
    if outcome.reason is not None:
        document["problem"] = problem_document(outcome.reason, locale)
    if outcome.alternatives:
        document["alternatives"] = list(outcome.alternatives)
    return cast("contract.RentalOutcome", document)


def pending_document(intent: Intent) -> contract.Pending:
    """Write which change is pending, and since when."""
    return {
        "change_id": intent.change_id,
        "action": intent.action.value,
        "since": format_instant(intent.recorded_at),
    }


def notice(code: str, severity: str, locale: str, **params: str) -> contract.Notice:
    """Write a notice; its text is the catalogue's `notice.CODE`."""
    return cast(
        "contract.Notice",
        {"code": code, "severity": severity, "message": text(f"notice.{code}", locale, params)},
    )


def reconcile_document(
    report: Reconciled, *, pending: int, oldest: datetime | None, locale: str
) -> contract.ReconcileReport:
    """Write what a round of reconciling brought, and what is still pending after it."""
    document: dict[str, object] = {
        "provider": PROVIDER_ID,
        "settled": [outcome_document(outcome, locale=locale) for outcome in report.settled],
        "changed": [rental.document for rental in report.changed],
        "pending": pending,
    }
    if oldest:
        document["oldest_pending"] = format_instant(oldest)
    return cast("contract.ReconcileReport", document)


def erasure_document(erased: Erased, *, locale: str) -> contract.ErasureReport:
    """Write what was forgotten, and what is kept until when."""
    remarks = ["erase.carloop_keeps_its_own"]
    if not erased.is_finished:
        remarks.append("erase.files_in_use")
    if erased.is_on_server:
        remarks.append("erase.server_keeps_its_own")
    return {
        "provider": PROVIDER_ID,
        "erased": erased.count,
        "kept": [
            {
                "appointment_id": kept.appointment_id,
                "reason": text(f"erase.change_{'set_aside' if kept.is_set_aside else 'pending'}", locale),
                "until": format_instant(kept.until),
            }
            for kept in erased.kept
        ],
        "remarks": [text(remark, locale) for remark in remarks],
    }
