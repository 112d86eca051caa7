"""The appointment's page on the running programs: what was decided elsewhere is put right with a click or two."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.browser.carloop_state import Period
from tests.support.browser.input_devices import KeyCounter, Mouse


class CountingMouse(Mouse):
    """Counts how often it is pressed."""

    def __init__(self, page):
        super().__init__(page)
        self.clicks = 0

    def press(self, thing):
        """Press, and count it."""
        self.clicks += 1
        super().press(thing)


@pytest.fixture
def advisor(advisor_at, planner_program, t):
    """An advisor whose clicks are counted."""
    return advisor_at(planner_program, t, device=CountingMouse)


def shifted(period, **by):
    """Return a period of the same length that begins later."""
    return Period(period.start + timedelta(**by), period.end + timedelta(**by))


def follow_within(advisor, clicks, *, action):
    """Press the one filled button of what must be decided, and check how many clicks that took."""
    advisor.device.clicks = 0
    advisor.press(advisor.decisions.locator(".primary"))
    expect(advisor.step_4.get_by_text(advisor.t(f"said.{action}"))).to_be_visible()
    assert advisor.device.clicks <= clicks


def test_a_moved_appointment_is_corrected_with_one_click(advisor, carloop, period):
    """Moved, the same car is rebooked; moved to where it is not free, the old rental stands."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    moved = shifted(period, days=200)
    advisor.set_visit(moved)
    advisor.save_appointment()
    expect(advisor.decisions).to_contain_text(advisor.t.by_plugin("notice.appointment_moved"))
    assert carloop.periods(appointment) == [period]
    follow_within(advisor, 2, action="rebook")
    expect(advisor.rental).to_contain_text(advisor.moment(moved.start))
    assert carloop.statuses(appointment) == ["cancelled", "reserved"]
    again = shifted(moved, days=2)
    carloop.rent(carloop.rentals(appointment)[-1]["vehicle"]["id"], again)
    advisor.set_visit(again)
    advisor.save_appointment()
    filled = advisor.decisions.locator(".primary")
    expect(filled).to_have_text(advisor.t("rental.rebook_by_hand"))
    expect(filled).to_be_in_viewport()
    assert carloop.statuses(appointment) == ["cancelled", "reserved"]


def test_two_keys_follow_what_is_proposed(advisor, carloop, period):
    """After saving, what must be decided has the focus: Tab and Enter."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    longer = period.extended(hours=2)
    advisor.set_visit(longer)
    advisor.save_appointment()
    keys = KeyCounter(advisor.page)
    keys.press_until("Tab", advisor.decisions.locator(".primary"))
    keys.press("Enter")
    expect(advisor.step_4.get_by_text(advisor.t("said.change_end"))).to_be_visible()
    assert (keys.count, carloop.periods(appointment)) == (2, [longer])


def test_another_customer_is_rebooked_with_two_clicks_from_heute(advisor, carloop, period):
    """The day's page says so whatever its day, and its button leads to where that is priced."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    advisor.edit(1)
    advisor.press("customer.other")
    advisor.pick_customer("10012")
    advisor.save_appointment()
    expect(advisor.decisions).to_contain_text(advisor.t.by_plugin("notice.customer_changed"))
    advisor.open("/")
    advisor.device.clicks = 0
    advisor.press(advisor.page.locator(f"a[href='/appointments/{appointment}#decisions']"))
    advisor.press(advisor.decisions.locator(".primary"))
    expect(advisor.step_4.get_by_text(advisor.t("said.rebook"))).to_be_visible()
    assert advisor.device.clicks <= 2
    assert [each["customer"]["number"] for each in carloop.rentals(appointment)] == ["10001", "10012"]


def test_a_new_end_is_priced_while_it_is_typed(advisor, carloop, period):
    """Until then no button is filled; one that is not possible says until when it would be, and nothing is sent."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    car = carloop.rentals(appointment)[0]["vehicle"]["id"]
    carloop.rent(car, Period(period.end + timedelta(days=40), period.end + timedelta(days=41)))
    date = advisor.field("rental.new_end_date", within=advisor.rental)
    quote = advisor.rental.locator("#end-quote")
    advisor.fill(date, advisor.day(period.end + timedelta(days=30)))
    expect(quote).to_contain_text("+")
    expect(quote).to_contain_text(advisor.t("quote.new"))
    advisor.fill(date, advisor.day(period.end + timedelta(days=50)))
    until = advisor.t("quote.possible_until", when=advisor.moment(period.end + timedelta(days=40)))
    expect(quote).to_contain_text(until)
    assert carloop.periods(appointment) == [period]


def test_what_the_desk_does_is_seen_on_an_open_page(advisor, carloop, period):
    """Within half a minute and without a reload; a swap is said until it is noted, whatever is loaded meanwhile."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    loaded = advisor.loaded_at()
    other = carloop.free_vehicles(period)[-1]
    carloop.desk(carloop.rentals(appointment)[0]["id"], "swap", vehicle_id=other["id"])
    expect(advisor.decisions).to_contain_text(other["licence_plate"], timeout=30_000)
    expect(advisor.rental).to_contain_text(other["licence_plate"])
    assert advisor.loaded_at() == loaded
    advisor.page.reload()
    advisor.press("gone.noted")
    expect(advisor.decisions).to_be_empty()
    expect(advisor.page.locator("#visit-head")).to_contain_text(advisor.t("state.reserved"))


def test_the_car_stays_for_another_period_that_it_overlaps(advisor, carloop, period):
    """Rebooked by hand in one step, for a price that was shown first; steps that are unsaved are saved along."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    car = carloop.rentals(appointment)[0]["vehicle"]["id"]
    advisor.press(advisor.rental.get_by_role("button", name=advisor.t("do.rebook")))
    advisor.fill(advisor.field("visit.work"), "Bremsen")
    later = Period(period.start + timedelta(hours=2), period.end + timedelta(days=1))
    advisor.set_rental_period(later)
    same = advisor.page.locator("#rebooking-same")
    expect(same).to_contain_text(advisor.t("quote.new"))
    advisor.press(same.get_by_role("button"))
    expect(advisor.step_4.get_by_text(advisor.t("said.rebook"))).to_be_visible()
    (old, new) = carloop.rentals(appointment)
    assert (old["status"], new["status"], new["vehicle"]["id"], Period.of(new)) == (
        "cancelled",
        "reserved",
        car,
        later,
    )
    expect(advisor.step_3).to_contain_text("Bremsen")
