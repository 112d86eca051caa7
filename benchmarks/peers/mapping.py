"""From Carloop's page to the contract's offer, the shortest way: no model between."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_FIELDS = (
    *("id", "licence_plate", "make", "model", "vehicle_class", "features"),
    *("seats", "fuel", "transmission", "station"),
)
_CENT = Decimal("0.01")


def offer_of(page: Mapping[str, Any], *, period: Mapping[str, str], days: int) -> dict[str, Any]:
    """Write the offer for a page of free vehicles, each priced for some days."""
    return {
        "provider": "carloop",
        "as_of": page["as_of"],
        "options": [option_of(vehicle, period=period, days=days) for vehicle in page["items"]],
        "total": page["matching"] - page["busy"],
        "truncated": page["matching"] - page["busy"] > len(page["items"]),
    }


def option_of(vehicle: Mapping[str, Any], *, period: Mapping[str, str], days: int) -> dict[str, Any]:
    """Write one vehicle as an option."""
    rate = vehicle["daily_rate"]
    return {
        "provider": "carloop",
        "id": vehicle["id"],
        "kind": "rental_car",
        "title": f"{vehicle['make']} {vehicle['model']}, {vehicle['licence_plate']}",
        "period": dict(period),
        "vehicle": {name: vehicle[name] for name in _FIELDS},
        "match": "exact",
        "price": rate | {"amount": str((Decimal(rate["amount"]) * days).quantize(_CENT))},
    }
