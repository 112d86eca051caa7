"""Search free vehicles: one SQL statement, one index seek a vehicle, whatever the history."""

import json
from dataclasses import dataclass
from typing import Final, cast

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.cursors import Position, open_cursor, seal_cursor
from carloop_sandbox.interface.requests import Query
from carloop_sandbox.rentals.periods import check_period
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row
from carloop_sandbox.units import write_time

_CLASSES: Final = " AND v.vehicle_class IN (SELECT value FROM json_each(:classes))"
_FEATURES: Final = (
    " AND (SELECT count(*) FROM features_of_vehicles AS f WHERE f.vehicle_id = v.id"
    " AND f.feature_id IN (SELECT value FROM json_each(:features))) = json_array_length(:features)"
)
_STATION: Final = " AND v.station = :station"

# `last_end` is the one seek: active rentals of a vehicle never overlap, so of those that start before the period
# ends the last one also ends last. A vehicle that is out past its end is held until it is taken back.
# `next_free` looks at busy vehicles alone: the first gap, from the rental in the way on, that is long enough.
_STATEMENT: Final = """
WITH matching AS MATERIALIZED (
  SELECT v.rowid AS vehicle, v.id, v.station, v.vehicle_class, v.licence_plate, v.turnaround_us AS pause,
    v.due_back_us,
    (SELECT r.end_us FROM rentals AS r
     WHERE r.vehicle_id = v.id AND r.status IN ('reserved', 'picked_up') AND r.start_us < :end + v.turnaround_us
     ORDER BY r.start_us DESC LIMIT 1) AS last_end
  FROM vehicles AS v WHERE TRUE {filters}
), judged AS MATERIALIZED (
  SELECT *, coalesce(due_back_us <= :now, FALSE) AS overdue,
    coalesce(due_back_us <= :now, FALSE) OR coalesce(last_end + pause > :start, FALSE) AS busy
  FROM matching
), totals AS (
  SELECT count(*) AS matching, coalesce(sum(busy), 0) AS busy, (
    SELECT min((
      SELECT r.end_us + b.pause FROM rentals AS r
      WHERE r.vehicle_id = b.id AND r.status IN ('reserved', 'picked_up')
        AND r.start_us >= (
          SELECT l.start_us FROM rentals AS l
          WHERE l.vehicle_id = b.id AND l.status IN ('reserved', 'picked_up') AND l.start_us < :end + b.pause
          ORDER BY l.start_us DESC LIMIT 1)
        AND NOT EXISTS (
          SELECT 1 FROM rentals AS n
          WHERE n.vehicle_id = b.id AND n.status IN ('reserved', 'picked_up')
            AND n.start_us > r.start_us AND n.start_us < r.end_us + b.pause + :end - :start + b.pause)
      ORDER BY r.start_us LIMIT 1
    )) FROM judged AS b WHERE b.busy AND NOT b.overdue
  ) AS next_free FROM judged
), page AS (
  SELECT vehicle, id, station, vehicle_class, licence_plate FROM judged
  WHERE NOT busy AND (station, vehicle_class, licence_plate, id) > (:p_station, :p_class, :p_plate, :p_id)
  ORDER BY station, vehicle_class, licence_plate, id LIMIT :rows
)
SELECT t.matching, t.busy, t.next_free, p.id, p.station, p.vehicle_class, p.licence_plate, v.document
FROM totals AS t LEFT JOIN page AS p ON TRUE LEFT JOIN vehicles AS v ON v.rowid = p.vehicle
ORDER BY p.station, p.vehicle_class, p.licence_plate, p.id
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a vehicle must be and have; ids nobody knows match nothing."""

    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    station: str | None = None

    def sql(self) -> str:
        """Return the conditions that apply."""
        return (
            (_CLASSES if self.classes else "")
            + (_FEATURES if self.features else "")
            + (_STATION if self.station is not None else "")
        )

    def values(self) -> dict[str, object]:
        """Return what the conditions compare with."""
        return {
            "classes": json.dumps(self.classes),
            "features": json.dumps(self.features),
            "station": self.station,
        }


def search_vehicles(query: Query, store: Store) -> Answer:
    """Answer with a page of the vehicles that match and are free for the whole period."""
    now, limit = store.clock.now(), query.numbers["limit"]
    start, end = query.times["start"], query.times["end"]
    check_period(start, end, now=now, place="query")
    filters = Filters(
        query.lists.get("vehicle_class", ()),
        query.lists.get("vehicle_feature", ()),
        query.texts.get("station"),
    )
    asked = ["vehicles", start, end, sorted(filters.classes), sorted(filters.features), filters.station]
    after = open_cursor(query.texts.get("cursor"), asked, key=store.cursor_key)
    values = {
        "start": start,
        "end": end,
        "now": now,
        "rows": limit + 1,
        **filters.values(),
        **_position(after),
    }
    rows = store.database.all_named(_STATEMENT.format(filters=filters.sql()), values)
    found, totals = [row for row in rows if row["id"] is not None], rows[0]
    items = found[:limit]
    rest = {
        "next_cursor": seal_cursor(_place(items[-1]), asked, key=store.cursor_key) if found[limit:] else None,
        "as_of": write_time(now),
        "matching": totals["matching"],
        "busy": totals["busy"],
        "next_free": None if totals["next_free"] is None else write_time(totals["next_free"]),
    }
    return Answer(200, _with_items([cast("str", row["document"]) for row in items], rest))


def _place(row: Row) -> Position:
    """Return a vehicle's place in the order of the list."""
    return [row[name] for name in ("station", "vehicle_class", "licence_plate", "id")]


def _position(after: Position | None) -> dict[str, object]:
    """Return the place after which a page begins; before everything when there is none."""
    return dict(zip(("p_station", "p_class", "p_plate", "p_id"), after or [""] * 4, strict=True))


def _with_items(documents: list[str], rest: dict[str, object]) -> bytes:
    """Write the answer round the vehicles' stored documents: a thousand of them are not parsed to be written."""
    return f'{{"items":[{",".join(documents)}],{json.dumps(rest)[1:]}'.encode()
