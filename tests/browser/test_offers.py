"""The list of cars on the running programs: how few clicks and keys lead to a rental, and what acts at once."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.browser.carloop_state import Period
from tests.support.browser.input_devices import KeyCounter


@pytest.fixture
def today(period):
    """The end of this day, for two days: among the appointments of the day it is the last."""
    start = period.start.now(period.start.tzinfo).replace(hour=23, minute=59, second=0, microsecond=0)
    return Period(start, start + timedelta(days=2))


def _expect_booked(advisor, carloop, appointment, plate):
    expect(advisor.button("rental.cancel")).to_be_visible()
    (rental,) = carloop.rentals(appointment)
    assert (rental["status"], rental["vehicle"]["licence_plate"]) == ("reserved", plate)


def test_a_car_for_an_appointment_of_today_takes_three_clicks(advisor, carloop, today):
    """Find, choose, save; the bar has named what is saved."""
    appointment = advisor.new_appointment(today)
    advisor.open("/")
    find = advisor.page.locator(f"a[href='/appointments/{appointment}?search=yes']")
    save = advisor.button("offer.save")
    clicked = [find, advisor.options.nth(1), save]
    for each in clicked[:-1]:
        each.click()
    plate = advisor.step_4.locator(".option:has(:checked) .plate").inner_text()
    expect(save).to_have_accessible_description(re.compile(re.escape(plate)))
    save.click()
    assert len(clicked) <= 3
    _expect_booked(advisor, carloop, appointment, plate)


def test_the_keyboard_books_a_car_for_an_appointment_of_today(advisor, carloop, today):
    """A skip link leads to what is to be decided, the list has the focus, and the arrows choose in it."""
    appointment = advisor.new_appointment(today)
    advisor.open("/")
    keys = KeyCounter(advisor.page)
    keys.press("Tab", "Tab", "Enter")
    keys.press_until("Tab", advisor.page.locator(f"a[href='/appointments/{appointment}?search=yes']"))
    keys.press("Enter")
    plate = _choose_and_save(advisor, keys)
    _expect_booked(advisor, carloop, appointment, plate)
    assert keys.count <= 40


def test_the_keyboard_books_a_car_for_an_appointment_that_is_searched_for(advisor, carloop, period):
    """The search is one key away, what it finds has the focus, and a skip link searches for cars."""
    appointment = advisor.new_appointment_by_hand(period, last_name="Żółtko")
    advisor.open("/")
    keys = KeyCounter(advisor.page)
    keys.press_access_key("s")
    keys.press(*"zolt", "Enter")
    expect(advisor.page.get_by_role("heading", level=1)).to_have_text(advisor.t("search.title"))
    keys.press("Tab", "Enter")
    expect(advisor.button("offer.search")).to_be_visible()
    keys.press("Tab", "Tab", "Enter")
    plate = _choose_and_save(advisor, keys)
    _expect_booked(advisor, carloop, appointment, plate)
    assert keys.count <= 40


def _choose_and_save(advisor, keys):
    """Choose the third car, and return its plate."""
    expect(advisor.step_4.locator("[data-focus]")).to_be_focused()
    keys.press_until("Tab", advisor.options.first)
    keys.press("ArrowDown", "ArrowDown")
    expect(advisor.options.nth(2)).to_be_checked()
    plate = advisor.step_4.locator(".option:has(:checked) .plate").inner_text()
    expect(advisor.page.locator("#chosen")).to_contain_text(plate)
    keys.press_until("Tab", advisor.button("offer.save"))
    keys.press("Enter")
    return plate


def test_filters_act_at_once(advisor, carloop, period):
    """The focus stays, and so does what was chosen, as long as it is in the list; the own station is remembered."""
    advisor.new_appointment(period)
    stations = {each["name"]: each["id"] for each in carloop.request("GET", "/account")["stations"]}
    group = advisor.step_4.get_by_role("group", name=advisor.t("offer.stations"))
    expect(group.get_by_role("checkbox")).to_have_count(len(stations))
    advisor.tick(group.get_by_label("Rastatt"))
    expect(advisor.options).to_have_count(len(carloop.free_vehicles(period, station=stations["Rastatt"])))
    expect(group.get_by_label("Rastatt")).to_be_focused()
    advisor.choose(advisor.options.last)
    chosen = advisor.options.last.input_value()
    advisor.tick(group.get_by_label("Ettlingen"))
    free = {
        each["id"]: each
        for name in ("Rastatt", "Ettlingen")
        for each in carloop.free_vehicles(period, station=stations[name])
    }
    expect(advisor.options).to_have_count(len(free))
    order, own = (
        advisor.step_4.get_by_label(advisor.t(f"offers.{name}")) for name in ("order", "own_station")
    )
    rates = [float(free[each]["daily_rate"]["amount"]) for each in _offered_by(advisor, order, "price")]
    assert rates == sorted(rates)
    _offered_by(advisor, own, stations["Rastatt"])
    found = [free[each]["station"] for each in _offered_by(advisor, order, "station")]
    assert found == sorted(found, key=lambda each: each != stations["Rastatt"])
    expect(advisor.step_4.locator("[name=option]:checked")).to_have_value(chosen)
    advisor.open(f"/appointments/{advisor.appointment_id}?search=yes")
    expect(own.locator(":checked")).to_have_text("Rastatt")


def _offered_by(advisor, select, value):
    """Return what is offered once a value is chosen, which leaves the focus where it is."""
    select.focus()
    select.select_option(value)
    expect(select.locator("[selected]")).to_have_attribute("value", value)
    expect(select).to_be_focused()
    return advisor.offered()


def test_a_filter_saves_no_unsaved_steps(advisor, period, carloop):
    """It waits for the button, which says that it saves them."""
    advisor.new_appointment(period)
    advisor.search()
    advisor.fill(advisor.field("visit.work"), "Bremsen")
    class_id, name = next(iter(carloop.names("vehicle-classes").items()))
    advisor.tick(advisor.step_4.get_by_label(name, exact=True))
    expect(advisor.step_4.get_by_text(advisor.t("offers.outdated"))).to_be_visible()
    advisor.press("offer.save_and_search")
    expect(advisor.options).to_have_count(len(carloop.free_vehicles(period, vehicle_class=[class_id])))
    expect(advisor.page.get_by_text(advisor.t("said.saved"))).to_be_visible()


def test_without_a_script_the_buttons_do_it(advisor_at, planner_program, t, carloop, period):
    """A period outside the opening hours warns, and is booked."""
    advisor = advisor_at(planner_program, t, java_script_enabled=False)
    early = Period(period.start.replace(hour=4), period.end)
    appointment = advisor.new_appointment(early)
    advisor.tick(advisor.step_4.get_by_label("Rastatt"))
    advisor.search()
    expect(advisor.step_4.get_by_text(t("offers.all_closed.start"))).to_be_visible()
    advisor.step_4.get_by_label(t("offers.order")).select_option("price")
    advisor.press("offers.sort")
    prices = advisor.step_4.locator(".option-price b").all_inner_texts()
    assert prices == sorted(prices, key=lambda each: float(each[:-2].replace(".", "").replace(",", ".")))
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert carloop.periods(appointment) == [early]
