"""The rentals as a list. What is searched for is sent in a form, so that no customer's name stands in an address."""

from typing import Final

from starlette.responses import Response

from carloop_sandbox.pages.rental_rows import CONDITIONS, list_rentals
from carloop_sandbox.pages.showing import midnight, read_typed_day, show
from web_base.pages import Page

PAGE_SIZE: Final = 25


def show_rentals(page: Page) -> Response:
    """Show the rentals that are asked for; a day that is none narrows nothing and is marked."""
    kind = page.form["kind"] or page.query("kind")
    kind = kind if kind in CONDITIONS else "open"
    first, last = read_typed_day(page, "from"), read_typed_day(page, "to")
    start = None if first.day is None else midnight(first.day)
    # both days belong to the period
    end = None if last.day is None else midnight(last.day, days_later=1)
    sought = page.form["q"][:100]
    return show(
        page,
        "rentals.html",
        rentals=list_rentals(page, kind, size=PAGE_SIZE, start=start, end=end, sought=sought),
        kind=kind,
        sought=sought,
        start=first,
        end=last,
        kinds=[(each, page.text(f"rentals.kind.{each}")) for each in CONDITIONS],
    )
