"""One rental, at the address that the interface names as its `web_url`, and what the desk can do with it."""

from typing import Final, cast

from starlette.responses import Response

from carloop_sandbox.interface.problems import CODES
from carloop_sandbox.pages.rental_rows import Rental, find_rental
from carloop_sandbox.pages.showing import Wall, show, store_of
from carloop_sandbox.pages.vehicle_rows import SELECT, Vehicle, read_vehicle
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.desk import act_at_desk
from carloop_sandbox.store.database import Database
from carloop_sandbox.units import read_time
from web_base.pages import Page, Refused

OFFERED: Final = {
    "reserved": ("hand_out", "swap", "cancel"),
    "picked_up": ("take_back", "swap"),
}
"""What the desk can do with a rental of a status; with those that are over, nothing."""

DONE: Final = ("hand_out", "take_back", "swap", "cancel")


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


def show_rental(page: Page) -> Response:
    """Show a rental; after something was done, say so."""
    done = page.query("done")
    return answer_with_rental(page, done=done if done in DONE else "")


def act(page: Page) -> Response:
    """Hand out, take back or cancel, provided that the rental is still as it was shown."""
    action = page.form["action"]
    if action not in ("hand_out", "take_back", "cancel"):
        raise Refused(400, "form")
    return do_at_desk(page, action)


def do_at_desk(page: Page, action: str, *, vehicle_id: str | None = None) -> Response:
    """Do something with the page's rental, and show it; or show it with the reason why not."""
    rental_id, revision = page.path("rental_id"), page.form["revision"]
    if not revision.isdecimal() or len(revision) > 9:
        raise Refused(400, "form")
    try:
        act_at_desk(store_of(page), rental_id, action, vehicle_id=vehicle_id, revision=int(revision))
    except CallRefused as problem:
        if problem.code == "not_found":
            raise Refused(404, "not_found") from None
        return answer_with_rental(page, problem=problem)
    return page.go(f"/rentals/{rental_id}?done={action}")


def answer_with_rental(page: Page, *, done: str = "", problem: CallRefused | None = None) -> Response:
    """Show the page's rental as it is now, with what has just happened or why not."""
    rental = the_rental(page)
    return show(
        page,
        "rental.html",
        status=200 if problem is None else CODES[problem.code][0],
        rental=rental,
        offered=OFFERED.get(rental.status, ()),
        done=done,
        problem="" if problem is None else sentence_of(page, problem),
    )


def the_rental(page: Page) -> Rental:
    """Return the rental that the page's address names; refuse an unknown one."""
    store = store_of(page)
    rental = find_rental(store.database, page.path("rental_id"), now=store.clock.now())
    if rental is None:
        raise Refused(404, "not_found")
    return rental


def sentence_of(page: Page, problem: CallRefused) -> str:
    """Return a sentence that tells a person why the desk does not do it."""
    sentence = page.text(f"desk.refused.{problem.code}")
    conflict = cast("dict[str, str] | None", problem.more.get("conflict"))
    if conflict is None:
        return sentence
    period = Wall(page.language).period(read_time(conflict["start"]), read_time(conflict["end"]))
    return f"{sentence} {page.text('desk.conflict', period=period)}"


def show_choice(page: Page) -> Response:
    """Show the vehicles to choose from."""
    rental = the_rental(page)
    if "swap" not in OFFERED.get(rental.status, ()):
        return answer_with_rental(page, problem=CallRefused("rental_closed", ""))
    return _choice(page, rental)


def swap(page: Page) -> Response:
    """Swap the rental's vehicle for the one that was chosen."""
    if not page.form["vehicle"]:
        return _choice(page, the_rental(page), problem=page.text("swap.none_chosen"))
    return do_at_desk(page, "swap", vehicle_id=page.form["vehicle"])


def _choice(page: Page, rental: Rental, *, problem: str = "") -> Response:
    store = store_of(page)
    vehicles = _free_vehicles(store.database, rental, now=store.clock.now())
    status = 422 if problem else 200
    return show(page, "swap.html", status=status, rental=rental, vehicles=vehicles, problem=problem)


def _free_vehicles(database: Database, rental: Rental, *, now: int) -> list[Vehicle]:
    """Read the vehicles that could take a rental over, at most MOST of them."""
    values = {
        "vehicle": rental.vehicle_id,
        "start": rental.start,
        "end": rental.end,
        "now": now,
        "status": rental.status,
        "most": MOST,
    }
    return [read_vehicle(row) for row in database.all_named(SELECT + _FREE, values)]
