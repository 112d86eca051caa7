"""What is wrong is said where one looks: the page is long, and an answer is no use above or below the window."""

from datetime import timedelta

import pytest
from planner_steps.advisor import Stay
from planner_steps.truth import rent_at_desk
from planner_steps.words import Words
from playwright.sync_api import expect


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def hasty(request, advisor_at, planner_program):
    """An advisor who does not scroll, with the page's script and without."""
    return advisor_at(planner_program, Words("de"), height=600, java_script_enabled=request.param)


def test_no_car_was_chosen(hasty, stay):
    """What was found comes into sight, and so does what is missing."""
    hasty.new_appointment(stay)
    hasty.search()
    expect(hasty.step_4.get_by_role("heading", name="Mietwagen verfügbar")).to_be_in_viewport()
    hasty.hands.press(hasty.button("offer.save"))
    expect(hasty.step_4.get_by_text(hasty.t("option.missing"))).to_be_in_viewport()


def test_the_car_was_taken_meanwhile(hasty, stay, control):
    """The refusal is what one sees first."""
    hasty.new_appointment(stay)
    hasty.search()
    chosen = hasty.offered()[0]
    hasty.hands.choose(hasty.option(chosen))
    rent_at_desk(control, chosen, stay)
    hasty.hands.press(hasty.button("offer.save"))
    expect(hasty.step_4.get_by_text(hasty.t("refusal.book"))).to_be_in_viewport()


def test_an_end_that_cannot_be(hasty, stay):
    """A refusal is seen first; a field that cannot be read has the focus."""
    hasty.new_appointment(stay)
    hasty.book()
    hasty.change_end(stay.start - timedelta(days=400))
    expect(hasty.step_4.get_by_text(hasty.t("refusal.change_end"))).to_be_in_viewport()
    field = hasty.field("rental.new_end_date", within=hasty.rental)
    hasty.hands.fill(field, "31.2.")
    hasty.hands.press(hasty.button("rental.change_end", within=hasty.rental))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()


def test_a_rental_that_does_not_fit_any_more(hasty, stay):
    """It is said above what was saved, with its button; called off, too."""
    hasty.new_appointment(stay)
    hasty.book()
    hasty.move(Stay(stay.start, stay.end + timedelta(hours=1)))
    expect(hasty.decisions.get_by_text(hasty.t.by_carloop("notice.end_moved"))).to_be_in_viewport()
    expect(hasty.button("proposal.follow")).to_be_in_viewport()
    hasty.call_off()
    expect(
        hasty.decisions.get_by_text(hasty.t.by_carloop("notice.appointment_cancelled"))
    ).to_be_in_viewport()
    expect(hasty.button("proposal.follow")).to_be_in_viewport()
