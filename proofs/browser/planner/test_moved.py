"""An appointment that was moved or cancelled: its rental is flagged, and changed only if the proposal is accepted."""

from playwright.sync_api import expect

from proofs.browser.planner.steps import cancel_appointment, follow, move, week_card


def test_an_end_that_was_moved_is_flagged_and_followed(advisor, period, carloop):
    """The car stays longer: the week and step 4 say so, the rental is what it was until the proposal is followed."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    later = period.extended(hours=2)
    move(advisor, later)
    expect(advisor.decisions).to_contain_text(advisor.t.by_plugin("notice.end_moved"))
    expect(advisor.decisions).to_contain_text(advisor.t.by_plugin("proposal.end_moved"))
    assert carloop.periods(appointment) == [period]
    expect(week_card(advisor, period, appointment)).to_contain_text(advisor.t("state.attention"))
    advisor.open(f"/appointments/{appointment}")
    follow(advisor)
    expect(advisor.rental).to_contain_text(advisor.moment(later.end))
    expect(advisor.decisions).to_be_empty()
    assert carloop.periods(appointment) == [later]
    expect(week_card(advisor, period, appointment)).to_contain_text(advisor.t("state.reserved"))


def test_a_cancelled_appointment_proposes_to_cancel_the_rental(advisor, period, carloop):
    """Calling off asks first and cancels no car; the proposal does, and then no car is offered any more."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    cancel_appointment(advisor)
    expect(advisor.decisions).to_contain_text(advisor.t.by_plugin("notice.appointment_cancelled"))
    assert carloop.statuses(appointment) == ["reserved"]
    card = week_card(advisor, period, appointment)
    expect(card).to_contain_text(advisor.t("state.attention"))
    expect(card).to_contain_text(advisor.t("appointment.cancelled"))
    advisor.open(f"/appointments/{appointment}")
    follow(advisor)
    advisor.press("rental.cancel_yes")
    expect(advisor.step_4).to_contain_text(advisor.t("step_4.cancelled"))
    expect(advisor.step_4).to_contain_text(advisor.t("said.cancel"))
    expect(advisor.button("offer.search")).to_have_count(0)
    assert carloop.statuses(appointment) == ["cancelled"]
