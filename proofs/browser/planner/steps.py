"""What the proofs do at the planner's pages, and the daily tests do not."""

from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from tests.support.browser.advisor import Advisor
from tests.support.browser.carloop_state import CarloopState, Period
from tests.support.browser.input_devices import Mouse


class Phone(Mouse):
    """A narrow screen, on which a page may be long but never wide."""

    def press(self, thing: Locator) -> None:
        """Press, and check the width of the page that follows."""
        super().press(thing)
        self.page.wait_for_load_state()
        check_width(self.page)


def check_width(page: Page) -> None:
    """Fail where a page is wider than its window."""
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{page.url} is {width} pixels wide in a window of {window}"


def shifted(period: Period, **by: float) -> Period:
    """Return a period of the same length that begins later."""
    return Period(period.start + timedelta(**by), period.end + timedelta(**by))


def move(advisor: Advisor, period: Period) -> None:
    """Move the appointment that is open."""
    advisor.set_visit(period)
    advisor.save_appointment()


def cancel_appointment(advisor: Advisor) -> None:
    """Cancel the appointment that is open."""
    advisor.press("appointment.cancel")
    advisor.press("appointment.cancel_yes")
    expect(advisor.page.get_by_text(advisor.t("appointment.is_cancelled"))).to_be_visible()


def follow(advisor: Advisor) -> None:
    """Press the one filled button of what must be decided."""
    advisor.press(advisor.decisions.locator(".primary"))


def week_card(advisor: Advisor, period: Period, appointment: str) -> Locator:
    """Open the calendar's week, and return an appointment's card in it."""
    advisor.open(f"/calendar?day={period.start.date().isoformat()}")
    return advisor.page.locator(f"a[href='/appointments/{appointment}']")


def lose_answers(carloop: CarloopState, operation: str) -> None:
    """Let Carloop do what an operation asks for, but answer neither it nor any question about it."""
    carloop.fault(operation, "drop_after")
    carloop.fault("read", "status", value=500)


def wait_for_polling(advisor: Advisor) -> None:
    """Wait until a page that polls for an outcome has asked twice and shows the answers."""
    advisor.page.evaluate(
        """async () => {
        const asked = done => document.addEventListener("htmx:after:request", done, {once: true})
        for (let times = 0; times < 2; times++) await new Promise(asked)
        await new Promise(requestAnimationFrame) }"""
    )
