"""The documents of the contract that planners in several proofs send."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

Document = dict[str, Any]


def new_appointment(
    appointment_id: str, start: datetime, customer: Mapping[str, object], *, hours: float = 9
) -> Document:
    """Return the first revision of an appointment."""
    return {
        "id": appointment_id,
        "revision": 1,
        "status": "scheduled",
        "site": "main",
        "period": {"start": start.isoformat(), "end": (start + timedelta(hours=hours)).isoformat()},
        "time_zone": "Europe/Berlin",
        "customer": dict(customer),
    }


def new_change(action: str, **fields: object) -> Document:
    """Return a change with an id of its own."""
    return {"change_id": str(uuid.uuid4()), "provider": "carloop", "action": action, "site": "main", **fields}


def new_booking(appointment: Document, vehicle: str, **fields: object) -> Document:
    """Return the change that books a vehicle for the whole of an appointment."""
    kept = {name: appointment[name] for name in ("period", "customer")}
    return new_change("book", appointment_id=appointment["id"], option_id=vehicle, **kept | fields)


def new_search(period: Document, **fields: object) -> Document:
    """Return a search without filters."""
    filters: Document = {"vehicle_classes": [], "features": []}
    return {"site": "main", "period": period, "filters": filters, **fields}
