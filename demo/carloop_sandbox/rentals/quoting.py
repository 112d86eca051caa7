"""What a rental would cost, and until when it could go: read without a transaction, so that no booking waits."""

from dataclasses import dataclass
from typing import Final

from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.periods import check_end, check_period
from carloop_sandbox.rentals.stored_rentals import check_status, find_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row
from carloop_sandbox.units import days_begun

# What the triggers demand of a vehicle, seen from a start: how far an end could go. `:but` is never in the way.
_AHEAD: Final = """
SELECT v.daily_rate_cents, (
    SELECT max(:start, min(r.start_us) - v.turnaround_us) FROM rentals AS r
    WHERE r.vehicle_id = v.id AND r.status IN ('reserved', 'picked_up') AND r.id <> :but
      AND r.end_us + v.turnaround_us > :start) AS free_until,
  EXISTS (
    SELECT 1 FROM rentals AS r
    WHERE r.vehicle_id = v.id AND r.status = 'picked_up' AND r.id <> :but AND r.end_us <= :now) AS is_overdue
FROM vehicles AS v WHERE v.id = :vehicle
"""


@dataclass(frozen=True, slots=True)
class Quote:
    """What would be possible now: `free_until` is the latest end, the start itself where nothing is free, or None."""

    available: bool
    cents: int
    free_until: int | None


def quote_vehicle(store: Store, vehicle_id: str, start: int, end: int, *, replaces: str | None) -> Quote:
    """Quote a rental of a vehicle, which would replace a reserved one where that is named."""
    check_period(start, end, now=store.clock.now(), place="query")
    if replaces is not None:
        check_status(find_rental(store.database, replaces), "cancel")
    row = _ahead(store, vehicle_id, start, but=replaces)
    # a vehicle that is out past its end is held until it is taken back
    free_until = start if row["is_overdue"] else row["free_until"]
    return _quote(start, end, free_until, row["daily_rate_cents"])


def quote_end(store: Store, rental_id: str, end: int) -> Quote:
    """Quote another end of a reserved or running rental, at the rate that was agreed."""
    rental = find_rental(store.database, rental_id)
    check_status(rental, "change_end")
    start = rental["start_us"]
    check_end(start, end, now=store.clock.now(), place="query")
    row = _ahead(store, rental["vehicle_id"], start, but=rental_id)
    return _quote(start, end, row["free_until"], rental["daily_rate_cents"])


def _ahead(store: Store, vehicle_id: str, start: int, *, but: str | None) -> Row:
    values = {"vehicle": vehicle_id, "start": start, "but": but or "", "now": store.clock.now()}
    rows = store.database.all_named(_AHEAD, values)
    if not rows:
        raise CallRefused("not_found", "There is no vehicle of this id.")
    return rows[0]


def _quote(start: int, end: int, free_until: int | None, daily_rate_cents: int) -> Quote:
    is_free = free_until is None or end <= free_until
    return Quote(is_free, daily_rate_cents * days_begun(start, end), free_until)
