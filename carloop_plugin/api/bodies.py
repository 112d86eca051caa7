"""What we send to Carloop: the bodies of writes, and where each request goes.

The same intent gives the same bytes: bodies are written once, stored, and sent again as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote, urlencode

from carloop_plugin.domain.changes import Action, Intent
from carloop_plugin.domain.customers import Customer
from carloop_plugin.domain.values import Period, RentalId, VehicleId, format_instant

# `RentalCreate` is closed: what it does not name would be refused
_CUSTOMER_FIELDS = (
    "source",
    "kind",
    "number",
    "salutation",
    "first_name",
    "last_name",
    "company",
    "street",
    "postal_code",
    "city",
    "country",
    "phone",
    "mobile",
    "email",
)
_LONGEST_REASON = 500


def booking_body(
    *, external_reference: str, vehicle_id: VehicleId, period: Period, customer: Customer
) -> bytes:
    """Return a `RentalCreate`."""
    fields = {**customer.details, "source": customer.source}
    return _json(
        {
            "external_reference": external_reference,
            "vehicle_id": vehicle_id,
            "start": format_instant(period.start),
            "end": format_instant(period.end),
            "customer": {name: fields[name] for name in _CUSTOMER_FIELDS if fields.get(name)},
        }
    )


def end_body(end: datetime) -> bytes:
    """Write a `RentalEndChange`."""
    return _json({"end": format_instant(end)})


def cancellation_body(reason: str | None) -> bytes:
    """Write a `Cancellation`; Carloop takes 500 characters of its reason."""
    return _json({"reason": reason[:_LONGEST_REASON]} if reason else {})


def path_of(*segments: str) -> str:
    """Write a path below the interface's address.

    Raise `ValueError` for a segment that would name another place, or none.
    """
    if any(segment in ("", ".", "..") for segment in segments):
        raise ValueError("no segment of a path")
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def query_of(pairs: Iterable[tuple[str, str | None]]) -> str:
    """Write a query; what is None is left out."""
    return urlencode([(name, value) for name, value in pairs if value is not None])


def target_of(intent: Intent) -> tuple[str, str]:
    """Return the method and path of a write. Raise `ValueError` where its rental can have no address."""
    match intent.action:
        case Action.BOOK:
            return "POST", path_of("rentals")
        case Action.CHANGE_END:
            return "PATCH", path_of("rentals", intent.rental_id or RentalId(""))
        case Action.CANCEL:
            return "POST", path_of("rentals", intent.rental_id or RentalId(""), "cancellation")


def write_headers(intent: Intent) -> tuple[tuple[str, str], ...]:
    """Return the headers that make a write safe to repeat, and refused where the rental has changed meanwhile."""
    headers = [("Content-Type", "application/json"), ("Idempotency-Key", intent.change_id)]
    if intent.revision is not None:
        headers.append(("If-Match", f'"{intent.revision}"'))
    return tuple(headers)


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
