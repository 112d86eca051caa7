"""Carloop or the planner is away: the page says what is known, and by itself what is true once it is known."""

import pytest
from playwright.sync_api import expect

from proofs.browser.planner.steps import lose_answers, wait_for_polling

POLLED = 25_000
"""Milliseconds in which a page shows the outcome: it asks every other second."""


@pytest.fixture
def planner(planner_program):
    """The planner, which is running again when the test has ended."""
    yield planner_program
    planner_program.come_back()


def test_carloop_is_gone_before_anything_was_asked(advisor, period, t, carloop_program, carloop):
    """Nothing was sent, so the page says that nothing is saved; the same form works once Carloop is back."""
    appointment = advisor.new_appointment(period)
    advisor.search()
    advisor.choose(advisor.options.first)
    carloop_program.kill()
    advisor.press("offer.save")
    expect(advisor.step_4.get_by_role("alert").first).to_contain_text(t("refusal.book"))
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_have_count(0)
    carloop_program.come_back()
    advisor.book()
    assert carloop.statuses(appointment) == ["reserved"]


def test_an_unknown_end_and_an_unknown_cancellation_are_settled(advisor, period, carloop):
    """The page names the change whose outcome is unknown, and then shows the outcome."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    lose_answers(carloop, "change_end")
    later = period.extended(hours=2).end
    advisor.change_end(later)
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.change_end"))).to_be_visible(timeout=POLLED)
    carloop.reset_faults()
    expect(advisor.rental).to_contain_text(advisor.moment(later), timeout=POLLED)
    lose_answers(carloop, "cancel")
    advisor.press("rental.cancel")
    advisor.press("rental.cancel_yes")
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.cancel"))).to_be_visible(timeout=POLLED)
    carloop.reset_faults()
    expect(advisor.button("offer.search")).to_be_visible(timeout=POLLED)
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.cancel"))).to_have_count(0)
    assert carloop.statuses(appointment) == ["cancelled"]


def test_an_unknown_booking_that_turns_out_refused(advisor, period, carloop, t, axe):
    """It never reached Carloop, and somebody else has the car: the page says so without being reloaded."""
    advisor.new_appointment(period)
    advisor.search()
    chosen = advisor.offered()[0]
    carloop.rent(chosen, period)
    carloop.fault("book", "drop_before")
    carloop.fault("read", "status", value=500)
    advisor.save_rental(advisor.option(chosen))
    unknown = advisor.step_4.get_by_text(t("unknown.title.book"))
    expect(unknown).to_be_visible(timeout=POLLED)
    carloop.reset_faults()
    expect(unknown).to_be_hidden(timeout=POLLED)
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("refusal.book"))
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("refusal.next.book"))
    axe(advisor.page)
    advisor.book()
    expect(advisor.step_4.get_by_text(t("refusal.book"))).to_have_count(0)


def test_an_unknown_booking_can_be_withdrawn(advisor, period, carloop, t):
    """It asks first; the booking is found at Carloop and cancelled there, and another can be made."""
    appointment = advisor.new_appointment(period)
    _book_without_an_answer(advisor, carloop)
    advisor.press("unknown.withdraw")
    yes = advisor.button("unknown.withdraw_yes")
    yes.focus()
    # The page goes on polling meanwhile; question and focus stay.
    wait_for_polling(advisor)
    expect(yes).to_be_focused()
    advisor.press(yes)
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_be_visible(timeout=POLLED)
    carloop.reset_faults()
    expect(advisor.button("offer.search")).to_be_visible(timeout=POLLED)
    expect(advisor.step_4.get_by_text(t("said.withdraw"))).to_be_visible()
    expect(advisor.step_4.get_by_text(t("said.book"))).to_have_count(0)
    assert carloop.statuses(appointment) == ["cancelled"]


def test_the_planner_is_restarted_while_a_booking_is_not_known(planner, advisor, period, carloop, watch):
    """The page says that the planner is away, then again that the outcome is unknown, and then shows the rental."""
    for complaint in ("net::ERR_", "Failed to fetch"):
        watch.allow(complaint)
    appointment = advisor.new_appointment(period)
    _book_without_an_answer(advisor, carloop)
    loaded = advisor.loaded_at()
    planner.kill()
    offline = advisor.page.get_by_text(advisor.t("base.offline"))
    expect(offline).to_be_visible(timeout=POLLED)
    planner.come_back()
    expect(offline).to_be_hidden(timeout=POLLED)
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.book"))).to_be_visible()
    carloop.reset_faults()
    expect(advisor.button("rental.cancel")).to_be_visible(timeout=POLLED)
    assert advisor.loaded_at() == loaded
    assert carloop.statuses(appointment) == ["reserved"]


def test_the_planner_fails_while_it_searches(advisor, period, watch):
    """The page says so and stays as it is; the next search says that it is over."""
    watch.allow("status of 500")
    advisor.new_appointment(period)
    advisor.search()
    advisor.page.route("**/offers", lambda route: route.fulfill(status=500, body="<main>no</main>"), times=1)
    advisor.press("offer.search")
    failed = advisor.page.get_by_text(advisor.t("base.failed"))
    expect(failed).to_be_in_viewport()
    expect(advisor.options.first).to_be_visible()
    advisor.press("offer.search")
    expect(failed).to_be_hidden()
    expect(advisor.options.first).to_be_visible()


def test_forms_outlive_a_restart_of_the_planner(planner, advisor, period, carloop):
    """The session and the change's id are kept: a booking sent before and after a restart is one rental."""
    advisor.open("/appointments/new")
    advisor.pick_customer("10003")
    advisor.set_visit(period)
    planner.kill()
    planner.come_back()
    appointment = advisor.save_appointment()
    advisor.search()
    advisor.choose(advisor.options.first)
    sent = advisor.button("offer.save").evaluate(
        """async button => {
        const body = new URLSearchParams(new FormData(button.form));
        return (await fetch(button.formAction, {method: "POST", body})).status }"""
    )
    planner.kill()
    planner.come_back()
    advisor.press("offer.save")
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert sent == 200
    assert carloop.statuses(appointment) == ["reserved"]


def _book_without_an_answer(advisor, carloop):
    advisor.search()
    lose_answers(carloop, "book")
    advisor.save_rental()
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.book"))).to_be_visible(timeout=POLLED)
    expect(advisor.page.get_by_text(advisor.t("said.book"))).to_have_count(0)
