"""Search free vehicles: one SQL statement, one index seek a vehicle, whatever the history."""

import json
from pathlib import Path
from typing import Final

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.cursors import Position, open_cursor, seal_cursor
from carloop_sandbox.interface.requests import Call
from carloop_sandbox.rentals.periods import check_period
from carloop_sandbox.store import Store
from carloop_sandbox.units import write_time

_STATEMENT: Final = Path(__file__).with_name("vehicle_search.sql").read_text("utf-8")

_FILTERS: Final = ("start", "end", "vehicle_class", "vehicle_feature", "station")

_ORDER: Final = ("station", "vehicle_class", "licence_plate", "id")
"""The columns by which the vehicles are ordered, and a position among them is given."""


def search_vehicles(call: Call, store: Store) -> Answer:
    """Answer with a page of the vehicles that match and are free for the whole period."""
    now, query = store.clock.now(), call.query
    check_period(query["start"], query["end"], now=now, place="query")
    asked = ["vehicles", *(query[name] for name in _FILTERS)]
    after = open_cursor(query["cursor"], asked, key=store.cursor_key)
    values = {
        **{name: query[name] for name in _FILTERS},
        "vehicle_class": json.dumps(query["vehicle_class"]),
        "vehicle_feature": json.dumps(query["vehicle_feature"]),
        "now": now,
        # one more than asked for, to see whether there is a next page
        "rows": query["limit"] + 1,
        **dict(zip((f"p_{name}" for name in _ORDER), after or [""] * len(_ORDER), strict=True)),
    }
    rows = store.database.all_named(_STATEMENT, values)
    # the totals are there even where no vehicle is
    found = [row for row in rows if row["id"] is not None]
    items, totals = found[: query["limit"]], rows[0]
    position: Position = [items[-1][name] for name in _ORDER] if items else []
    goes_on = len(found) > len(items)
    rest = {
        "next_cursor": seal_cursor(position, asked, key=store.cursor_key) if goes_on else None,
        "as_of": write_time(now),
        "matching": totals["matching"],
        "busy": totals["busy"],
        "next_free": None if totals["next_free"] is None else write_time(totals["next_free"]),
    }
    # written around the vehicles' stored documents: a thousand of them are not parsed to be written
    vehicles = ",".join(row["document"] for row in items)
    return Answer(200, f'{{"items":[{vehicles}],{json.dumps(rest)[1:]}'.encode())
