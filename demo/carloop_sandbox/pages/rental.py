"""One rental, at the address that the interface names as its `web_url`, and the desk: what can be done with it."""

from typing import Final, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from carloop_sandbox.desk import act_at_desk
from carloop_sandbox.pages.rental_rows import Rental, find_rental
from carloop_sandbox.pages.showing import Wall, show, store_of
from carloop_sandbox.problems import CODES
from carloop_sandbox.problems import Refused as Problem
from carloop_sandbox.times import read_time
from web_base.pages import (
    Page,
    Program,
    Refused,
    page_route,
)

OFFERED: Final = {
    "reserved": ("hand_out", "swap", "cancel"),
    "picked_up": ("take_back", "swap"),
}
"""What the desk can do with a rental of a status; with those that are over, nothing."""

DONE: Final = ("hand_out", "take_back", "swap", "cancel")


def routes(program: Program) -> list[BaseRoute]:
    """Give the routes of a rental."""
    return [
        page_route("/rentals/{rental_id}", show_rental, program),
        page_route("/rentals/{rental_id}", act, program, methods=["POST"]),
    ]


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
        act_at_desk(
            store_of(page), rental_id, action, vehicle_id=vehicle_id, revision=int(revision), origin=""
        )
    except Problem as problem:
        if problem.code == "not_found":
            raise Refused(404, "not_found") from None
        return answer_with_rental(page, problem=problem)
    return page.go(f"/rentals/{rental_id}?done={action}")


def answer_with_rental(page: Page, *, done: str = "", problem: Problem | None = None) -> Response:
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
    """Give the rental that the page's address names; refuse one that there is not."""
    store = store_of(page)
    rental = find_rental(store.database, page.path("rental_id"), now=store.clock.now())
    if rental is None:
        raise Refused(404, "not_found")
    return rental


def sentence_of(page: Page, problem: Problem) -> str:
    """Say for a person why the desk does not do it."""
    sentence = page.text(f"desk.refused.{problem.code}")
    conflict = cast("dict[str, str] | None", problem.more.get("conflict"))
    if conflict is None:
        return sentence
    period = Wall(page.language).period(read_time(conflict["start"]), read_time(conflict["end"]))
    return f"{sentence} {page.text('desk.conflict', period=period)}"
