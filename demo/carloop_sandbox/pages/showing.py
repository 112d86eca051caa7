"""What every page shows: times on the account's wall clock, and the clock itself where it is not the machine's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from starlette.responses import Response

from carloop_sandbox.calls import ACCOUNT_NAME, TIME_ZONE
from carloop_sandbox.service import Service
from carloop_sandbox.store import Store
from carloop_sandbox.times import MICROSECOND, Instant
from web_base.languages import Language
from web_base.pages import Page

ZONE: Final = ZoneInfo(TIME_ZONE)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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


def moment_of(instant: int) -> datetime:
    """Give an instant as a time in UTC."""
    return _EPOCH + instant * MICROSECOND


def day_of(instant: int) -> date:
    """Give the day that the account's calendar shows at an instant."""
    return moment_of(instant).astimezone(ZONE).date()


def midnight(day: date, *, days_later: int = 0) -> Instant:
    """Give the instant at which a day of the account's calendar begins."""
    begins = datetime.combine(day + timedelta(days=days_later), datetime.min.time(), ZONE)
    return Instant((begins - _EPOCH) // MICROSECOND)


def store_of(page: Page) -> Store:
    """Give the store behind a page."""
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
        clock=clock.state,
        **values,
    )
