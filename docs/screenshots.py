"""Photograph every page of the planner host and the sandbox, both languages, wide, narrow, dark: `make screenshots`.

All pictures go to `build/screenshots/`, to be looked at; those that the README shows also to `docs/screenshots/`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from carloop_sandbox.remote import Controls
from carloop_story.both_programs import Demo, run_demo

ROOT = Path(__file__).parents[1]
ALL = ROOT / "build" / "screenshots"
README = ROOT / "docs" / "screenshots"
ZONE = ZoneInfo("Europe/Berlin")
LOCALES = {"de": "de-DE", "en": "en-GB"}
WINDOWS = (
    ("de", 1280, "light"),
    ("de", 400, "light"),
    ("en", 1280, "light"),
    ("en", 400, "light"),
    ("de", 1280, "dark"),
)
IN_README = (
    "planner-today-en-1280",
    "planner-week-en-1280",
    "planner-offers-en-1280",
    "planner-unknown-en-1280",
    "planner-rental-en-1280",
    "planner-rental-de-400",
    "sandbox-timeline-en-1280",
)
"""What the README shows, the whole page."""

TODAY = (("hans mull", 1, 30), ("silke stein", 2, 30), ("weber", 3, 0))
"""Whose cars are handed out today: in how many hours, and for how many hours; 0 for one that is out until tonight."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A window, and what its pictures are called."""

    page: Page
    language: str
    width: int
    scheme: str

    def photograph(self, name: str, *, whole: bool = True) -> None:
        """Take a picture; `whole` takes the whole page and not only what the window shows."""
        dark = "-dark" if self.scheme == "dark" else ""
        file = ALL / f"{name}-{self.language}-{self.width}{dark}.png"
        window = self.page.viewport_size
        if whole and window:
            # what sticks to the window's edge belongs to the page's
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": self.width, "height": height})
        self.page.screenshot(path=file, animations="disabled")
        if window:
            self.page.set_viewport_size(window)
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")
        if file.stem in IN_README:
            shutil.copy(file, README / file.name)

    def day(self, when: date) -> str:
        """Write a day as this window's language does."""
        return when.strftime("%d.%m.%Y" if self.language == "de" else "%d/%m/%Y")


def main() -> None:
    """Start the demo and walk through it."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--only", choices=["planner", "sandbox"], help="the pages of one program")
    only = options.parse_args().only
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing. On Debian: apt-get install chromium chromium-l10n")
    for folder in (ALL, README):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="carloop-screenshots-") as folder,
        run_demo(Path(folder), port=0, sandbox_port=0, locale="en") as demo,
        sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        if only != "sandbox":
            fill_today(browser, demo)
        for number, (camera, controls) in enumerate(_cameras(browser, demo)):
            if only != "sandbox":
                walk_planner(camera, demo, controls, next_tuesday(weeks=number + 2))
            if only != "planner":
                walk_sandbox(camera, demo)
            camera.page.context.close()


def _cameras(browser: Browser, demo: Demo) -> Iterator[tuple[Camera, Controls]]:
    controls = Controls(demo.sandbox)
    for language, width, scheme in WINDOWS:
        context = browser.new_context(
            locale=LOCALES[language],
            viewport={"width": width, "height": 900 if width > 500 else 800},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
        )
        yield Camera(context.new_page(), language, width, scheme), controls


def next_tuesday(*, weeks: int) -> date:
    """Return a Tuesday so many weeks ahead: every walk has days of its own."""
    today = date.today()  # noqa: DTZ011 - any day will do
    return today - timedelta(days=today.weekday()) + timedelta(days=1, weeks=weeks)


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Sign in to either program."""
    page.goto(url)
    page.fill("#name", name)
    page.fill("#password", password)
    follow(page, "main button[type=submit]")


def fill_today(browser: Browser, demo: Demo) -> None:
    """Rent cars to today's customers, so that the day's page has something in its lists."""
    page, controls = browser.new_page(locale=LOCALES["en"]), Controls(demo.sandbox)
    sign_in(page, demo.planner, "admin", demo.admin_password)
    now, tonight = datetime.now(ZONE), datetime.now(ZONE).replace(hour=23, minute=59)
    for query, in_hours, for_hours in TODAY:
        start = min(now + timedelta(hours=in_hours), tonight - timedelta(minutes=4 - in_hours))
        end = start + timedelta(hours=for_hours) if for_hours else tonight
        page.goto(f"{demo.planner}/appointments/new")
        page.fill("#customer_query", query)
        page.click(".hit >> nth=0")
        page.wait_for_selector("#step-1 .facts")
        page.fill("#work", "Inspektion")
        for side, moment in (("start", start), ("end", end)):
            page.fill(f"#{side}_date", f"{moment:%d/%m/%Y}")
            page.fill(f"#{side}_time", f"{moment:%H:%M}")
        save(page)
        search(page)
        page.check("input[name=option] >> nth=0")
        page.click(".book-bar button")
        page.wait_for_selector(".rental")
        if not for_hours:
            controls.desk(rental_number(page), "hand_out")
    page.context.close()


def rental_number(page: Page) -> str:
    """Return the number of the rental that the page shows."""
    return page.inner_text(".rental-number").split()[-1]


def walk_planner(camera: Camera, demo: Demo, controls: Controls, day: date) -> None:
    """Take every page and state of the planner."""
    page, base = camera.page, demo.planner
    page.goto(base)
    camera.photograph("planner-sign-in")
    sign_in(page, base, "admin", "a wrong one")
    camera.photograph("planner-sign-in-wrong")
    sign_in(page, base, "admin", demo.admin_password)
    page.goto(f"{base}/appointments/new?at={day}T08:00")
    camera.photograph("planner-new")
    page.fill("#start_date", "31.2.")
    follow(page, ".save-bar button")
    camera.photograph("planner-not-saved")
    page.fill("#start_date", camera.day(day))
    page.fill("#customer_query", "hans mull")
    page.wait_for_selector(".hit")
    camera.photograph("planner-customers")
    page.click(".hit >> nth=0")
    page.wait_for_selector("#step-1 .facts")
    page.click(".car >> nth=0")
    page.fill("#work", "Inspektion, Bremsen vorn")
    page.fill("#end_date", camera.day(day + timedelta(days=2)))
    save(page)
    address = page.url.partition("?")[0]
    with open_calendar(page):
        camera.photograph("planner-calendar", whole=False)
    search_in_vain(camera)
    page.goto(address)
    page.check("input[name=vehicle_class] >> nth=1")
    search(page)
    page.check("input[name=option] >> nth=0")
    camera.photograph("planner-offers")
    with lost_answers(controls):
        page.click(".book-bar button")
        page.wait_for_selector(".notice-unknown")
        camera.photograph("planner-unknown")
        follow(page, "#withdraw-link")
        camera.photograph("planner-withdraw")
    page.wait_for_selector(".rental")
    page.goto(address)
    camera.photograph("planner-rental")
    page.fill("#rental_end_date", camera.day(day + timedelta(days=4)))
    page.wait_for_selector(".quote-possible")
    camera.photograph("planner-quote")
    page.goto(f"{address}?rebook=yes")
    camera.photograph("planner-rebooking")
    page.goto(f"{address}?ask=cancel")
    camera.photograph("planner-cancel")
    page.goto(f"{address}/print")
    camera.photograph("planner-print")
    page.goto(address)
    edit(page, step=3)
    camera.photograph("planner-edit")
    page.fill("#end_date", camera.day(day + timedelta(days=3)))
    save(page)
    camera.photograph("planner-proposal")
    collide(camera, address)
    page.goto(f"{base}/calendar?day={day}")
    camera.photograph("planner-week")
    page.goto(f"{address}?ask=appointment-cancellation")
    camera.photograph("planner-cancel-appointment")
    follow(page, "#appointment-cancellation button")
    camera.photograph("planner-appointment-cancelled")
    page.goto(base)
    camera.photograph("planner-today")
    page.goto(f"{base}/calendar")
    page.fill("[name=words]", "mull")
    follow(page, "search button")
    camera.photograph("planner-found")
    for name in ("settings", "settings/carloop", "accounts", "privacy", "audit", "nowhere"):
        page.goto(f"{base}/{name}")
        camera.photograph(f"planner-{name.replace('/', '-')}")
    page.goto(f"{base}/settings/carloop")
    follow(page, "button[name=beside]")
    camera.photograph("planner-checked")
    lose_the_car(camera, demo, address)


def search_in_vain(camera: Camera) -> None:
    """Find nothing; then search without a connection."""
    page, button = camera.page, ".search-bar button"
    for box in page.locator("input[name=feature]").all():
        box.check()
    page.click(button)
    page.wait_for_selector("#offers .empty")
    page.wait_for_selector("#offers [data-focus]:focus")
    camera.photograph("planner-none")
    page.route("**/offers", lambda route: route.abort(), times=1)
    page.click(button)
    page.wait_for_selector("#offline:visible")
    camera.photograph("planner-offline", whole=False)


def collide(camera: Camera, address: str) -> None:
    """Let two windows save the same appointment."""
    page, other = camera.page, camera.page.context.new_page()
    for window in (page, other):
        window.goto(address)
        edit(window, step=3)
    other.fill("#work", "Inspektion, Räderwechsel")
    save(other)
    other.close()
    page.fill("#work", "Inspektion, Ölwechsel")
    follow(page, ".save-bar button")
    camera.photograph("planner-conflict")


def lose_the_car(camera: Camera, demo: Demo, address: str) -> None:
    """Take the appointment up again, and have its rental cancelled at the desk, which the planner soon shows."""
    page = camera.page
    page.goto(address)
    follow(page, f"form[action='{urlsplit(address).path}/status'] button")
    Controls(demo.sandbox).desk(rental_number(page), "cancel")
    while not page.is_visible("#decisions form[action$='/rental/gone']"):
        page.wait_for_timeout(1_000)
        page.goto(address)
    camera.photograph("planner-gone")


def walk_sandbox(camera: Camera, demo: Demo) -> None:
    """Take every page of the sandbox."""
    page, base = camera.page, demo.sandbox
    page.goto(base)
    camera.photograph("sandbox-sign-in")
    sign_in(page, base, "admin", demo.sandbox_password)
    camera.photograph("sandbox-overview")
    interface = "administration/interfaces/workshop-planner"
    for name in ("vehicles", "rentals", "timeline", "administration", "administration/interfaces"):
        page.goto(f"{base}/{name}")
        camera.photograph(f"sandbox-{name.replace('/', '-')}")
    page.goto(f"{base}/{interface}")
    camera.photograph("sandbox-interface")
    follow(page, "form[action$='/edit'] button")
    if not page.is_visible("#token"):  # shown before, in the other language or width
        page.click("[popovertarget=renew-ready] >> nth=0")
        follow(page, "#renew-ready form button")
    camera.photograph("sandbox-token")
    page.goto(f"{base}/administration/testing")
    camera.photograph("sandbox-testing")
    page.goto(f"{base}/vehicles/V1001/rental")
    camera.photograph("sandbox-walk-in")
    page.goto(f"{base}/vehicles/V1001")
    camera.photograph("sandbox-vehicle")
    page.goto(f"{base}/rentals?kind=reserved")
    follow(page, "main table a >> nth=0")
    camera.photograph("sandbox-rental")
    page.click("[popovertarget=ask-cancel] >> nth=0")
    camera.photograph("sandbox-cancel", whole=False)
    page.goto(f"{page.url}/swap")
    camera.photograph("sandbox-swap", whole=False)


def follow(page: Page, selector: str) -> None:
    """Click, and wait for the page that comes."""
    with page.expect_navigation():
        page.click(selector)


def edit(page: Page, *, step: int) -> None:
    """Open a step of a saved appointment."""
    page.click(f"#step-{step} summary >> nth=0")


def save(page: Page) -> None:
    """Save the appointment."""
    page.click(".save-bar button")
    page.wait_for_url(re.compile("done=saved"))


def search(page: Page) -> None:
    """Search the free cars."""
    page.click(".search-bar button")
    page.wait_for_selector("#offers [data-focus]:focus")


@contextmanager
def open_calendar(page: Page) -> Iterator[None]:
    """Open the calendar of a date field, and close it in the end."""
    page.click("[data-pick=rent_end_date]")
    page.wait_for_selector("dialog.calendar calendar-month")
    yield
    page.keyboard.press("Escape")


@contextmanager
def lost_answers(controls: Controls) -> Iterator[None]:
    """Lose every answer of Carloop inside the block."""
    controls.arm("any", "drop_after", times=1000)
    yield
    controls.disarm()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
