"""Two windows at one planner: Carloop and the plugin decide whose booking is done, and the other is told."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.support.browser.input_devices import Mouse


@pytest.fixture
def colleague(advisor_at, planner_program, t):
    """Somebody else at the same planner."""
    return advisor_at(planner_program, t, name="admin")


def test_one_of_two_advisors_gets_the_last_car(advisor, colleague, period, carloop):
    """The other reads that it is taken, and can save a rental of an alternative from the same page."""
    t = advisor.t
    appointments = [advisor.new_appointment(period), colleague.new_appointment(period, number="10002")]
    last, *others = [each["id"] for each in carloop.free_vehicles(period, vehicle_class="kombi")]
    for each in others:
        carloop.rent(each, period)
    for each in (advisor, colleague):
        each.search(classes=[carloop.names("vehicle-classes")["kombi"]])
        assert each.offered() == [last]
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    colleague.save_rental()
    expect(colleague.step_4.get_by_role("alert")).to_contain_text(t("refusal.book"))
    expect(colleague.step_4.get_by_role("alert")).to_contain_text(t.by_plugin("change.vehicle_taken"))
    assert [carloop.statuses(each) for each in appointments] == [["reserved"], []]
    expect(colleague.step_4.get_by_role("heading", name=t("offers.alternatives"))).to_be_visible()
    assert last not in colleague.offered()
    colleague.save_rental()
    expect(colleague.button("rental.cancel")).to_be_visible()
    assert [carloop.statuses(each) for each in appointments] == [["reserved"], ["reserved"]]


def test_a_second_booking_for_an_appointment_is_refused(advisor, period, carloop):
    """The second window's form is another change: it is refused, and the first rental is shown."""
    appointment = advisor.new_appointment(period)
    page = advisor.page.context.new_page()
    other = replace(advisor, page=page, device=Mouse(page))
    page.goto(advisor.page.url)
    for each in (advisor, other):
        each.search()
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    other.save_rental(other.options.nth(1))
    expect(other.step_4.get_by_role("alert")).to_contain_text(other.t.by_plugin("change.already_booked"))
    expect(other.button("rental.cancel")).to_be_visible()
    assert carloop.statuses(appointment) == ["reserved"]
