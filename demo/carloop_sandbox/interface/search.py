"""Search free vehicles: one SQL statement, one index seek a vehicle, whatever the history."""

import json
from pathlib import Path
from typing import Final

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.cursors import Position, open_cursor, seal_cursor
from carloop_sandbox.interface.requests import Query
from carloop_sandbox.rentals.periods import check_period
from carloop_sandbox.store import Store
from carloop_sandbox.units import write_time

_STATEMENT: Final = Path(__file__).with_name("search.sql").read_text("utf-8")

_ORDER: Final = ("station", "vehicle_class", "licence_plate", "id")
"""The columns by which the vehicles are ordered, and a position among them is given."""


def search_vehicles(query: Query, store: Store) -> Answer:
    """Answer with a page of the vehicles that match and are free for the whole period."""
    now, limit = store.clock.now(), query.numbers["limit"]
    start, end = query.times["start"], query.times["end"]
    check_period(start, end, now=now, place="query")
    classes, features = (sorted(query.lists.get(name, ())) for name in ("vehicle_class", "vehicle_feature"))
    station = query.texts.get("station")
    asked = ["vehicles", start, end, classes, features, station]
    after = open_cursor(query.texts.get("cursor"), asked, key=store.cursor_key)
    values = {
        "start": start,
        "end": end,
        "now": now,
        "classes": json.dumps(classes),
        "features": json.dumps(features),
        "station": station,
        "rows": limit + 1,
        **dict(zip((f"p_{name}" for name in _ORDER), after or [""] * len(_ORDER), strict=True)),
    }
    rows = store.database.all_named(_STATEMENT, values)
    totals, found = rows[0], [row for row in rows if row["id"] is not None]
    items, next_free = found[:limit], totals["next_free"]
    position: Position = [items[-1][name] for name in _ORDER] if items else []
    rest = {
        "next_cursor": seal_cursor(position, asked, key=store.cursor_key) if found[limit:] else None,
        "as_of": write_time(now),
        "matching": totals["matching"],
        "busy": totals["busy"],
        "next_free": None if next_free is None else write_time(next_free),
    }
    return Answer(200, _with_items([row["document"] for row in items], rest))


def _with_items(documents: list[str], rest: dict[str, object]) -> bytes:
    """Write the answer around the vehicles' stored documents: a thousand of them are not parsed to be written."""
    return f'{{"items":[{",".join(documents)}],{json.dumps(rest)[1:]}'.encode()
