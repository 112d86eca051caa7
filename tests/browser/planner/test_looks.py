"""Every page and state of the planner: accessible in both languages, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from planner_steps.advisor import Stay
from planner_steps.programs import Running
from planner_steps.words import Words
from playwright.sync_api import Page

LOOKS = [("de", "light"), ("de", "dark"), ("en", "light"), ("en", "dark")]


def day(language: str, when: Any) -> str:
    """Write a day as the page's language does."""
    return when.strftime("%d.%m.%Y" if language == "de" else "%d/%m/%Y")


def states_of(page: Page, url: str, stay: Stay, language: str, control: Any) -> Iterator[str]:
    """Bring the planner into one state after the other, and name it."""
    for path in ("/", f"/?week={stay.start.date()}", "/settings", "/settings/carloop", "/audit", "/nothing"):
        page.goto(url + path)
        yield path
    page.goto(f"{url}/settings/carloop")
    page.locator("button[form=check-form]").click()
    yield "the connection tested"
    for words in ("mull", "nobody of this name"):
        page.goto(url)
        page.locator("#words").fill(words)
        page.locator(".search-box button").click()
        yield f"searched for {words}"
    page.goto(f"{url}/appointments/new?at={stay.start:%Y-%m-%dT%H:%M}")
    yield "new"
    page.locator(".save-bar button").first.click()
    yield "not saved: no customer"
    page.locator("#customer_query").fill("hans mull")
    page.locator(".hit").first.wait_for()
    yield "customers found"
    page.locator(".hit").first.click()
    page.locator("#step-1 .facts").wait_for()
    page.locator(".save-bar button").first.click()
    page.wait_for_url(re.compile("done=saved"))
    address = page.url.partition("?")[0]
    yield "saved"
    search = page.locator("#offer-form > .buttons button")
    search.click()
    page.locator(".options").wait_for()
    yield "offers"
    page.locator("#rent_start_date").fill("1.1.2020")
    search.click()
    page.locator(".field-wrong").wait_for()
    yield "a period in the past"
    page.goto(address)
    search.click()
    page.locator("input[name=option]").first.check()
    control.fault("any", "drop_after", times=1000)
    page.locator(".book-bar button").click()
    page.locator(".notice-unknown").wait_for()
    yield "unknown"
    page.locator("#give-up-link").click()
    page.locator("#give-up").wait_for()
    yield "asked before giving up"
    control.calm()
    page.goto(address)
    page.locator(".rental").wait_for(timeout=20_000)
    yield "saved rental"
    for asked in ("?ask=cancel", "?ask=call-off", "/print"):
        page.goto(address + asked)
        yield asked
    page.goto(address)
    page.locator("#end_time").fill("19:45")
    page.locator(".save-bar button").first.click()
    page.locator(".proposal").wait_for()
    yield "a proposal"


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_every_page_and_state_is_accessible(
    language: str,
    scheme: str,
    advisor_at: Any,
    planner_program: Running,
    stay: Stay,
    control: Any,
    axe: Callable[[Page], None],
) -> None:
    """axe finds nothing."""
    page = advisor_at(planner_program, Words(language), name="admin", scheme=scheme).page
    found = []
    for state in states_of(page, planner_program.url, stay, language, control):
        try:
            axe(page)
        except AssertionError as error:
            found.append(f"{state}: {error}")
    assert found == []
