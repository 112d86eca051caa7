"""Write the contract's documents of a search: filters, options, and why there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from carloop_plugin.contract.rentals import KIND, money_document, period_document, title_of, vehicle_document
from carloop_plugin.domain.appointments import zone_of
from carloop_plugin.domain.values import PROVIDER_ID, Money, Period
from carloop_plugin.domain.vehicles import Alternative, Filters, Vehicle
from carloop_plugin.instants import format_instant
from carloop_plugin.messages import text

if TYPE_CHECKING:
    from carloop_plugin.domain.accounts import Station
    from carloop_plugin.usecases.search import Offer
    from mobility_schemas import documents as contract

_DAY = 24 * 3600


def filters_document(filters: Filters, *, station: str | None) -> contract.MobilityFilters:
    """Return the vehicle classes, the features and the stations: of a site that is bound to one, that one alone."""
    return {
        "provider": PROVIDER_ID,
        "vehicle_classes": [{"id": each.id, "name": each.name} for each in filters.vehicle_classes],
        "features": [
            {"id": each.id, "name": each.name, "group": each.group}
            if each.group is not None
            else {"id": each.id, "name": each.name}
            for each in filters.features
        ],
        "stations": [_station(each) for each in filters.stations if station in (None, each.id)],
    }


def _station(station: Station) -> contract.Station:
    document: contract.Station = {"id": station.id, "name": station.name}
    if station.opening_hours:
        document["opening_hours"] = [
            cast("contract.OpeningHours", asdict(each) | {"days": [*each.days]})
            for each in station.opening_hours
        ]
    return document


def offer_document(offer: Offer, *, period: contract.Period, locale: str) -> contract.MobilityOffer:
    """Return a search's answer. `period` is answered as it was asked."""
    found, days = offer.found, days_of(offer.query.period)
    total = found.matching - found.busy
    options = [_option(vehicle, period, days) for vehicle in found.vehicles]
    document: contract.MobilityOffer = {
        "provider": PROVIDER_ID,
        "as_of": format_instant(found.as_of),
        "options": options or alternative_documents(offer.alternatives, period=period),
        "total": total,
        "truncated": total > len(found.vehicles),
    }
    if not options:
        document["explanation"] = _explanation(offer, locale)
    return document


def alternative_documents(
    alternatives: Iterable[Alternative], *, period: contract.Period | None = None
) -> list[contract.MobilityOption]:
    """Return vehicles that are not what was asked for, each with what differs; their periods as asked, or in UTC."""
    return [
        _option(each.vehicle, period or period_document(each.period), days_of(each.period))
        | {"match": "alternative", "differs": [*each.differs]}
        for each in alternatives
    ]


def days_of(period: Period) -> int:
    """Return the days a rental is charged for: each 24 hours begun."""
    return max(1, -(-int((period.end - period.start).total_seconds()) // _DAY))


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
    if (rate := vehicle.daily_rate) is not None:
        option["price"] = _price(rate.amount, rate.currency, rate.tax_included, days).copy()
    return option


@lru_cache(maxsize=1_000)  # a fleet has few prices, and decimals are slow
def _price(daily_rate: Decimal, currency: str, tax_included: bool, days: int) -> contract.Money:
    # normalised, so that rates that are equal give one price, whichever of them came first
    return money_document(Money((daily_rate * days).normalize(), currency, tax_included))


def _explanation(offer: Offer, locale: str) -> contract.OfferExplanation:
    """Return why a search found nothing, in a sentence."""
    found, query = offer.found, offer.query
    until = _local_time(found.next_free, offer.time_zone, locale) if found.next_free else None
    key = "search.none_match" if query.is_narrowed else "search.no_cars"
    if found.matching:
        key = "search.one_busy" if found.matching == 1 else "search.all_busy"
        key += "_until" if until else ""
    message = text(key, locale, {"matching": str(found.matching), "until": until or ""})
    explanation: contract.OfferExplanation
    explanation = {"matching": found.matching, "busy": found.busy, "message": message}
    if found.next_free:
        explanation["next_free"] = format_instant(found.next_free)
    return explanation


def _local_time(instant: datetime, time_zone: str | None, locale: str) -> str | None:
    zone = zone_of(time_zone)
    form = "%d.%m.%Y, %H:%M" if locale.startswith("de") else "%Y-%m-%d, %H:%M"
    return instant.astimezone(zone).strftime(form) if zone else None
