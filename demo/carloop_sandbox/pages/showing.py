"""What the pages have in common: times on the account's wall clock, the clock's state, long lists page by page.

How many pages a list has is not counted, which a long history would make slow.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from starlette.responses import Response

from carloop_sandbox.interface.calls import ACCOUNT_NAME, TIME_ZONE
from carloop_sandbox.service import Service
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row
from carloop_sandbox.units import Instant, instant_of, moment_of
from web_base.days import Mistyped, read_day
from web_base.languages import Language
from web_base.pages import Page

ZONE: Final = ZoneInfo(TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Wall:
    """Writes instants as the account's wall clock shows them, and money, in one language."""

    language: Language

    def moment(self, instant: int) -> str:
        """Write a day and a time: `02.03.2026, 08:30`."""
        return self.language.moment(moment_of(instant), ZONE)

    def time(self, instant: int) -> str:
        """Write a time of day."""
        return self.language.time(moment_of(instant), ZONE)

    def day(self, instant: int) -> str:
        """Write the name of a day and the day: `Montag, 2. März`."""
        day = day_of(instant)
        return f"{self.language.weekday(day)}, {self.language.day_and_month(day)}"

    def period(self, start: int, end: int) -> str:
        """Write a period; its end without the day where that is the same."""
        last = self.time(end) if day_of(start) == day_of(end) else self.moment(end)
        return f"{self.moment(start)} – {last}"

    def money(self, cents: int) -> str:
        """Write an amount of euros."""
        return self.language.money(f"{cents / 100:.2f}", "EUR")


def day_of(instant: int) -> date:
    """Return the day that the account's calendar shows at an instant."""
    return moment_of(instant).astimezone(ZONE).date()


def midnight(day: date, *, days_later: int = 0) -> Instant:
    """Return the instant at which a day of the account's calendar begins."""
    return instant_of(datetime.combine(day + timedelta(days=days_later), datetime.min.time(), ZONE))


@dataclass(frozen=True, slots=True)
class TypedDay:
    """A day as it was typed; `day` is None where nothing was, or where it is no day, which is wrong."""

    text: str
    day: date | None = None

    @property
    def is_wrong(self) -> bool:
        """Return whether what was typed is no day."""
        return self.day is None and self.text != ""


def read_typed_day(page: Page, name: str) -> TypedDay:
    """Read a day from form or address."""
    text = page.form[name] or page.query(name)
    try:
        day = read_day(text, today=day_of(store_of(page).clock.now()))
    except Mistyped:
        return TypedDay(text)
    return TypedDay(page.language.day(day), day)


def store_of(page: Page) -> Store:
    """Return the store behind a page."""
    return cast("Service", page.program.state).store


def show(page: Page, template: str, *, status: int = 200, **values: object) -> Response:
    """Answer with one of the sandbox's templates."""
    clock = store_of(page).clock
    return page.render(
        template,
        status=status,
        images=(),
        wall=Wall(page.language),
        account=ACCOUNT_NAME,
        now=clock.now(),
        clock=clock,
        **values,
    )


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list; `number` counts from 1."""

    items: list[Row]
    number: int
    has_more: bool


def read_list(page: Page, sql: str, *, size: int, **values: object) -> ListPage:
    """Read the part of a list that form or address ask for by its number; whatever is none is the first."""
    asked = page.form["page"] or page.query("page")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 and int(asked) else 1
    # one row more than is shown, to see whether there is a next page
    limits = {"rows": size + 1, "skipped": (number - 1) * size}
    shown = {"now": store_of(page).clock.now(), "language": page.language.code}
    rows = store_of(page).database.all_named(
        f"{sql} LIMIT :rows OFFSET :skipped", {**values, **limits, **shown}
    )
    return ListPage(rows[:size], number, len(rows) > size)
