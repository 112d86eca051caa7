"""One rental, at the address that the interface names as its `web_url`, and what the desk can do with it."""

import json
from typing import Any, Final
from urllib.parse import unquote

from starlette.responses import Response

from carloop_sandbox.interface.problem_documents import CODES
from carloop_sandbox.pages.rentals import select_rentals
from carloop_sandbox.pages.showing import Wall, show, store_of
from carloop_sandbox.pages.vehicle_rows import SELECT
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.desk import ACTIONS, act_at_desk
from carloop_sandbox.rentals.stored_rentals import ADMITTED
from carloop_sandbox.store.database import Row
from carloop_sandbox.units import days_begun, read_time
from web_base.names import addressed
from web_base.pages import Page, Refused

MOST: Final = 60

# What the database's triggers and the desk demand of a vehicle, asked before; they decide all the same.
_FREE: Final = """
WHERE v.id <> :vehicle_id AND (v.due_back_us IS NULL OR v.due_back_us > :now AND :status = 'reserved')
  AND NOT EXISTS (
  SELECT 1 FROM rentals AS r WHERE r.vehicle_id = v.id AND r.status IN ('reserved', 'picked_up')
    AND r.start_us < :end + v.turnaround_us AND r.end_us + v.turnaround_us > :start)
ORDER BY (v.vehicle_class, v.station) <> (SELECT vehicle_class, station FROM vehicles WHERE id = :vehicle_id),
  v.vehicle_class <> (SELECT vehicle_class FROM vehicles WHERE id = :vehicle_id),
  v.station <> (SELECT station FROM vehicles WHERE id = :vehicle_id), c.position, v.licence_plate
LIMIT :most
"""


def show_rental(page: Page) -> Response:
    """Show a rental; after something was done, say so."""
    done = page.query("done")
    return _answer(page, done=done if done in ACTIONS else "")


def act(page: Page) -> Response:
    """Hand out, take back or cancel, provided that the rental is still as it was shown."""
    action = page.form["action"]
    if action not in ACTIONS or action == "swap":  # which has a page of its own
        raise Refused(400, "form")
    return _act(page, action)


def show_choice(page: Page) -> Response:
    """Show the vehicles to choose from."""
    rental = _find(page)
    if rental["status"] not in ADMITTED["swap"]:
        return _answer(page, problem=CallRefused("rental_closed", ""))
    return _choice(page, rental)


def swap(page: Page) -> Response:
    """Swap the rental's vehicle for the one that was chosen."""
    if not page.form["vehicle"]:
        return _choice(page, _find(page), problem=page.text("swap.none_chosen"))
    return _act(page, "swap", vehicle_id=page.form["vehicle"])


def _act(page: Page, action: str, *, vehicle_id: str | None = None) -> Response:
    """Do something with the page's rental, and show it; or show it with the reason why not."""
    rental_id, revision = page.path("rental_id"), page.form["revision"]
    if not revision.isdecimal() or len(revision) > 9:
        raise Refused(400, "form")
    try:
        act_at_desk(store_of(page), rental_id, action, vehicle_id=vehicle_id, revision=int(revision))
    except CallRefused as problem:
        return _answer(page, problem=problem)
    # a redirect, so that a reload does nothing again
    return page.go(f"/rentals/{rental_id}?done={action}")


def _answer(page: Page, *, done: str = "", problem: CallRefused | None = None) -> Response:
    """Show the page's rental as it is now, with what has just happened or why not."""
    rental = _find(page)
    customer = json.loads(rental["customer"])
    return show(
        page,
        "rental.html",
        status=200 if problem is None else CODES[problem.code][0],
        rental=rental,
        customer=customer,
        person=addressed(customer),
        days=days_begun(rental["start"], rental["end"]),
        appointment=_appointment(rental["reference"] or ""),
        offered=[action for action in ACTIONS if rental["status"] in ADMITTED[action]],
        done=done,
        problem="" if problem is None else _sentence(page, problem),
    )


def _find(page: Page) -> Row:
    """Return the rental that the page's address names; refuse an unknown one."""
    store = store_of(page)
    found = select_rentals(store.database, "r.id = :id", now=store.clock.now(), id=page.path("rental_id"))
    if not found:
        raise Refused(404, "not_found")
    return found[0]


def _appointment(reference: str) -> list[str] | None:
    """Return the planner's site and appointment where the reference is `installation/site/appointment/change`."""
    parts = [unquote(part) for part in reference.split("/")]
    return parts[1:3] if len(parts) == 4 else None


def _sentence(page: Page, problem: CallRefused) -> str:
    """Return a sentence that says why the desk does not do it."""
    sentence = page.text(f"desk.refused.{problem.code}")
    conflict: Any = problem.more.get("conflict")
    if conflict is None:
        return sentence
    period = Wall(page.language).period(read_time(conflict["start"]), read_time(conflict["end"]))
    return f"{sentence} {page.text('desk.conflict', period=period)}"


def _choice(page: Page, rental: Row, *, problem: str = "") -> Response:
    """Show the vehicles that could take a rental over, at most MOST of them."""
    store = store_of(page)
    values = {**dict(rental), "now": store.clock.now(), "most": MOST}
    vehicles = store.database.all_named(SELECT + _FREE, values)
    status = 422 if problem else 200
    return show(page, "swap.html", status=status, rental=rental, vehicles=vehicles, problem=problem)
