"""The whole way, from the token in Carloop's administration to a cancelled rental, however the pages are worked."""

import os
from datetime import timedelta

import pytest
from planner_steps.administrator import Administrator
from planner_steps.hands import Keyboard, Mouse, Phone
from planner_steps.programs import PASSWORD
from planner_steps.truth import period_of
from playwright.sync_api import expect

WAYS = {
    "mouse": (Mouse, {}),
    "without-script": (Mouse, {"java_script_enabled": False}),
    "keyboard": (Keyboard, {}),
    "phone": (Phone, {"width": 400, "height": 800}),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_whole_way(way, t, advisor_at, new_planner, stay, carloop, control):
    """Fetch the token, set the planner up, make an appointment, rent a car, change its end, cancel it."""
    hands, window = WAYS[way]
    advisor = advisor_at(new_planner, t, name=None, hands=hands, **window)
    token = _fetch_token(advisor, carloop)
    _set_up(advisor, carloop.url, token)
    appointment = _make_appointment(advisor, stay)
    _rent(advisor)
    (rental,) = control.rentals(appointment)
    assert rental["status"] == "reserved"
    assert rental["vehicle"]["licence_plate"] in advisor.rental.inner_text()

    later = stay.end + timedelta(hours=1, minutes=30)
    advisor.change_end(later)
    expect(advisor.rental).to_contain_text(advisor.moment(later))
    assert [later] == [period_of(each).end for each in control.rentals(appointment)]
    advisor.cancel()
    assert [each["status"] for each in control.rentals(appointment)] == ["cancelled"]


def _fetch_token(advisor, carloop):
    administrator = Administrator(advisor.page, carloop.url, advisor.t, advisor.hands)
    administrator.sign_in(carloop.password)
    administrator.go_to_the_token()
    return administrator.make_token(f"Way {os.urandom(4).hex()}")


def _set_up(advisor, address, token):
    advisor.open()
    advisor.sign_in("admin", PASSWORD)
    advisor.follow("nav.settings")
    advisor.hands.press(advisor.page.locator("main").get_by_role("link", name="Carloop"))
    address_field = advisor.page.get_by_label(advisor.t.by_carloop("settings.base_url"), exact=True)
    advisor.hands.fill(address_field, address)
    key = advisor.page.get_by_label(advisor.t.by_carloop("settings.token"), exact=True)
    advisor.hands.fill(key, token)
    advisor.hands.press(advisor.button("settings.save"))
    expect(advisor.page.get_by_text(advisor.t("settings.tried.good"))).to_be_visible()
    advisor.hands.press(advisor.page.get_by_role("button", name=advisor.t("base.sign_out")))


def _make_appointment(advisor, stay):
    advisor.sign_in("advisor", PASSWORD)
    advisor.follow("nav.new")
    advisor.pick_customer("10012")
    advisor.set_stay(stay)
    return advisor.save_appointment()


def _rent(advisor):
    classes = advisor.step_4.get_by_role("group", name=advisor.t("offer.classes")).get_by_role("checkbox")
    advisor.hands.tick(classes.first)
    advisor.hands.tick(classes.nth(1))
    advisor.search()
    advisor.save_rental(advisor.options.nth(1))
    expect(advisor.button("rental.cancel", within=advisor.rental)).to_be_visible()
