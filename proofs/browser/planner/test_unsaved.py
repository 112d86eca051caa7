"""What is unsaved in steps 1 to 3 is saved before a search or a booking."""

from playwright.sync_api import expect


def test_the_button_says_that_it_saves_and_the_search_is_for_the_new_time(advisor, period, carloop):
    """Nothing warns of leaving the page, and what is booked is for the new time."""
    appointment = advisor.new_appointment(period)
    longer = period.extended(hours=3)
    expect(advisor.button("offer.search")).to_be_visible()
    advisor.set_visit(longer)
    expect(advisor.button("offer.search")).to_have_count(0)
    advisor.press("offer.save_and_search")
    expect(advisor.step_4.locator("#offers [data-focus]")).to_be_focused()
    expect(advisor.page.get_by_text(advisor.t("said.saved"))).to_be_visible()
    expect(advisor.button("offer.search")).to_be_visible()
    advisor.fill(advisor.field("visit.work"), "Bremsen")
    advisor.choose(advisor.options.first)
    advisor.press(advisor.button("offer.save_both", within=advisor.step_4))
    expect(advisor.button("rental.cancel")).to_be_visible()
    expect(advisor.field("visit.work")).to_have_value("Bremsen")
    assert carloop.periods(appointment) == [longer]


def test_what_cannot_be_saved_is_marked(advisor, period):
    """The field has the focus, and nothing is searched."""
    advisor.new_appointment(period)
    advisor.edit(3)
    group = advisor.step_3.get_by_role("group", name=advisor.t("visit.pick_up"))
    date = advisor.field("visit.date", within=group)
    advisor.fill(date, "31.2.")
    advisor.press("offer.save_and_search")
    expect(date).to_have_attribute("aria-invalid", "true")
    expect(date).to_be_in_viewport()
    expect(advisor.options).to_have_count(0)
