"""Answers are in the window, which is lower than the page, and what is drawn stays in its place."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from proofs.browser.planner.steps import cancel_appointment, move, week_card


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def hasty(request, advisor_at, planner_program, t):
    """An advisor who does not scroll, with the page's script and without."""
    return advisor_at(planner_program, t, height=600, java_script_enabled=request.param)


def test_no_car_was_chosen(hasty, period):
    """The list of cars is in the window, and then so is what is missing."""
    hasty.new_appointment(period)
    hasty.search()
    expect(hasty.step_4.get_by_role("heading", name="Mietwagen verfügbar")).to_be_in_viewport()
    hasty.press("offer.save")
    expect(hasty.step_4.get_by_text(hasty.t("option.missing"))).to_be_in_viewport()


def test_the_car_was_taken_meanwhile(hasty, period, carloop):
    """The refusal is in the window."""
    hasty.new_appointment(period)
    hasty.search()
    chosen = hasty.offered()[0]
    hasty.choose(hasty.option(chosen))
    carloop.rent(chosen, period)
    hasty.press("offer.save")
    expect(hasty.step_4.get_by_text(hasty.t("refusal.book"))).to_be_in_viewport()


def test_an_end_is_refused(hasty, period):
    """A refusal is in the window; a field that cannot be read has the focus."""
    hasty.new_appointment(period)
    hasty.book()
    hasty.change_end(period.start - timedelta(days=400))
    expect(hasty.step_4.get_by_text(hasty.t("refusal.change_end"))).to_be_in_viewport()
    field = hasty.field("rental.new_end_date", within=hasty.rental)
    hasty.fill(field, "31.2.")
    hasty.press(hasty.button("rental.change_end", within=hasty.rental))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()


def test_a_rental_that_does_not_fit_any_more(hasty, period):
    """The proposal and its button are in the window, after a move and after a cancellation."""
    hasty.new_appointment(period)
    hasty.book()
    move(hasty, period.extended(hours=1))
    expect(hasty.decisions.get_by_text(hasty.t.by_plugin("notice.end_moved"))).to_be_in_viewport()
    expect(hasty.decisions.locator(".primary")).to_be_in_viewport()
    cancel_appointment(hasty)
    expect(hasty.decisions.get_by_text(hasty.t.by_plugin("notice.appointment_cancelled"))).to_be_in_viewport()
    expect(hasty.decisions.locator(".primary")).to_be_in_viewport()


def test_a_long_name_stays_in_its_card(advisor, period):
    """No word is broken without a hyphen, no card is wider than its column, and the title is the whole name."""
    name = "Fahrdienst Süd UG (haftungsbeschränkt)"
    appointment = advisor.new_appointment_by_hand(period, company=name)
    who = week_card(advisor, period, appointment).locator(".visit-who")
    expect(who).to_have_attribute("title", name)
    card, day = (
        advisor.page.locator(f"{each}:has(a[href='/appointments/{appointment}'])").bounding_box()
        for each in (".cards", ".day")
    )
    assert card["x"] + card["width"] <= day["x"] + day["width"]
    lines = who.evaluate(
        """({ lastChild }) => { const range = document.createRange();
        range.setStart(lastChild, lastChild.data.indexOf("("));
        range.setEnd(lastChild, lastChild.length);
        return new Set([...range.getClientRects()].map(each => each.top)).size }"""
    )
    assert lines == 1
