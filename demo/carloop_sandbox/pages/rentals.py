"""The rentals as a list. What is searched for is sent in a form, so that no customer's name stands in an address."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from carloop_sandbox.pages.rental_rows import CONDITIONS, RentalFilters, list_rentals
from carloop_sandbox.pages.showing import day_of, midnight, read_part, show, store_of
from web_base.days import Mistyped, read_day
from web_base.pages import Page

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class Typed:
    """A day as it was typed, the instant it means, and whether it is no day."""

    text: str
    instant: int | None = None
    is_wrong: bool = False


def show_rentals(page: Page) -> Response:
    """Show the rentals that are asked for; a day that is none narrows nothing and is marked."""
    store = store_of(page)
    now = store.clock.now()
    kind = page.form["kind"] or page.query("kind")
    start, end = _read_day(page, "from", now), _read_day(page, "to", now, days_later=1)
    filters = RentalFilters(
        kind if kind in CONDITIONS else "open", start.instant, end.instant, page.form["q"][:100]
    )
    rentals = list_rentals(store.database, filters, part=read_part(page, size=PAGE_SIZE), now=now)
    return show(
        page,
        "rentals.html",
        rentals=rentals,
        filters=filters,
        start=start,
        end=end,
        kinds=[(kind, page.text(f"rentals.kind.{kind}")) for kind in CONDITIONS],
    )


def _read_day(page: Page, name: str, now: int, *, days_later: int = 0) -> Typed:
    text = page.form[name] or page.query(name)
    if not text:
        return Typed("")
    try:
        day = read_day(text, today=day_of(now))
    except Mistyped:
        return Typed(text, is_wrong=True)
    return Typed(page.language.day(day), midnight(day, days_later=days_later))
