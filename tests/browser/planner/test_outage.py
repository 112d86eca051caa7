"""Carloop or the planner is killed in the middle: the page says what is known, and later what is true, by itself."""

import time
from contextlib import suppress

import httpx
import pytest
from planner_steps.trouble import silence
from planner_steps.truth import rent_at_desk, statuses
from planner_steps.words import Words
from playwright.sync_api import expect

SOON = 25_000
"""Milliseconds in which a page has found out what is true: it asks every other second."""


@pytest.fixture(scope="session")
def sandbox(mortal_carloop):
    """A Carloop that may be killed."""
    return mortal_carloop


@pytest.fixture
def planner(mortal_planner, sandbox, control):
    """The planner beside it; both programs run again when the test has ended, whatever became of it."""
    yield mortal_planner
    for program in (sandbox, mortal_planner):
        if not program.is_running:
            program.come_back()


@pytest.fixture
def deaf(control):
    """Give what has Carloop book and then say nothing: nobody learns what became of the booking."""

    return lambda: silence(control, "book")


def test_carloop_killed_after_it_has_booked(planner, sandbox, advisor_at, stay, t, control):
    """The process dies between the booking and its answer: unknown, no second booking, and then the rental."""
    advisor = advisor_at(planner, t)
    appointment = advisor.new_appointment(stay)
    advisor.search()
    advisor.hands.choose(advisor.options.first)
    control.fault("book", "slow_drip", times=1_000, value=30)
    advisor.button("offer.save").click(no_wait_after=True)
    _wait_for(lambda: statuses(control, appointment) == ["reserved"])
    sandbox.kill()
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_be_visible(timeout=SOON)
    expect(advisor.step_4.get_by_text(t("unknown.finding_out"))).to_be_visible()
    expect(advisor.button("offer.search")).to_have_count(0)
    shown = _loads(advisor)
    sandbox.come_back()
    expect(advisor.button("rental.cancel")).to_be_visible(timeout=SOON)
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_have_count(0)
    assert shown == _loads(advisor)
    (rental,) = control.rentals(appointment)
    expect(advisor.rental).to_contain_text(rental["vehicle"]["licence_plate"])


def test_carloop_is_gone_before_anything_was_asked(planner, sandbox, advisor_at, stay, t, control):
    """Nothing was sent, so it is said that nothing is saved; the same form works once Carloop is back."""
    advisor = advisor_at(planner, t)
    appointment = advisor.new_appointment(stay)
    advisor.search()
    advisor.hands.choose(advisor.options.first)
    sandbox.kill()
    advisor.hands.press(advisor.button("offer.save"))
    expect(advisor.step_4.get_by_role("alert").first).to_contain_text(t("refusal.book"))
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_have_count(0)
    sandbox.come_back()
    advisor.book()
    assert statuses(control, appointment) == ["reserved"]


def test_an_unknown_end_and_an_unknown_cancellation_are_found_out(planner, advisor_at, stay, control):
    """What was asked for is named while it is not known; then the page shows what is so."""
    advisor = advisor_at(planner, Words("de"))
    appointment = advisor.new_appointment(stay)
    advisor.book()
    silence(control, "change_end")
    later = stay.later(hours=2).end
    advisor.change_end(later)
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.change_end"))).to_be_visible(timeout=SOON)
    control.calm()
    expect(advisor.rental).to_contain_text(advisor.moment(later), timeout=SOON)
    silence(control, "cancel")
    advisor.hands.press(advisor.button("rental.cancel"))
    advisor.hands.press(advisor.button("rental.cancel_yes"))
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.cancel"))).to_be_visible(timeout=SOON)
    control.calm()
    expect(advisor.button("offer.search")).to_be_visible(timeout=SOON)
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.cancel"))).to_have_count(0)
    assert statuses(control, appointment) == ["cancelled"]


def test_the_week_shows_what_is_not_known(planner, advisor_at, stay, deaf, control, t):
    """The calendar says in words that an appointment's car is being found out."""
    advisor = advisor_at(planner, t)
    appointment = advisor.new_appointment(stay)
    _book_into_the_unknown(advisor, deaf)
    advisor.open(f"/?week={stay.start.date().isoformat()}")
    card = advisor.page.locator(f"a[href='/appointments/{appointment}']")
    expect(card).to_contain_text(t("state.unknown"))
    advisor.open(f"/appointments/{appointment}")
    expect(advisor.step_4.get_by_text(t("unknown.car"), exact=True)).to_be_visible()
    control.calm()
    expect(advisor.button("rental.cancel")).to_be_visible(timeout=SOON)
    expect(advisor.step_4.get_by_text(t("said.book"))).to_be_visible()
    # what the page drew by itself nobody need have seen
    advisor.open(f"/?week={stay.start.date().isoformat()}")
    expect(card).to_contain_text(t("state.attention"))
    advisor.open(f"/appointments/{appointment}")
    expect(advisor.step_4.get_by_text(t("said.book"))).to_be_visible()
    advisor.open(f"/?week={stay.start.date().isoformat()}")
    expect(card).to_contain_text(t("state.reserved"))


def test_a_booking_that_turns_out_refused_is_said(planner, advisor_at, stay, control, t, axe):
    """It never reached Carloop, and somebody else has the car: the page says so by itself, and why."""
    advisor = advisor_at(planner, t)
    advisor.new_appointment(stay)
    advisor.search()
    chosen = advisor.offered()[0]
    rent_at_desk(control, chosen, stay)
    for operation, fault in (("book", "drop_before"), ("read", "status")):
        control.fault(operation, fault, times=1_000, value=500 if fault == "status" else None)
    advisor.save_rental(advisor.option(chosen))
    unknown = advisor.step_4.get_by_text(t("unknown.title.book"))
    expect(unknown).to_be_visible(timeout=SOON)
    control.calm()
    expect(unknown).to_be_hidden(timeout=SOON)
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("refusal.book"))
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(t("refusal.next.book"))
    axe(advisor.page)
    advisor.book()
    expect(advisor.step_4.get_by_text(t("refusal.book"))).to_have_count(0)


def test_a_booking_that_is_not_known_can_be_given_up(planner, advisor_at, stay, deaf, control, t):
    """It asks first; the booking turns up at Carloop and is cancelled there, and the page is free for another."""
    advisor = advisor_at(planner, t)
    appointment = advisor.new_appointment(stay)
    _book_into_the_unknown(advisor, deaf)
    advisor.hands.press(advisor.button("unknown.give_up"))
    yes = advisor.button("unknown.give_up_yes")
    yes.focus()
    # the page goes on asking meanwhile; question and focus stay
    advisor.let_it_ask()
    expect(yes).to_be_focused()
    advisor.hands.press(yes)
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_be_visible(timeout=SOON)
    control.calm()
    expect(advisor.button("offer.search")).to_be_visible(timeout=SOON)
    expect(advisor.step_4.get_by_text(t("said.give_up"))).to_be_visible()
    expect(advisor.step_4.get_by_text(t("said.book"))).to_have_count(0)
    assert statuses(control, appointment) == ["cancelled"]


def test_the_planner_is_restarted_while_a_booking_is_not_known(
    planner, advisor_at, stay, deaf, control, watch
):
    """The page outlives the program behind it: unknown before and after, and then the truth by itself."""
    for complaint in ("net::ERR_", "Failed to fetch"):
        watch.admit(complaint)
    advisor = advisor_at(planner, Words("de"))
    appointment = advisor.new_appointment(stay)
    _book_into_the_unknown(advisor, deaf)
    shown = _loads(advisor)
    planner.kill()
    offline = advisor.page.get_by_text(advisor.t("base.offline"))
    expect(offline).to_be_visible(timeout=SOON)
    planner.come_back()
    expect(offline).to_be_hidden(timeout=SOON)
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.book"))).to_be_visible()
    control.calm()
    expect(advisor.button("rental.cancel")).to_be_visible(timeout=SOON)
    assert shown == _loads(advisor)
    assert statuses(control, appointment) == ["reserved"]


def test_the_planner_fails_while_it_searches(planner, advisor_at, stay, watch):
    """The page says so and stays as it is; the next search says that it is over."""
    watch.admit("status of 500")
    advisor = advisor_at(planner, Words("de"))
    advisor.new_appointment(stay)
    advisor.search()
    advisor.page.route("**/offers", lambda route: route.fulfill(status=500, body="<main>no</main>"), times=1)
    advisor.hands.press(advisor.button("offer.search"))
    failed = advisor.page.get_by_text(advisor.t("base.failed"))
    expect(failed).to_be_in_viewport()
    expect(advisor.options.first).to_be_visible()
    advisor.hands.press(advisor.button("offer.search"))
    expect(failed).to_be_hidden()
    expect(advisor.options.first).to_be_visible()


def test_the_planner_is_restarted_between_drawing_a_form_and_sending_it(planner, advisor_at, stay, control):
    """The change's id is on the form: sent before and after a restart, it is one rental."""
    advisor = advisor_at(planner, Words("de"))
    appointment = advisor.new_appointment(stay)
    advisor.search()
    advisor.hands.choose(advisor.options.first)
    sent = advisor.button("offer.save").evaluate(
        """async button => {
        const body = new URLSearchParams(new FormData(button.form));
        return (await fetch(button.formAction, {method: "POST", body})).status }"""
    )
    planner.restart()
    advisor.hands.press(advisor.button("offer.save"))
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert sent == 200
    assert statuses(control, appointment) == ["reserved"]


def test_the_advisor_stays_signed_in_across_a_restart(planner, advisor_at, stay):
    """Who fills in an appointment while the planner is restarted can save it."""
    advisor = advisor_at(planner, Words("de"))
    advisor.open("/appointments/new")
    advisor.pick_customer("10003")
    advisor.set_stay(stay)
    planner.restart()
    advisor.save_appointment()


def _book_into_the_unknown(advisor, deaf):
    advisor.search()
    deaf()
    advisor.save_rental()
    expect(advisor.step_4.get_by_text(advisor.t("unknown.title.book"))).to_be_visible(timeout=SOON)
    expect(advisor.page.get_by_text(advisor.t("said.book"))).to_have_count(0)


def _loads(advisor):
    """Tell when the page was loaded: a reload by hand would be seen."""
    return float(advisor.page.evaluate("performance.timeOrigin"))


def _wait_for(is_so, *, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            if is_so():
                return
    raise AssertionError("it did not happen")
