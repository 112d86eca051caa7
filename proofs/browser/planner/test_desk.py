"""What the rental desk does in Carloop is shown in the planner, which asks at its start and every half minute."""

from datetime import timedelta

from playwright.sync_api import expect


def test_what_the_desk_does_is_seen_in_the_planner(advisor, planner_program, period, carloop, axe):
    """Step 4 and the week show what was handed out, brought back, swapped and cancelled, and what can still be done.

    A rental that the desk has cancelled needs attention until somebody confirms to have seen it.
    """
    handed_out, returned, swapped, cancelled = (_booked(advisor, period, 10_020 + each) for each in range(4))
    rentals = {each: carloop.rentals(each)[0] for each in (handed_out, returned, swapped, cancelled)}
    for each in (handed_out, returned):
        carloop.desk(rentals[each]["id"], "hand_out")
    carloop.desk(rentals[returned]["id"], "take_back")
    other = carloop.free_vehicles(period)[-1]
    carloop.desk(rentals[swapped]["id"], "swap", vehicle_id=other["id"])
    carloop.desk(rentals[cancelled]["id"], "cancel")
    planner_program.kill()
    planner_program.come_back()

    t = advisor.t
    _until(advisor, cancelled, advisor.decisions.get_by_text(t.by_plugin("notice.rental_gone")))
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
    advisor.change_end(period.end + timedelta(hours=4))
    expect(advisor.rental).to_contain_text(advisor.moment(period.end + timedelta(hours=4)))
    assert carloop.periods(handed_out) == [period.extended(hours=4)]

    advisor.open(f"/calendar?day={period.start.date().isoformat()}")
    states = {handed_out: "picked_up", returned: "returned", swapped: "attention", cancelled: "attention"}
    for appointment, state in states.items():
        expect(_card(advisor, appointment)).to_contain_text(t(f"state.{state}"))
    _card(advisor, cancelled).click()
    expect(advisor.decisions).to_contain_text(t("gone.title"))
    for scheme in ("light", "dark"):
        advisor.page.emulate_media(color_scheme=scheme)
        axe(advisor.page)
    advisor.press("gone.noted")
    expect(advisor.decisions).to_be_empty()
    advisor.open(f"/calendar?day={period.start.date().isoformat()}")
    expect(_card(advisor, cancelled)).not_to_contain_text(t("state.attention"))


def test_cancelling_what_was_handed_out_meanwhile_is_refused(advisor, period, carloop):
    """The page was loaded before the desk handed the car out."""
    appointment = _booked(advisor, period, 10_031)
    carloop.desk(carloop.rentals(appointment)[0]["id"], "hand_out")
    advisor.press("rental.cancel")
    advisor.press("rental.cancel_yes")
    expect(advisor.step_4.get_by_role("alert")).to_contain_text(advisor.t("refusal.cancel"))
    assert carloop.statuses(appointment) == ["picked_up"]


def _booked(advisor, period, number):
    appointment = advisor.new_appointment(period, number=str(number))
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
