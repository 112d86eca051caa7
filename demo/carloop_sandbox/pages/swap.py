"""Give a rental another vehicle: those that are free for its whole period, the most alike first."""

from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from carloop_sandbox.database import Database
from carloop_sandbox.pages.rental import OFFERED, answer_with_rental, do_at_desk, the_rental
from carloop_sandbox.pages.rental_rows import Rental
from carloop_sandbox.pages.showing import show, store_of
from carloop_sandbox.pages.vehicle_rows import SELECT, Vehicle, read_vehicle
from carloop_sandbox.problems import Refused as Problem
from web_base.pages import Page, Program, page_route

MOST: Final = 60

# What the database's triggers and the desk demand of a vehicle, asked before; they decide all the same.
_FREE: Final = """
WHERE v.id <> :vehicle AND (v.due_back_us IS NULL OR v.due_back_us > :now AND :status = 'reserved')
  AND NOT EXISTS (
  SELECT 1 FROM rentals AS r WHERE r.vehicle_id = v.id AND r.status IN ('reserved', 'picked_up')
    AND r.start_us < :end + v.turnaround_us AND r.end_us + v.turnaround_us > :start)
ORDER BY (v.vehicle_class, v.station) <> (SELECT vehicle_class, station FROM vehicles WHERE id = :vehicle),
  v.vehicle_class <> (SELECT vehicle_class FROM vehicles WHERE id = :vehicle),
  v.station <> (SELECT station FROM vehicles WHERE id = :vehicle), c.position, v.licence_plate
LIMIT :most
"""


def routes(program: Program) -> list[BaseRoute]:
    """Give the routes of the choice."""
    return [
        page_route("/rentals/{rental_id}/swap", show_choice, program),
        page_route("/rentals/{rental_id}/swap", swap, program, methods=["POST"]),
    ]


def show_choice(page: Page) -> Response:
    """Show the vehicles to choose from."""
    rental = the_rental(page)
    if "swap" not in OFFERED.get(rental.status, ()):
        return answer_with_rental(page, problem=Problem("rental_closed", ""))
    return _choice(page, rental)


def swap(page: Page) -> Response:
    """Give the rental the vehicle that was chosen."""
    if not page.form["vehicle"]:
        return _choice(page, the_rental(page), problem=page.text("swap.none_chosen"))
    return do_at_desk(page, "swap", vehicle_id=page.form["vehicle"])


def _choice(page: Page, rental: Rental, *, problem: str = "") -> Response:
    store = store_of(page)
    vehicles = free_vehicles(store.database, rental, now=store.clock.now())
    status = 422 if problem else 200
    return show(page, "swap.html", status=status, rental=rental, vehicles=vehicles, problem=problem)


def free_vehicles(database: Database, rental: Rental, *, now: int) -> list[Vehicle]:
    """Give vehicles that could take a rental over, at most MOST of them."""
    values = {
        "vehicle": rental.vehicle_id,
        "start": rental.start,
        "end": rental.end,
        "now": now,
        "status": rental.status,
        "most": MOST,
    }
    return [read_vehicle(row) for row in database.all_named(SELECT + _FREE, values)]
