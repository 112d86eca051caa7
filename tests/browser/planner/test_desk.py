"""What happens at Carloop's rental desk is seen in the planner, which asks at its start and every half minute."""

from datetime import timedelta

import pytest
from planner_steps.truth import free_cars, period_of, statuses
from planner_steps.words import Words
from playwright.sync_api import expect


@pytest.fixture(scope="session")
def sandbox(mortal_carloop):
    """A Carloop whose clock is set."""
    return mortal_carloop


@pytest.fixture
def advisor(advisor_at, mortal_planner):
    """An advisor at a planner that is restarted, so that it asks at once."""
    return advisor_at(mortal_planner, Words("de"))


def test_what_the_desk_does_is_seen_in_the_planner(advisor, mortal_planner, stay, control, axe):
    """Handed out, brought back, swapped and cancelled: step 4 and the week show each, and offer what is left to do.

    A customer without the car that was booked needs attention until somebody says that they know.
    """
    handed_out, returned, swapped, cancelled = (_booked(advisor, stay, 10_020 + each) for each in range(4))
    rentals = {each: control.rentals(each)[0] for each in (handed_out, returned, swapped, cancelled)}
    for each in (handed_out, returned):
        control.desk(rentals[each]["id"], "hand_out")
    control.desk(rentals[returned]["id"], "take_back")
    other = free_cars(control, stay)[-1]
    control.desk(rentals[swapped]["id"], "swap", vehicle_id=other["id"])
    control.desk(rentals[cancelled]["id"], "cancel")
    mortal_planner.restart()

    t = advisor.t
    _until(advisor, cancelled, advisor.step_4.get_by_text(t.by_carloop("notice.cancelled_at_desk")))
    expect(advisor.button("offer.search")).to_be_visible()
    advisor.open(f"/appointments/{swapped}")
    expect(advisor.rental).to_contain_text(other["licence_plate"])
    advisor.open(f"/appointments/{returned}")
    expect(advisor.rental).to_contain_text(t("status.returned"))
    expect(advisor.rental).to_contain_text(t("rental.planned_end"))
    expect(advisor.rental.get_by_role("button")).to_have_count(0)
    advisor.open(f"/appointments/{handed_out}")
    expect(advisor.rental).to_contain_text(t("status.picked_up"))
    expect(advisor.button("rental.cancel")).to_have_count(0)
    advisor.change_end(stay.end + timedelta(hours=4))
    expect(advisor.rental).to_contain_text(advisor.moment(stay.end + timedelta(hours=4)))
    assert stay.end + timedelta(hours=4) == period_of(control.rentals(handed_out)[0]).end

    advisor.open(f"/?week={stay.start.date().isoformat()}")
    states = {handed_out: "picked_up", returned: "returned", swapped: "reserved", cancelled: "attention"}
    for appointment, state in states.items():
        expect(_card(advisor, appointment)).to_contain_text(t(f"state.{state}"))
    _card(advisor, cancelled).click()
    expect(advisor.step_4).to_contain_text(t("gone.title"))
    for scheme in ("light", "dark"):
        advisor.page.emulate_media(color_scheme=scheme)
        axe(advisor.page)
    advisor.hands.press(advisor.button("gone.noted"))
    expect(advisor.step_4).not_to_contain_text(t("gone.title"))
    advisor.open(f"/?week={stay.start.date().isoformat()}")
    expect(_card(advisor, cancelled)).to_contain_text(t("state.none"))


def test_m11_a_running_rental_can_be_extended_and_shortened(advisor, stay, control):
    """Its start is past, and that is no reason to refuse a new end, as long as that lies in the future."""
    appointment = _booked(advisor, stay, 10_030)
    control.clock(stay.start + timedelta(hours=2))
    control.desk(control.rentals(appointment)[0]["id"], "hand_out")
    # the page was drawn before: it shows what the desk has done, and asks to look at it first
    advisor.change_end(stay.end + timedelta(days=1))
    changed = advisor.t.by_carloop("change.changed_elsewhere")
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(changed)
    expect(advisor.rental).to_contain_text(advisor.t("status.picked_up"))
    for end in (stay.end + timedelta(days=1), stay.start + timedelta(hours=3)):
        advisor.change_end(end)
        expect(advisor.rental).to_contain_text(f"– {advisor.moment(end)}")
        assert [end] == [period_of(each).end for each in control.rentals(appointment)]
    advisor.change_end(stay.start + timedelta(hours=1))
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(advisor.t("refusal.change_end"))
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(advisor.t.by_carloop("change.period_in_past"))
    assert [stay.start + timedelta(hours=3)] == [period_of(each).end for each in control.rentals(appointment)]


def test_cancelling_what_was_handed_out_meanwhile_is_refused(advisor, stay, control):
    """The page was drawn before the desk handed the car out: the customer has it, and the page says why it stays."""
    appointment = _booked(advisor, stay, 10_031)
    control.desk(control.rentals(appointment)[0]["id"], "hand_out")
    advisor.hands.press(advisor.button("rental.cancel"))
    advisor.hands.press(advisor.button("rental.cancel_yes"))
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(advisor.t("refusal.cancel"))
    assert statuses(control, appointment) == ["picked_up"]


def _booked(advisor, stay, number):
    appointment = advisor.new_appointment(stay, number=str(number))
    advisor.book()
    return appointment


def _card(advisor, appointment):
    return advisor.page.locator(f"a[href='/appointments/{appointment}']")


def _until(advisor, appointment, seen):
    """Open an appointment until what the planner has asked for meanwhile is there."""
    for _ in range(40):
        advisor.open(f"/appointments/{appointment}")
        if seen.is_visible():
            return
    raise AssertionError("the planner has not seen what the desk did")
