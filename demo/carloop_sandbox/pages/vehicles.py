"""The fleet as a list, and each vehicle with its rentals."""

from typing import Any, Final

from starlette.responses import Response

from carloop_sandbox.pages.rentals import select_rentals
from carloop_sandbox.pages.showing import show, store_of
from carloop_sandbox.pages.vehicle_rows import SELECT, STATES, list_vehicles
from carloop_sandbox.store.database import Database
from carloop_sandbox.store.fleet import CLASSES
from carloop_sandbox.store.functions import named
from web_base.pages import Page, Refused

PAGE_SIZE: Final = 50
LONGEST_PAST: Final = 20


def show_vehicles(page: Page) -> Response:
    """Show the vehicles that are asked for, and where each is now."""
    store = store_of(page)
    filters = {
        "sought": page.query("q"),
        "vehicle_class": page.query("class"),
        "station": page.query("station"),
        "state": page.query("state"),
    }
    return show(
        page,
        "vehicles.html",
        vehicles=list_vehicles(page, size=PAGE_SIZE, **filters),
        filters=filters,
        classes=[(id_, named(id_, page.language.code)) for id_ in CLASSES],
        stations=stations_of(store.database),
        states=[(state, page.text(f"vehicle.state.{state}")) for state in STATES],
    )


def show_vehicle(page: Page) -> Response:
    """Show a vehicle, what lies ahead of it, and the last of what is over."""
    store = store_of(page)
    values: dict[str, Any] = {
        "id": page.path("vehicle_id"),
        "now": store.clock.now(),
        "language": page.language.code,
    }
    found = store.database.all_named(f"{SELECT} WHERE v.id = :id", values)
    if not found:
        raise Refused(404, "not_found")
    ahead = "r.vehicle_id = :id AND r.status IN ('reserved', 'picked_up') ORDER BY r.start_us"
    over = (
        "r.vehicle_id = :id AND r.status IN ('returned', 'cancelled')"
        f" ORDER BY r.start_us DESC LIMIT {LONGEST_PAST}"
    )
    return show(
        page,
        "vehicle.html",
        vehicle=found[0],
        ahead=select_rentals(store.database, ahead, **values),
        over=select_rentals(store.database, over, **values),
    )


def stations_of(database: Database) -> list[tuple[str, str]]:
    """Read id and name of the stations there are, in their order."""
    return [
        (row["id"], row["name"]) for row in database.all("SELECT id, name FROM stations ORDER BY position")
    ]
