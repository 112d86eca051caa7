"""Heute with something in each of its lists, and the calendar by keyboard."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from proofs.browser.planner.steps import check_width
from proofs.browser.providers import LOANER, install_provider
from tests.support.browser import programs
from tests.support.browser.carloop_state import Period
from tests.support.browser.texts import Texts

WORKS = {
    "10001": "booked reserved 4 300",
    "10002": "booked picked_up -90 3",
    "10003": "booked picked_up -1500 -200",
    "10005": "attention reserved 6 300",
    "10007": "Inspektion",
}
"""What each customer has: a hand-over, a return, an overdue car, one that was swapped, nothing."""


@pytest.fixture(scope="module")
def planner(tmp_path_factory):
    """A planner with a provider that has whatever the work says."""
    providers, folder = (tmp_path_factory.mktemp(name) for name in ("loaner", "planner-of-today"))
    install_provider(providers, "loaner", LOANER)
    with programs.planner_program(folder, providers=providers) as program:
        yield program


@pytest.fixture(scope="module")
def today():
    """This day, late: it has not passed when the test runs."""
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    return Period(now.replace(hour=23, minute=59), now + timedelta(days=2))


@pytest.mark.parametrize(("language", "has_script"), [("de", True), ("en", False)])
def test_the_day_shows_what_there_is_to_do(language, has_script, planner, today, advisor_at, axe):
    """Each in its list, light and dark, on a phone and a desk; a button takes out of the list what it settles."""
    t = Texts(language)
    advisor = advisor_at(planner, t, java_script_enabled=has_script)
    names = {}
    for number, work in WORKS.items():
        advisor.open("/appointments/new")
        advisor.pick_customer(number)
        advisor.fill(advisor.field("visit.work"), work)
        advisor.set_visit(today)
        names[number] = advisor.save_appointment()
    advisor.open("/")
    page = advisor.page

    def row(number, key):
        rows = page.get_by_role("region", name=t(key)).get_by_role("listitem")
        return rows.filter(has=page.locator(f"a[href='/appointments/{names[number]}']"))

    expect(row("10001", "today.hand_overs")).to_contain_text("VW Polo KA-H 1")
    expect(row("10001", "today.hand_overs")).to_contain_text(t("status.reserved"))
    expect(row("10002", "today.returns")).to_contain_text(t("status.picked_up"))
    expect(row("10003", "today.returns")).to_contain_text(t("today.late").partition(" {")[0])
    expect(row("10005", "today.checks")).to_contain_text("VW Polo statt VW Up")
    expect(row("10007", "today.undecided")).to_contain_text("Inspektion")
    if has_script:
        for width, scheme in ((400, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            check_width(page)
            page.emulate_media(color_scheme=scheme)
            axe(page)
    row("10005", "today.checks").get_by_role("button").click()
    expect(row("10005", "today.checks")).to_have_count(0)
    row("10007", "today.undecided").get_by_role("button").last.click()
    expect(row("10007", "today.undecided").get_by_role("link").first).to_be_hidden()
    row("10001", "today.hand_overs").get_by_role("link").click()
    assert advisor.appointment_id == names["10001"]


def test_the_arrows_lead_through_the_calendar(planner, advisor_at):
    """One stop of the Tab key; up and down within a day, left and right to what stands beside."""
    page = advisor_at(planner, Texts("de")).page
    page.goto(f"{planner.url}/calendar?day=2099-06-03")
    expect(page.locator(".week a[tabindex='0']")).to_have_count(1)
    page.locator(".week a[tabindex='0']").focus()
    for key, at in (
        ("ArrowDown", "01T08"),
        ("ArrowRight", "02T08"),
        ("End", "02T18"),
        ("ArrowLeft", "01T18"),
        ("Home", "01T07"),
    ):
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_have_attribute("href", f"/appointments/new?at=2099-06-{at}:00")
    expect(page.locator(":focus span")).to_have_css("opacity", "1")
    expect(page.locator(".week a[tabindex='0']")).to_have_count(1)
