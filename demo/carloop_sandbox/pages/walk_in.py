"""A rental made at the desk, for somebody who stands there: customer, period, and the vehicle handed out at once."""

import json
from typing import Final

from starlette.responses import Response

from carloop_sandbox.interface.problem_documents import CODES
from carloop_sandbox.pages.showing import TypedMoment, read_typed_moment, show, store_of
from carloop_sandbox.pages.vehicle_rows import find_vehicle
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.desk import rent_out
from carloop_sandbox.rentals.quoting import free_until
from carloop_sandbox.rentals.stored_rentals import NewRental
from carloop_sandbox.units import DAY, MINUTE
from web_base.pages import Page

NAMES: Final = ("company", "first_name", "last_name", "phone")


def show_form(page: Page) -> Response:
    """Show the form, from the next quarter of an hour on for a day."""
    quarter = 15 * MINUTE
    start = (store_of(page).clock.now() // quarter + 1) * quarter
    return _form(page, TypedMoment.of(start, page.language), TypedMoment.of(start + DAY, page.language))


def act(page: Page) -> Response:
    """Book, and hand the vehicle out where that is ticked; or show the form again, with the reason why not."""
    start, end = read_typed_moment(page, "start"), read_typed_moment(page, "end")
    given = {name: page.form[name][:200] for name in NAMES if page.form[name]}
    if start.instant is None or end.instant is None:
        return _form(page, start, end, status=422, problem=page.text("walk_in.no_moment"))
    if not {"company", "last_name"} & given.keys():
        return _form(page, start, end, status=422, problem=page.text("walk_in.no_name"))
    customer = {"source": "manual", "kind": "company" if "company" in given else "person", **given}
    written = json.dumps(customer, ensure_ascii=False)
    note = page.form["note"][:2000] or None
    rental = NewRental(page.path("vehicle_id"), start.instant, end.instant, written, note=note)
    try:
        rental_id = rent_out(store_of(page), rental, at_once=page.form["hand_out"] == "yes")
    except CallRefused as problem:
        sentence = page.text(f"desk.refused.{problem.code}")
        return _form(page, start, end, status=CODES[problem.code][0], problem=sentence)
    return page.go(f"/rentals/{rental_id}?done=made")


def _form(
    page: Page, start: TypedMoment, end: TypedMoment, *, status: int = 200, problem: str = ""
) -> Response:
    vehicle, store = find_vehicle(page), store_of(page)
    ahead = free_until(store, vehicle["id"], start.instant or store.clock.now())
    values = {"vehicle": vehicle, "start": start, "end": end, "free_until": ahead, "problem": problem}
    at_once = page.form["hand_out"] == "yes" if problem else True
    return show(page, "walk_in.html", status=status, names=NAMES, at_once=at_once, **values)
