"""Two windows at one planner: neither takes the other's car, nor overwrites what the other has saved."""

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
    last = carloop.leave_one_vehicle(period, "kombi")
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
    page.goto(advisor.address)
    for each in (advisor, other):
        each.search()
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    other.save_rental(other.options.nth(1))
    expect(other.step_4.get_by_role("alert")).to_contain_text(other.t.by_plugin("change.already_booked"))
    expect(other.button("rental.cancel")).to_be_visible()
    assert carloop.statuses(appointment) == ["reserved"]


def test_two_versions_of_an_appointment_are_compared(advisor, colleague, period):
    """The second to save sees both versions, field by field, and keeps one; until then the first one's is saved."""
    t = advisor.t
    appointment = advisor.new_appointment_by_hand(period, last_name="Weiß", phone="0721 1")
    colleague.open(f"/appointments/{appointment}")
    _change(colleague, "Räder wechseln <b>vorn</b>", phone="0721 2")
    colleague.save_appointment()
    _change(advisor, "Bremsen prüfen", phone="0721 1")
    advisor.press("appointment.save")
    expect(advisor.page.get_by_role("heading", level=1)).to_have_text(t("conflict.title"))
    expect(advisor.page.locator("main")).to_contain_text("admin")
    for field, mine, theirs in (
        ("work", "Bremsen prüfen", "Räder wechseln <b>vorn</b>"),
        ("customer_phone", "0721 1", "0721 2"),
    ):
        row = advisor.page.get_by_role("row", name=t(f"conflict.fields.{field}"))
        assert row.get_by_role("cell").all_inner_texts() == [mine, theirs]
    colleague.page.reload()
    expect(colleague.field("visit.work")).to_have_value("Räder wechseln <b>vorn</b>")
    advisor.press("conflict.keep_mine")
    expect(advisor.field("visit.work")).to_have_value("Bremsen prüfen")
    colleague.page.reload()
    expect(colleague.field("visit.work")).to_have_value("Bremsen prüfen")
    expect(colleague.field("customer.phone", within=colleague.step_1)).to_have_value("0721 1")


def _change(advisor, work, *, phone):
    advisor.type_customer(phone=phone)
    advisor.fill(advisor.field("visit.work"), work)
