"""Vehicles as the pages show them: with the names of class, station and features, and where they are now."""

from typing import Final

from carloop_sandbox.pages.showing import ListPage, read_list
from web_base.pages import Page

STATES: Final = ("free", "reserved", "out", "overdue")
"""Free, reserved for now but not handed out, out with a customer, out past its end."""

STATE: Final = """CASE WHEN v.due_back_us <= :now THEN 'overdue' WHEN v.due_back_us IS NOT NULL THEN 'out'
  WHEN EXISTS (SELECT 1 FROM rentals AS r WHERE r.vehicle_id = v.id AND r.status = 'reserved'
    AND r.start_us <= :now AND r.end_us > :now) THEN 'reserved'
  ELSE 'free' END"""

NAME: Final = "json_extract(v.document, '$.make') || ' ' || json_extract(v.document, '$.model')"

SELECT: Final = f"""SELECT v.id, v.licence_plate AS plate, {NAME} AS name,
  named(c.id, :language) AS class_name, s.name AS station_name,
  (SELECT group_concat(name, ', ') FROM (
    SELECT named(f.id, :language) AS name
    FROM features_of_vehicles AS h JOIN vehicle_features AS f ON f.id = h.feature_id
    WHERE h.vehicle_id = v.id ORDER BY f.position)) AS features,
  json_extract(v.document, '$.seats') AS seats, json_extract(v.document, '$.fuel') AS fuel,
  json_extract(v.document, '$.transmission') AS transmission, v.daily_rate_cents AS cents, {STATE} AS state
FROM vehicles AS v JOIN vehicle_classes AS c ON c.id = v.vehicle_class JOIN stations AS s ON s.id = v.station"""  # noqa: S608
"""Rows of vehicles: the rate in cents, `state` one of STATES. A condition may follow; `:now` is the clock's time and
`:language` the code of the page's language."""


_FILTERS: Final = f"""(:sought = '' OR finds(:sought, v.licence_plate || ' ' || {NAME}))
  AND (:vehicle_class = '' OR v.vehicle_class = :vehicle_class) AND (:station = '' OR v.station = :station)
  AND (:state = '' OR {STATE} = :state)"""
"""What a vehicle must be; what is empty admits every vehicle."""


def list_vehicles(
    page: Page, *, size: int, station: str, sought: str = "", vehicle_class: str = "", state: str = ""
) -> ListPage:
    """Read a page of the vehicles, ordered by station, class and plate."""
    filters = {"sought": sought, "vehicle_class": vehicle_class, "station": station, "state": state}
    sql = f"{SELECT} WHERE {_FILTERS} ORDER BY s.position, c.position, v.licence_plate, v.id"
    return read_list(page, sql, size=size, **filters)
