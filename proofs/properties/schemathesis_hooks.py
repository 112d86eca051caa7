"""Hooks for schemathesis: move generated periods into the future and name vehicles that there are.

Hardly a booking would succeed otherwise. What is malformed stays malformed.
"""

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis

TIME = re.compile(r"[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,79}")
TOMORROW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def drawn(text: str, values: int) -> int:
    """Draw a number below `values`, the same for the same text."""
    return zlib.crc32(text.encode()) % values


def well_formed(value: object, pattern: re.Pattern[str]) -> bool:
    """Return whether a value has the form that the document asks for."""
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def move(document: dict[str, Any]) -> dict[str, Any]:
    """Replace well-formed times and ids by others."""
    if well_formed(document.get("start"), TIME) and well_formed(document.get("end"), TIME):
        start = TOMORROW + timedelta(hours=drawn(document["start"], 400))
        end = start + timedelta(hours=1 + drawn(document["end"], 40))
        document |= {"start": start.isoformat(), "end": end.isoformat()}
    elif well_formed(document.get("end"), TIME):
        document["end"] = (TOMORROW + timedelta(hours=drawn(document["end"], 500))).isoformat()
    if well_formed(document.get("vehicle_id"), ID):
        document["vehicle_id"] = f"V{1001 + drawn(document['vehicle_id'], 12)}"
    return document


@schemathesis.hook
def map_body(context: object, body: Any) -> Any:
    """Move the period of a booking or a change."""
    return move(dict(body)) if isinstance(body, dict) else body


@schemathesis.hook
def map_query(context: object, query: Any) -> Any:
    """Move the period of a search."""
    return move(dict(query)) if query else query
