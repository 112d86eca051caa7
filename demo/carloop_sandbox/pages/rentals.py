"""The rentals as a list. What is searched for is sent in a form, so that no customer's name stands in an address."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import Response

from carloop_sandbox.pages.rental_rows import CONDITIONS, list_rentals
from carloop_sandbox.pages.showing import day_of, midnight, show, store_of
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
    today = day_of(store_of(page).clock.now())
    kind = page.form["kind"] or page.query("kind")
    kind = kind if kind in CONDITIONS else "open"
    start, end = _read_day(page, "from", today), _read_day(page, "to", today, days_later=1)
    sought = page.form["q"][:100]
    return show(
        page,
        "rentals.html",
        rentals=list_rentals(page, kind, size=PAGE_SIZE, start=start.instant, end=end.instant, sought=sought),
        kind=kind,
        sought=sought,
        start=start,
        end=end,
        kinds=[(each, page.text(f"rentals.kind.{each}")) for each in CONDITIONS],
    )


def _read_day(page: Page, name: str, today: date, *, days_later: int = 0) -> Typed:
    text = page.form[name] or page.query(name)
    try:
        day = read_day(text, today=today)
    except Mistyped:
        return Typed(text, is_wrong=text != "")
    return Typed(page.language.day(day), midnight(day, days_later=days_later))
