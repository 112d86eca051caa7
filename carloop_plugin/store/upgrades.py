"""Rows of earlier versions as this one has them.

Until contract 1.0 the records held the contract's documents: a rental's, and in an outcome those of its rental and its
alternatives. Now they hold values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

Row = Mapping[str, Any]
Run = Callable[[str, Sequence[object]], Sequence[Row]]
"""Run a statement with its values, and return its rows."""

_OURS = [
    "account",
    "change_id",
    "linked",
    "differs",
    "cancelled_here",
    "appointment_start",
    "appointment_end",
]


def store_values(run: Run) -> None:
    """Turn documents into values, and customers into JSON."""
    for table, key in (("appointments", "id"), ("intents", "change_id")):
        for row in run(f"SELECT {key} AS id, customers FROM {table} WHERE customers IS NOT NULL", ()):
            names = ("source", "number_digest", "name_digest")
            customers = [dict(zip(names, each.split(":"), strict=True)) for each in row["customers"].split()]
            run(f"UPDATE {table} SET customers = ? WHERE {key} = ?", (_write_json(customers), row["id"]))
    known = {(row["site"], row["id"]): row for row in run("SELECT * FROM rentals", ())}
    for row in run("SELECT * FROM intents WHERE outcome IS NOT NULL", ()):
        outcome = upgrade_outcome(row, known)
        run("UPDATE intents SET outcome = ? WHERE change_id = ?", (outcome, row["change_id"]))
    for row in known.values():
        details = _write_json(_details(msgspec.json.decode(row["details"]), row["end"]))
        sql = "UPDATE rentals SET details = ? WHERE account = ? AND id = ?"
        run(sql, (details, row["account"], row["id"]))


def upgrade_outcome(intent: Row, known: Mapping[tuple[str, str], Row] | None = None) -> str:
    """Return an intent's outcome with values instead of documents; one that has values already as it is.

    :param known: the rows of the rentals, by site and id. The intent stands in for one that is not there.
    """
    outcome = msgspec.json.decode(intent["outcome"])
    rental, reason = outcome["rental"], outcome["reason"]
    if isinstance(reason, list):
        code, text, params, pointer = reason
        text = text.replace("change.astray_", "change.mismatched_") if text else text
        outcome["reason"] = {"code": code, "text": text, "params": params, "pointer": pointer}
    if rental and "provider" in rental:
        row = (known or {}).get((rental["site"], rental["id"]), {})
        outcome["rental"] = _rental(rental, {name: row.get(name, intent.get(name)) for name in _OURS})
    outcome["alternatives"] = [
        _alternative(each) if "match" in each else each for each in outcome["alternatives"]
    ]
    return _write_json(outcome)


def _rental(document: Mapping[str, Any], row: Row) -> dict[str, object]:
    visit = row["appointment_start"], row["appointment_end"]
    return _details(document, document["period"]["end"]) | {
        "id": document["id"],
        "period": document["period"],
        "status": document["status"],
        "revision": document["revision"],
        "updated_at": document["changed_at"],
        "site": document["site"],
        "account": row["account"] or "",
        "appointment_id": document["appointment_id"],
        "change_id": row["change_id"],
        "appointment_period": {"start": visit[0], "end": visit[1]} if visit[0] else None,
        "linked": row["linked"] != 0,
        "differs": bool(row["differs"]),
        "cancelled_here": bool(row["cancelled_here"]),
    }


def _details(document: Mapping[str, Any], end: str) -> dict[str, object]:
    return {
        "vehicle": _vehicle(document.get("vehicle", {}), None),
        "planned_end": document.get("planned_end", end),
        "price": document.get("price"),
        "web_url": document.get("web_url"),
    }


def _alternative(document: Mapping[str, Any]) -> dict[str, object]:
    rate, period = document.get("price"), document["period"]
    if rate:
        start, end = (datetime.fromisoformat(period[name]) for name in ("start", "end"))
        days = max(1, -((start - end) // timedelta(days=1)))
        rate = rate | {"amount": str(Decimal(rate["amount"]) / days)}
    vehicle = _vehicle(document.get("vehicle", {}), rate)
    return {"vehicle": vehicle, "period": period, "differs": document.get("differs", [])}


def _vehicle(document: Mapping[str, Any], rate: object) -> list[object]:
    always = [document.get(name, "") for name in ("id", "licence_plate", "make", "model", "vehicle_class")]
    perhaps = [document.get(name) for name in ("seats", "fuel", "transmission", "station")]
    return [*always, document.get("features", []), *perhaps, rate, document.get("image_url")]


def _write_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
