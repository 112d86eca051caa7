"""An appointment that was moved or called off: flagged, with a proposal; nothing happens by itself."""

from datetime import timedelta

from planner_steps.advisor import Stay
from planner_steps.truth import period_of, statuses
from playwright.sync_api import expect


def test_an_end_that_was_moved_is_flagged_and_followed(advisor, stay, control):
    """The car stays longer: the week and step 4 say so, the rental is what it was until the proposal is followed."""
    appointment = advisor.new_appointment(stay)
    advisor.book()
    later = Stay(stay.start, stay.end + timedelta(hours=2))
    advisor.move(later)
    expect(advisor.decisions).to_contain_text(advisor.t.by_carloop("notice.end_moved"))
    expect(advisor.decisions).to_contain_text(advisor.t.by_carloop("proposal.end_moved"))
    assert [stay] == [period_of(each) for each in control.rentals(appointment)]
    expect(_card(advisor, stay, appointment)).to_contain_text(advisor.t("state.attention"))
    advisor.open(f"/appointments/{appointment}")
    advisor.hands.press(advisor.button("proposal.follow"))
    expect(advisor.rental).to_contain_text(advisor.moment(later.end))
    expect(advisor.button("proposal.follow")).to_have_count(0)
    assert [later] == [period_of(each) for each in control.rentals(appointment)]
    expect(_card(advisor, stay, appointment)).to_contain_text(advisor.t("state.reserved"))


def test_an_appointment_on_another_day_needs_another_rental(german, stay, control):
    """Cancelling is proposed and asks first; then the form offers the new day, and both are at Carloop."""
    appointment = german.new_appointment(stay)
    german.book()
    moved = stay.later(days=200)
    german.move(moved)
    expect(german.decisions).to_contain_text(german.t.by_carloop("notice.appointment_moved"))
    german.hands.press(german.button("proposal.follow"))
    assert statuses(control, appointment) == ["reserved"]
    german.hands.press(german.button("rental.cancel_yes"))
    expect(german.step_4.get_by_text(german.t("said.search_again"))).to_be_visible()
    expect(german.field("offer.start_date", within=german.step_4)).to_have_value(german.day(moved.start))
    german.book()
    assert statuses(control, appointment) == ["cancelled", "reserved"]
    assert moved in [period_of(each) for each in control.rentals(appointment)]


def test_a_proposal_that_is_hidden_stays_hidden_until_the_appointment_changes(german, stay, control):
    """Hiding changes nothing at Carloop, and another move brings another proposal."""
    appointment = german.new_appointment(stay)
    german.book()
    german.move(Stay(stay.start, stay.end + timedelta(hours=1)))
    german.hands.press(german.button("proposal.hide"))
    expect(german.button("proposal.follow")).to_have_count(0)
    german.open(f"/appointments/{appointment}")
    expect(german.rental).to_be_visible()
    expect(german.button("proposal.follow")).to_have_count(0)
    assert [stay] == [period_of(each) for each in control.rentals(appointment)]
    german.move(Stay(stay.start, stay.end + timedelta(hours=2)))
    expect(german.button("proposal.follow")).to_be_visible()


def test_an_appointment_that_was_called_off_proposes_to_cancel(advisor, stay, control):
    """Calling off asks first and cancels no car; the proposal does, and then no car is offered any more."""
    appointment = advisor.new_appointment(stay)
    advisor.book()
    advisor.call_off()
    expect(advisor.decisions).to_contain_text(advisor.t.by_carloop("notice.appointment_cancelled"))
    assert statuses(control, appointment) == ["reserved"]
    card = _card(advisor, stay, appointment)
    expect(card).to_contain_text(advisor.t("state.attention"))
    expect(card).to_contain_text(advisor.t("appointment.cancelled"))
    advisor.open(f"/appointments/{appointment}")
    advisor.hands.press(advisor.button("proposal.follow"))
    advisor.hands.press(advisor.button("rental.cancel_yes"))
    expect(advisor.step_4).to_contain_text(advisor.t("step_4.called_off"))
    expect(advisor.step_4).to_contain_text(advisor.t("said.cancel"))
    expect(advisor.button("offer.search")).to_have_count(0)
    assert statuses(control, appointment) == ["cancelled"]


def test_an_appointment_of_another_customer_proposes_to_cancel(german, stay, control):
    """A customer who is renamed is another one: the week and step 4 say so; the proposal asks, and cancels."""
    appointment = german.new_appointment_by_hand(stay, last_name="Weiß", phone="0721 1")
    german.book()
    german.type_customer(phone="0721 2")
    german.save_appointment()
    expect(german.button("proposal.follow")).to_have_count(0)
    german.type_customer(last_name="Schwarz")
    german.save_appointment()
    expect(german.decisions).to_contain_text(german.t.by_carloop("notice.customer_changed"))
    expect(german.decisions).to_contain_text(german.t.by_carloop("proposal.customer_changed"))
    expect(_card(german, stay, appointment)).to_contain_text(german.t("state.attention"))
    german.open(f"/appointments/{appointment}")
    german.hands.press(german.button("proposal.follow"))
    german.hands.press(german.button("rental.cancel_yes"))
    german.book()
    assert statuses(control, appointment) == ["cancelled", "reserved"]


def test_a_proposal_that_is_gone_is_not_followed(german, stay, control):
    """What another window has settled meanwhile is not done again: the page says so."""
    appointment = german.new_appointment(stay)
    german.book()
    later = Stay(stay.start, stay.end + timedelta(hours=2))
    german.move(later)
    expect(german.button("proposal.follow")).to_be_visible()
    (rental,) = control.rentals(appointment)
    german.button("proposal.follow").evaluate(
        """async button => {
        const body = new URLSearchParams(new FormData(button.form));
        await fetch(button.form.action, {method: "POST", body}) }"""
    )
    german.hands.press(german.button("proposal.follow"))
    expect(german.page.get_by_text(german.t("said.proposal_gone"))).to_be_visible()
    (after,) = control.rentals(appointment)
    assert (later, rental["revision"] + 1) == (period_of(after), after["revision"])


def _card(advisor, stay, appointment):
    advisor.open(f"/?week={stay.start.date().isoformat()}")
    return advisor.page.locator(f"a[href='/appointments/{appointment}']")
