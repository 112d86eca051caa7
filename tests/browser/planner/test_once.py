"""One rental, however often and from wherever it is asked for: the change's id is drawn with the form."""

from dataclasses import replace

import pytest
from planner_steps.hands import Mouse
from planner_steps.truth import class_names, leave_one_car, statuses
from planner_steps.words import Words
from playwright.sync_api import expect

# Sends the form as it stands twice at once, past the page's own guard against a second click.
_SEND_TWICE = """button => {
  const body = () => new URLSearchParams(new FormData(button.form));
  const send = () => fetch(button.formAction, {method: "POST", body: body()}).then(answer => answer.url);
  return Promise.all([send(), send()]);
}"""


def test_one_of_two_advisors_gets_the_last_car(advisor_at, planner_program, stay, control, t):
    """Two windows choose the last car of a class: one has it, the other reads that it is gone, and what is free."""
    name = class_names(control)["kombi"]
    first, second = (advisor_at(planner_program, t) for _ in range(2))
    appointments = [first.new_appointment(stay), second.new_appointment(stay, number="10002")]
    last = leave_one_car(control, stay, "kombi")
    for each in (first, second):
        each.search(classes=[name])
        assert each.offered() == [last]
    first.save_rental()
    expect(first.button("rental.cancel")).to_be_visible()
    second.save_rental()
    expect(second.step_4.get_by_role("alert")).to_contain_text(t("refusal.book"))
    expect(second.step_4.get_by_role("alert")).to_contain_text(t.by_carloop("change.vehicle_taken"))
    assert [statuses(control, each) for each in appointments] == [["reserved"], []]
    expect(second.step_4.get_by_role("heading", name=t("offers.alternatives"))).to_be_visible()
    assert last not in second.offered()
    second.save_rental()
    expect(second.button("rental.cancel")).to_be_visible()
    assert [statuses(control, each) for each in appointments] == [["reserved"], ["reserved"]]


@pytest.mark.parametrize("has_script", [True, False], ids=["with-script", "without-script"])
def test_a_double_click_is_one_rental(has_script, advisor_at, planner_program, stay, control):
    """Clicking twice saves once, with the page's script and without."""
    advisor = advisor_at(planner_program, Words("de"), java_script_enabled=has_script)
    appointment = advisor.new_appointment(stay)
    advisor.search()
    advisor.hands.choose(advisor.options.first)
    advisor.button("offer.save").dblclick()
    expect(advisor.button("rental.cancel")).to_be_visible()
    assert statuses(control, appointment) == ["reserved"]


def test_two_requests_at_once_are_one_rental(german, stay, control):
    """The same form sent twice in the same moment: both are answered with the one rental."""
    appointment = german.new_appointment(stay)
    german.search()
    german.hands.choose(german.options.first)
    answers = german.button("offer.save").evaluate(_SEND_TWICE)
    assert [f"{german.url}/appointments/{appointment}?done=book"] * 2 == [
        each.partition("#")[0] for each in answers
    ]
    assert statuses(control, appointment) == ["reserved"]


def test_reloading_the_answer_changes_nothing(german, stay, control):
    """What is shown after saving, changing and cancelling can be loaded again."""
    appointment = german.new_appointment(stay)
    german.book()
    german.page.reload()
    expect(german.button("rental.cancel")).to_be_visible()
    assert statuses(control, appointment) == ["reserved"]
    german.cancel()
    german.page.reload()
    expect(german.button("offer.search")).to_be_visible()
    assert statuses(control, appointment) == ["cancelled"]


def test_going_back_does_not_lead_to_a_second_rental(german, stay, control):
    """Back at the form the rental is shown in its place: there is nothing to send again."""
    appointment = german.new_appointment(stay)
    german.book()
    german.page.go_back()
    expect(german.button("rental.cancel")).to_be_visible()
    expect(german.button("offer.save")).to_have_count(0)
    assert statuses(control, appointment) == ["reserved"]


def test_a_form_that_is_sent_again_later_asks_for_the_same_rental(german, stay, control):
    """A form whose answer never arrived is sent again: the same change, so the same rental."""
    appointment = german.new_appointment(stay)
    german.search()
    german.hands.choose(german.options.first)
    german.button("offer.save").evaluate(_SEND_TWICE)
    german.hands.press(german.button("offer.save"))
    expect(german.button("rental.cancel")).to_be_visible()
    assert statuses(control, appointment) == ["reserved"]


def test_a_second_form_for_the_appointment_is_shown_the_rental_there_is(german, stay, control):
    """Another window has a form of its own, so another change: refused, and the first rental is shown."""
    appointment = german.new_appointment(stay)
    page = german.page.context.new_page()
    other = replace(german, page=page, hands=Mouse(page))
    page.goto(german.address)
    for each in (german, other):
        each.search()
    german.save_rental()
    expect(german.button("rental.cancel")).to_be_visible()
    other.save_rental(other.options.nth(1))
    expect(other.step_4.get_by_role("alert")).to_contain_text(other.t.by_carloop("change.already_booked"))
    expect(other.button("rental.cancel")).to_be_visible()
    assert statuses(control, appointment) == ["reserved"]
