"""Steps 1 to 3 and step 4 never disagree in silence: what is unsaved is saved before a search or a booking."""

from datetime import timedelta

import pytest
from planner_steps.advisor import Stay
from planner_steps.truth import period_of
from planner_steps.words import Words
from playwright.sync_api import expect


def test_the_button_says_that_it_saves_and_the_search_is_for_the_new_time(advisor, stay, control):
    """Nothing warns of leaving the page, and what is booked is for the new time."""
    appointment = advisor.new_appointment(stay)
    longer = Stay(stay.start, stay.end + timedelta(hours=3))
    expect(advisor.button("offer.search")).to_be_visible()
    advisor.set_stay(longer)
    expect(advisor.button("offer.search")).to_have_count(0)
    advisor.hands.press(advisor.button("offer.save_and_search"))
    expect(advisor.step_4.locator("#offers [data-focus]")).to_be_focused()
    expect(advisor.page.get_by_text(advisor.t("said.saved"))).to_be_visible()
    expect(advisor.button("offer.search")).to_be_visible()
    advisor.hands.fill(advisor.field("visit.work"), "Bremsen")
    advisor.hands.choose(advisor.options.first)
    advisor.hands.press(advisor.button("offer.save_both", within=advisor.step_4))
    expect(advisor.button("rental.cancel")).to_be_visible()
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    assert [longer] == [period_of(each) for each in control.rentals(appointment)]


def test_what_cannot_be_saved_is_marked(advisor, stay):
    """The field has the focus, and nothing is searched."""
    advisor.new_appointment(stay)
    group = advisor.step_3.get_by_role("group", name=advisor.t("visit.pick_up"))
    date = advisor.field("visit.date", within=group)
    advisor.hands.fill(date, "31.2.")
    advisor.hands.press(advisor.button("offer.save_and_search"))
    expect(date).to_have_attribute("aria-invalid", "true")
    expect(date).to_be_in_viewport()
    expect(advisor.options).to_have_count(0)


@pytest.fixture
def unscripted(advisor_at, planner_program):
    """An advisor whose browser runs no script."""
    return advisor_at(planner_program, Words("de"), java_script_enabled=False)


def test_without_a_script_there_is_a_button_for_it(unscripted, stay):
    """Step 4 says that what is unsaved does not count there."""
    unscripted.new_appointment(stay)
    expect(unscripted.step_4.get_by_text(unscripted.t("offer.save_first"))).to_be_visible()
    unscripted.set_stay(Stay(stay.start, stay.end + timedelta(hours=3)))
    unscripted.hands.press(unscripted.button("offer.save_and_search"))
    expect(unscripted.options.first).to_be_visible()
    expect(unscripted.field("offer.end_time", within=unscripted.step_4)).to_have_value(
        f"{stay.end + timedelta(hours=3):%H:%M}"
    )
