"""A walk through both programs, from the token in Carloop's administration to a cancelled rental."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.support.browser.administrator import make_token
from tests.support.browser.advisor import Advisor
from tests.support.browser.carloop_state import CarloopState, Period
from tests.support.browser.input_devices import Keyboard, Mouse
from tests.support.browser.programs import PASSWORD, Program

WAYS: dict[str, dict[str, Any]] = {
    "mouse": {"device": Mouse},
    "without-script": {"device": Mouse, "java_script_enabled": False},
    "keyboard": {"device": Keyboard},
}


def go_the_whole_way(advisor: Advisor, program: Program, carloop: CarloopState, period: Period) -> None:
    """Fetch the token, set the planner up, make an appointment, rent a car, change its end, and cancel it."""
    token = make_token(advisor, program.url)
    _set_up(advisor, program.url, token)
    appointment = _make_appointment(advisor, period)
    classes = advisor.step_4.get_by_role("group", name=advisor.t("offer.classes")).get_by_role("checkbox")
    advisor.tick(classes.first)
    advisor.tick(classes.nth(1))
    advisor.search()
    advisor.save_rental(advisor.options.nth(1))
    expect(advisor.button("rental.cancel", within=advisor.rental)).to_be_visible()
    (rental,) = carloop.rentals(appointment)
    assert rental["status"] == "reserved"
    assert rental["vehicle"]["licence_plate"] in advisor.rental.inner_text()

    longer = period.extended(hours=1, minutes=30)
    advisor.change_end(longer.end)
    expect(advisor.rental).to_contain_text(advisor.moment(longer.end))
    assert carloop.periods(appointment) == [longer]
    advisor.cancel()
    assert carloop.statuses(appointment) == ["cancelled"]


def _set_up(advisor: Advisor, address: str, token: str) -> None:
    advisor.open()
    advisor.sign_in("admin", PASSWORD)
    advisor.follow("nav.settings")
    advisor.press(advisor.page.locator("main").get_by_role("link", name="Carloop"))
    advisor.fill(advisor.setting("base_url"), address)
    advisor.fill(advisor.setting("token"), token)
    advisor.press("settings.save")
    expect(advisor.page.get_by_text(advisor.t("settings.tried.good"))).to_be_visible()
    advisor.press(advisor.page.get_by_role("button", name=advisor.t("base.sign_out")))


def _make_appointment(advisor: Advisor, period: Period) -> str:
    advisor.sign_in("advisor", PASSWORD)
    advisor.follow("nav.new")
    advisor.pick_customer("10012")
    advisor.set_visit(period)
    return advisor.save_appointment()
