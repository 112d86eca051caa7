"""Give a sandbox a long past, to see that a search does not get slower for it."""

from typing import Final

from carloop_sandbox.rentals import FIRST_NUMBER
from carloop_sandbox.store import Store
from carloop_sandbox.times import DAY, HOUR

# one statement: a million rentals through Python would take a minute
_STATEMENT: Final = """
WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :rentals),
fleet AS MATERIALIZED (SELECT count(*) AS size FROM vehicles),
next AS (SELECT coalesce(max(number) + 1, :first) AS number, coalesce(max(updated_us) + 1, 1) AS stamp FROM rentals)
INSERT INTO rentals (number, id, vehicle_id, start_us, end_us, planned_end_us, status, customer, daily_rate_cents,
  revision, created_us, updated_us, decided_us)
SELECT next.number + n, 'R' || (next.number + n), v.id, :now - (n / size + 2) * :day,
  :now - (n / size + 2) * :day + :length, :now - (n / size + 2) * :day + :length, 'returned',
  '{"source":"manual","last_name":"Niemand"}', 4990, 3, :now - (n / size + 2) * :day, next.stamp + n, :now
FROM counted, next, fleet CROSS JOIN vehicles AS v ON v.rowid = n % size + 1
"""


def add_history(store: Store, rentals: int) -> None:
    """Add so many returned rentals of a few hours, one a day and vehicle, backwards from the day before yesterday."""
    now = store.clock.now()
    values = {"rentals": rentals, "first": FIRST_NUMBER, "now": now, "day": DAY, "length": 8 * HOUR}
    with store.database.writing():
        store.database.all_named(_STATEMENT, values)
